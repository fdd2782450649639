import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { romSignature } from '../../src/golden/rom-signature.js'
import type { RomContents } from '../../src/hdl/index.js'
import { lUnitOfContents } from '../l-unit/l-unit.js'
import { lUnitParameters } from '../l-unit/parameters.js'
import { openModule } from '../testing/open-embedded.js'
import { randomContents } from '../testing/random-contents.js'

const parameters = lUnitParameters({ bits: 2, lanes: 8, group: 32, selfTest: true })

/** The signatures of the two ROMs of an L-Unit, of its codes and of its scales. */
function signaturesOf(codes: RomContents, scales: RomContents): number[] {
  const title = { name: 'small', parameters: {}, documentation: 'L-Unit' }
  const unit = openModule(lUnitOfContents(parameters, { codes, scales }, 1, title))
  unit.poke('self_test_clear_i', true)
  unit.step()
  unit.poke('self_test_clear_i', false)
  for (let address = 0; address < Math.max(codes.depth, scales.depth); address++) {
    unit.poke('code_address_i', address % 2 ** codes.addressWidth)
    unit.poke('scale_address_i', address % 2 ** scales.addressWidth)
    unit.poke('self_test_code_i', address < codes.depth)
    unit.poke('self_test_scale_i', address < scales.depth)
    unit.step()
  }
  unit.poke('self_test_code_i', false)
  unit.poke('self_test_scale_i', false)
  unit.step()
  unit.poke('self_test_shift_i', true)
  return [0, 1].map(() => {
    let signature = 0
    for (let power = 31; power >= 0; power--) {
      if (unit.peek('signature_o')) signature += 2 ** ((13 * power) % 32)
      unit.step()
    }
    return signature
  })
}

const random = new Random(5)
const codes = randomContents(random, 7, 16)
const scales = randomContents(random, 5, 18)
const [rightCodes, rightScales] = [romSignature(codes), romSignature(scales)]

test('the ROMs of an L-Unit have the signatures of the specification', () => {
  expect(signaturesOf(codes, scales)).toEqual([rightCodes, rightScales])
})

test('a wrong bit at any position of the codes is found, and in the codes alone', () => {
  for (let address = 0; address < codes.depth; address++) {
    for (let bit = 0; bit < codes.width; bit++) {
      const wrong = codes.withFlippedBit(address, bit)
      const expected = [romSignature(wrong), rightScales]
      expect(signaturesOf(wrong, scales), `word ${address}, bit ${bit}`).toEqual(expected)
      expect(expected[0]).not.toBe(rightCodes)
    }
  }
})

test('a wrong bit at any position of the scales is found, and in the scales alone', () => {
  for (let address = 0; address < scales.depth; address++) {
    for (let bit = 0; bit < scales.width; bit++) {
      const wrong = scales.withFlippedBit(address, bit)
      const expected = [rightCodes, romSignature(wrong)]
      expect(signaturesOf(codes, wrong), `word ${address}, bit ${bit}`).toEqual(expected)
      expect(expected[1]).not.toBe(rightScales)
    }
  }
})
