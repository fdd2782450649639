import { expect, test } from 'vitest'
import { codeWidth } from '../common/code-bits.js'
import { Random } from '../common/random.js'
import { smallConfig, smallModel } from '../flow/chip/testing/small-model.js'
import type { ChipModel, QuantizedMatrix } from '../quantize/index.js'
import { type ChipConfigInput, parseChipConfig } from './chip-config.js'
import { chipShape } from './chip-shape.js'
import { codeInRom, codeOfRom } from './code-digits.js'
import { allSweeps, placeWeights } from './placement.js'
import { codeAtRomBit } from './rom-address.js'
import { lUnitRoms } from './rom-contents.js'

const wide = { ...smallConfig, dim: 64, heads: 8, kvHeads: 2, hiddenDim: 75 }

/** The bytes of the code ROM of every L-Unit, column after column of the mesh. */
function codeRoms(settings: ChipConfigInput, model: ChipModel) {
  const shape = chipShape(parseChipConfig(settings), model.config)
  const sweeps = allSweeps(placeWeights(shape, { ...shape, accumulatorLatency: 4 }, model))
  const roms = lUnitRoms({ ...shape, offsets: false }, sweeps)
  return { shape, sweeps, roms: roms.map((column) => column.map(({ codeBytes }) => codeBytes)) }
}

/** The model with one bit of one code in ROM flipped; a matrix of the model is found by being the same object. */
function flipped(model: ChipModel, matrix: QuantizedMatrix, index: number, bit: number): ChipModel {
  const codes = matrix.codes.slice()
  codes[index] = codeOfRom(codeInRom(codes[index]!, matrix.bits) ^ (1 << bit), matrix.bits)
  const changed = (other: QuantizedMatrix) => (other === matrix ? { ...matrix, codes } : other)
  return {
    ...model,
    head: changed(model.head),
    layers: model.layers.map((layer) => ({
      ...layer,
      wq: changed(layer.wq),
      wk: changed(layer.wk),
      wv: changed(layer.wv),
      wo: changed(layer.wo),
      w1: changed(layer.w1),
      w2: changed(layer.w2),
      w3: changed(layer.w3),
    })),
  }
}

test.each([
  [{ lUnits: 4, lanes: 8 }, smallConfig],
  [{ lUnits: 2, lanes: 32, bits: 2 }, smallConfig],
  [{ lUnits: 3, lanes: 16, bits: 'ternary', headBits: 'ternary' }, smallConfig],
  [{ lUnits: 3, lanes: 8, mesh: { rows: 1, columns: 2 } }, wide],
] satisfies [ChipConfigInput, typeof smallConfig][])(
  'a flipped code has its one flipped bit in the ROMs where it is looked for: %j',
  (settings, modelConfig) => {
    const input = { group: 32, ...settings } as const
    const model = smallModel(parseChipConfig(input), modelConfig)
    const { shape, sweeps, roms } = codeRoms(input, model)
    const random = new Random(7)
    const wordBytes = Math.ceil((shape.lanes * codeWidth(shape.bits)) / 8)
    let weights = 0
    for (let trial = 0; trial < 24; trial++) {
      const place = {
        meshColumn: random.integer(0, shape.columns - 1),
        lUnit: random.integer(0, shape.lUnits - 1),
        address: random.integer(0, roms[0]![0]!.length / wordBytes - 1),
        bit: random.integer(0, shape.lanes * codeWidth(shape.bits) - 1),
      }
      const at = place.address * wordBytes + (place.bit >> 3)
      const bytes = roms[place.meshColumn]![place.lUnit]!
      const found = codeAtRomBit(shape, sweeps, place)
      if (found === undefined) {
        expect((bytes[at]! >> (place.bit & 7)) & 1, `seed ${random.seed}, trial ${trial}`).toBe(0)
        continue
      }
      weights++
      const { matrix, row, column, bit } = found
      const code = matrix.codes[row * matrix.columns + column]!
      const turned = codeInRom(code, matrix.bits) ^ (1 << bit)
      // A zero trit with a sign stands in no ROM.
      if (codeInRom(codeOfRom(turned, matrix.bits), matrix.bits) !== turned) continue
      const other = codeRoms(input, flipped(model, matrix, row * matrix.columns + column, bit))
      const flip = () => {
        bytes[at]! ^= 1 << (place.bit & 7)
      }
      flip()
      expect(other.roms, `seed ${random.seed}, trial ${trial}`).toEqual(roms)
      flip()
    }
    expect(weights).toBeGreaterThan(5)
  },
)

test('as many places in the ROMs have a code as there are codes', () => {
  const model = smallModel({ bits: 4, headBits: 8, group: 32 })
  const { shape, sweeps, roms } = codeRoms({ group: 32, lanes: 8, lUnits: 4 }, model)
  const found = new Map<QuantizedMatrix, number>()
  for (const [lUnit, bytes] of roms[0]!.entries()) {
    for (let place = 0; place < bytes.length * 2; place++) {
      const [address, bit] = [Math.floor(place / 8), (place % 8) * 4]
      const code = codeAtRomBit(shape, sweeps, { meshColumn: 0, lUnit, address, bit })
      if (code !== undefined) found.set(code.matrix, (found.get(code.matrix) ?? 0) + 1)
    }
  }
  expect(found.size).toBe(2 * 7 + 1)
  for (const [matrix, count] of found) {
    expect(count).toBe((matrix.codes.length * codeWidth(matrix.bits)) / 4)
  }
})

test('there is no code behind the last word', () => {
  const model = smallModel({ bits: 4, headBits: 8, group: 32 })
  const { shape, sweeps, roms } = codeRoms({ group: 32, lanes: 8 }, model)
  const place = { meshColumn: 0, lUnit: 0, address: roms[0]![0]!.length / 4, bit: 0 }
  expect(codeAtRomBit(shape, sweeps, place)).toBeUndefined()
})
