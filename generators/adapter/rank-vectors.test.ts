import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nativeSuite } from '../../src/common/tools.js'
import { alignGroup } from '../../src/golden/index.js'
import { type EngineName, type Simulation, simulate } from '../../src/sim/index.js'
import { bitsOf32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import type { AdapterParameters } from './parameters.js'
import { rankVectors } from './rank-vectors.js'
import { chipRank, testParameters } from './testing/test-parameters.js'
import { adapterTiming } from './timing.js'

type RankVectors = Simulation<ReturnType<typeof rankVectors>['ports']>

interface TestedSweep {
  readonly projections: number
  /** Cycles without a result before each one, over and over. */
  readonly gaps: readonly number[]
}

/** One sweep's results: the cycles of its ticks, from its start on, and the vectors that they make up. */
function randomSweep(
  random: Random,
  { rank, units }: AdapterParameters,
  { projections, gaps }: TestedSweep,
  adapterRank: number,
) {
  const vectors = Array.from({ length: projections }, () => {
    const size = random.integer(-140, 100)
    return Float32Array.from({ length: rank }, (_, i) => {
      if (i >= adapterRank || random.chance(0.05)) return 0
      return random.integer(-(2 ** 24), 2 ** 24) * 2 ** (size + random.integer(-14, 0))
    })
  })
  const ticks = (projections * rank) / units
  const cycles: number[] = []
  for (let tick = 0, cycle = 1; tick < ticks; tick++) {
    cycle += gaps[tick % gaps.length]!
    cycles.push(cycle++)
  }
  return { vectors, cycles }
}

function expectedOf(vector: Float32Array, { rank, lUnit }: AdapterParameters) {
  const { mantissas, exponent } = alignGroup(vector, rank, lUnit.mantissaBits)
  return { integers: [...mantissas], exponent: exponent + 127 }
}

/** Sends the results of some sweeps; reads each vector as soon as it may be, and those of both banks at the end of each sweep. */
function checkVectors(
  ranks: RankVectors,
  parameters: AdapterParameters,
  recipes: readonly TestedSweep[],
  adapterRank: number,
  seed: number,
): void {
  const { units } = parameters
  const random = new Random(seed)
  const readAt = (sweep: number, address: number) => {
    ranks.poke('bank_i', sweep % 2 === 1)
    ranks.poke('address_i', address)
    ranks.step()
    return { integers: [...ranks.peek('vector_o')], exponent: ranks.peek('exponent_o') }
  }
  const sweeps = recipes.map((recipe) => randomSweep(random, parameters, recipe, adapterRank))
  for (const [i, { vectors, cycles }] of sweeps.entries()) {
    const readable = adapterTiming(parameters).readable(cycles, vectors.length)
    const seen: unknown[] = []
    const results = vectors.flatMap((vector) => [...vector].map(bitsOf32))
    for (let cycle = 0; cycle <= readable.at(-1)!; cycle++) {
      ranks.poke('start_i', cycle === 0)
      ranks.poke('last_vector_i', vectors.length - 1)
      const tick = cycles.indexOf(cycle)
      ranks.poke('result_valid_i', tick >= 0)
      if (tick >= 0) ranks.poke('result_i', results.slice(tick * units, (tick + 1) * units))
      const address = readable.indexOf(cycle)
      if (address < 0) ranks.step()
      else seen.push(readAt(i, address))
    }
    const expected = vectors.map((vector) => expectedOf(vector, parameters))
    expect(seen).toEqual(expected)
    for (const sweep of [i, i - 1]) {
      const { vectors: held = [] } = sweeps[sweep] ?? {}
      const again = held.map((_, address) => readAt(sweep, address))
      expect(again).toEqual(held.map((vector) => expectedOf(vector, parameters)))
    }
  }
}

const anySweep = fc.record({
  projections: fc.integer({ min: 1, max: 3 }),
  gaps: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }),
})
const anySizes = fc
  .record({
    adapterRank: fc.integer({ min: 1, max: 64 }),
    vectorLanes: fc.constantFrom(1, 2, 4, 8),
    unitsOfLane: fc.constantFrom(1, 2, 4, 8),
    mantissaBits: fc.integer({ min: 10, max: 16 }),
  })
  .map(({ adapterRank, vectorLanes, unitsOfLane, mantissaBits }) => {
    const rank = chipRank(adapterRank)
    const units = Math.min(rank, vectorLanes * unitsOfLane)
    return { adapterRank, rank, units, vectorLanes, mantissaBits }
  })
const rest = { columns: 1, lanes: 8, group: 32, sweeps: [{ length: 9, projections: 3 }] } as const

test('vectors of ranks 1 to 64 are aligned, each a group, and stay while the next sweep comes', () => {
  fc.assert(
    fc.property(
      anySizes,
      fc.array(anySweep, { minLength: 1, maxLength: 4 }),
      fc.integer(),
      ({ adapterRank, ...sizes }, sweeps, seed) => {
        const parameters = testParameters({ ...rest, ...sizes })
        const ranks = openModule(rankVectors(parameters), seed)
        checkVectors(ranks, parameters, sweeps, adapterRank, seed)
        ranks.close()
      },
    ),
    { numRuns: 20 },
  )
})

test('a sweep that starts while beats of the one before are read fails its assertion', () => {
  const sizes = { rank: 8, units: 8, vectorLanes: 2, mantissaBits: 12 }
  const ranks = openModule(rankVectors(testParameters({ ...rest, ...sizes })))
  ranks.poke('result_valid_i', true)
  ranks.step()
  ranks.poke('start_i', true)
  expect(() => ranks.step()).toThrow('vectors_are_read')
  ranks.close()
})

const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
]
for (const [engine, suite] of engines) {
  test.skipIf(suite.skip)(
    `${suite.title}: rank 13 of 16, four sweeps`,
    { timeout: 300_000 },
    async () => {
      const sizes = { rank: 16, units: 4, vectorLanes: 2, mantissaBits: 12 }
      const parameters = testParameters({ ...rest, ...sizes })
      const ranks = await simulate(rankVectors(parameters), { engine })
      const sweeps = [3, 1, 2, 1].map((projections) => ({ projections, gaps: [0, 3, 1] }))
      checkVectors(ranks, parameters, sweeps, 13, 7)
      ranks.close()
    },
  )
}
