import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nativeSuite } from '../../src/common/tools.js'
import { type EngineName, simulate } from '../../src/sim/index.js'
import { lUnitParameters } from './parameters.js'
import { randomActivations, randomWeights } from './testing/random-weights.js'
import { referenceProduct } from './testing/reference.js'
import { activationBeats } from './testing/run-tile.js'
import { lUnitTile } from './tile.js'

const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['embedded', { title: 'the embedded engine', skip: false }],
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
]

for (const [engine, suite] of engines) {
  describe.skipIf(suite.skip)(suite.title, () => {
    test.each([
      ['INT4', {}],
      ['INT4 with offsets', { offsets: true }],
      ['ternary', { bits: 'ternary' }],
    ] as const)(
      'multiplies by a tile of B-ROM L-Units as the arithmetic page says, %s',
      async (_, given) => {
        const random = new Random(5)
        const parameters = lUnitParameters({ lanes: 8, group: 32, ...given })
        const { bits, group, mantissaBits, offsets } = parameters
        const shape = { rows: 9, columns: 75, bits, group, offsets }
        const weights = randomWeights(random, shape)
        const tile = lUnitTile(parameters, weights, 2)
        const simulation = await simulate(tile, { engine })
        for (let vector = 0; vector < 3; vector++) {
          const activations = randomActivations(random, shape, mantissaBits)
          simulation.send('s_axis', activationBeats(parameters, shape.columns, activations))
          const receiver = simulation.receive('m_axis', shape.rows, { rate: 0.6 })
          simulation.runUntil(() => receiver.done, 1000)
          const expected = referenceProduct(weights, group, mantissaBits, activations)
          expect(receiver.values).toEqual([...expected])
        }
        simulation.close()
      },
    )
  })
}
