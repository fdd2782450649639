import { basename } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { emitDesign, filesFor } from '../../src/emit/index.js'
import { elaborate, RomContents } from '../../src/hdl/index.js'
import { equivalent, openYosys, type ProvableDesign, romReference } from '../../src/synth/index.js'
import { randomContents } from '../testing/random-contents.js'
import { parseRomPolicy, type RomPolicy, romMacroName, romPolicyNames } from './policy.js'
import { romModule } from './rom-module.js'

const yosys = openYosys()
afterAll(() => yosys.close())

/** The ROM as Yosys proves it: of a macro its model alone, with the image that it reads. */
function provable(contents: RomContents, policy: RomPolicy, registered = false): ProvableDesign {
  const design = emitDesign(elaborate(romModule(contents, policy, { registered })))
  if (policy.kind !== 'macro') return design
  const files = filesFor(design, 'lint').map(({ path, text }) => ({ path: basename(path), text }))
  return { top: romMacroName(contents), files }
}

const tables = [
  randomContents(new Random(1), 21, 9),
  randomContents(new Random(2), 64, 20, 0.4),
  RomContents.fromWords(3, [5]),
]

describe.each(romPolicyNames)('%s is proved by Yosys to hold its contents', (name) => {
  const policy = parseRomPolicy(name)

  test.each(tables.map(({ depth, width }, i) => [depth, width, i] as const))(
    '%i words of %i bits',
    async (_depth, _width, i) => {
      const contents = tables[i]!
      const rom = provable(contents, policy)
      expect(await equivalent(rom, romReference(contents), { yosys })).toEqual({
        verdict: 'equal',
        method: 'combinational',
      })
    },
  )

  if (policy.kind !== 'macro') {
    test('with a register', async () => {
      const contents = tables[0]!
      const reference = romReference(contents, { clock: 'clk_i' })
      const found = await equivalent(provable(contents, policy, true), reference, { yosys })
      expect(found.verdict).toBe('equal')
    })
  }

  test('one wrong bit is found at its address', async () => {
    const contents = tables[0]!
    const address = 13
    const bytes = contents.bytes.slice()
    bytes[address * contents.bytesPerWord]! ^= 1
    const wrong = RomContents.fromBytes(contents.width, bytes)
    const found = await equivalent(provable(wrong, policy), romReference(contents), { yosys })
    expect(found).toMatchObject({
      verdict: 'different',
      counterexample: { steps: [{ inputs: { addr_i: BigInt(address) } }] },
    })
  })
})
