import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nativeSuite } from '../../src/common/tools.js'
import { defineModule, input, output, type RomContents, uint, vec } from '../../src/hdl/index.js'
import { type EngineName, simulate } from '../../src/sim/index.js'
import { randomContents } from '../testing/random-contents.js'
import { parseRomPolicy, romPolicyNames } from './policy.js'
import { romModule } from './rom-module.js'

/** All policies side by side, with one address: one build of a native simulator reads them all. */
function allPolicies(contents: RomContents) {
  const { addressWidth, width } = contents
  return defineModule(
    `policies_${contents.depth}x${width}`,
    {
      addr_i: input(uint(addressWidth)),
      data_o: output(vec(uint(width), romPolicyNames.length)),
      registered_o: output(vec(uint(width), romPolicyNames.length)),
    },
    (m, { addr_i, data_o, registered_o }) => {
      const read = (registered: boolean) =>
        romPolicyNames.map((name, i) => {
          const rom = romModule(contents, parseRomPolicy(name), { registered })
          const instance = `u_${registered ? 'registered' : 'rom'}${i}`
          return m.instance(instance, rom, { addr_i }).data_o
        })
      data_o.assign(read(false))
      registered_o.assign(read(true))
    },
  )
}

const contents = [randomContents(new Random(1), 64, 16), randomContents(new Random(2), 21, 37, 0.3)]
const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['embedded', { title: 'the embedded engine', skip: false }],
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
]

for (const [engine, suite] of engines) {
  describe.skipIf(suite.skip)(`${suite.title} reads back`, () => {
    test.each(contents.map((words) => [words.depth, words.width, words] as const))(
      '%i words of %i bits by every policy',
      async (depth, _, words) => {
        const simulation = await simulate(allPolicies(words), { engine })
        let before: bigint | undefined
        for (let address = 0; address < 2 ** words.addressWidth; address++) {
          simulation.poke('addr_i', address)
          const word = words.word(address)
          const read = fields(simulation.peekBits('data_o'), words.width)
          expect(read, `address ${address} of ${depth}`).toEqual(romPolicyNames.map(() => word))
          if (before !== undefined) {
            const registered = fields(simulation.peekBits('registered_o'), words.width)
            expect(new Set(registered)).toEqual(new Set([before]))
          }
          simulation.step()
          before = word
        }
        simulation.close()
      },
    )
  })
}

function fields(bits: bigint, width: number): bigint[] {
  return romPolicyNames.map((_, i) => BigInt.asUintN(width, bits >> BigInt(i * width)))
}
