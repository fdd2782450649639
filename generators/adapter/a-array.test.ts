import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nativeSuite } from '../../src/common/tools.js'
import { adapterRegionNames } from '../../src/compiler/adapter-layout.js'
import { columnElements } from '../../src/compiler/column-split.js'
import { rowEnds, sweepCycles } from '../../src/compiler/sweep-order.js'
import { type EngineName, type Simulation, simulate } from '../../src/sim/index.js'
import { randomActivations } from '../l-unit/testing/random-weights.js'
import { referenceProduct, type TestActivations } from '../l-unit/testing/reference.js'
import { bitsOf32, numberOfBits32, round32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { aArrayEdges, adapterAArray } from './a-array.js'
import type { AdapterParameters } from './parameters.js'
import { frameWords, randomRows, rowsOfColumn, unitWords } from './testing/a-rows.js'
import { chipRank, type TestSizes, testParameters } from './testing/test-parameters.js'

type AArray = Simulation<ReturnType<typeof adapterAArray>['ports']>
type Sizes = TestSizes & { readonly adapterRank: number }

/** What one sweep computes from, for each column of the mesh, and what it gives. */
function randomSweep(random: Random, sizes: Sizes, number: number) {
  const { rank, columns, group, mantissaBits, sweeps, adapterRank } = sizes
  const { length, projections } = sweeps[number]!
  const shape = { rows: projections * rank, columns: length, group }
  const unchanged = random.integer(0, projections)
  const rows = randomRows(
    random,
    shape,
    (row) => row % rank >= adapterRank || Math.floor(row / rank) === unchanged,
  )
  const { mantissas, exponents } = randomActivations(random, { ...shape, bits: 8 }, mantissaBits)
  const parts = Array.from({ length: columns }, (_, column) => {
    const elements = columnElements(length, group, columns, column)
    const steps = Math.ceil(elements.length / group)
    const activations: TestActivations = {
      mantissas: Int32Array.from(elements, (e) => (e === undefined ? 0 : mantissas[e]!)),
      exponents: Uint8Array.from(
        { length: steps },
        (_, step) => exponents[step * columns + column] ?? 0,
      ),
    }
    return { rows: rowsOfColumn(rows, group, columns, column), activations }
  })
  const results = parts.map((part) =>
    [...referenceProduct(part.rows, group, mantissaBits, part.activations)].map(numberOfBits32),
  )
  const expected = results[0]!.map((_, row) =>
    bitsOf32(results.map((of) => of[row]!).reduce((sum, result) => round32(sum + result))),
  )
  return { parts, expected }
}
type Sweep = ReturnType<typeof randomSweep>

interface LoadWord {
  readonly slot: number
  readonly region: 'a codes' | 'a scales'
  readonly unit: number
  readonly address: number
  readonly word: number
  readonly data: number
}

/** The words that load the rows of a slot's sweeps. */
function wordsOf(parameters: AdapterParameters, slot: number, sweeps: readonly Sweep[]) {
  const { columns, units, orders } = parameters
  const words: LoadWord[] = []
  for (let column = 0; column < columns; column++) {
    for (let u = 0; u < units; u++) {
      const unit = column * units + u
      const all = sweeps.map(({ parts }, i) => unitWords(parts[column]!.rows, orders[i]!, units, u))
      for (const [address, codes] of all.flatMap((of) => of.codes).entries()) {
        for (const [word, data] of frameWords(codes).entries()) {
          words.push({ slot, region: 'a codes', unit, address, word, data })
        }
      }
      for (const [address, data] of all.flatMap((of) => of.scales).entries()) {
        words.push({ slot, region: 'a scales', unit, address, word: 0, data })
      }
    }
  }
  return words
}

function pokeLoad(array: AArray, given: LoadWord | undefined): void {
  array.poke('load_valid_i', given !== undefined)
  if (given === undefined) return
  array.poke('load_slot_i', given.slot === 1)
  array.poke('load_region_i', adapterRegionNames.indexOf(given.region))
  array.poke('load_unit_i', given.unit)
  array.poke('load_address_i', given.address)
  array.poke('load_word_i', given.word)
  array.poke('load_data_i', given.data)
}

/** Sweeps of a slot, one right behind the other, while words of the other slot are loaded: cycles and results. */
function runSweeps(
  array: AArray,
  parameters: AdapterParameters,
  slot: number,
  sweeps: readonly Sweep[],
  loaded: readonly LoadWord[],
) {
  const { orders, lanes, units, lUnit } = parameters
  const starts: number[] = []
  const bases: { code: number; scale: number }[] = []
  let cycles = 0
  let [code, scale] = [0, 0]
  for (const [i, { parts }] of sweeps.entries()) {
    starts.push(cycles)
    bases.push({ code, scale })
    cycles += sweepCycles(orders[i]!)
    const words = unitWords(parts[0]!.rows, orders[i]!, units, 0)
    code += words.codes.length
    scale += words.scales.length
  }
  const expected = sweeps.flatMap((sweep, i) =>
    rowEnds(orders[i]!).map((end, tick) => ({
      cycle: starts[i]! + end + 1 + aArrayEdges(parameters),
      results: sweep.expected.slice(tick * units, (tick + 1) * units),
    })),
  )
  const seen: typeof expected = []
  const end = Math.max(cycles + aArrayEdges(parameters) + 3, loaded.length)
  for (let cycle = 0; cycle < end; cycle++) {
    const starting = starts.indexOf(cycle)
    array.poke('start_i', starting >= 0)
    array.poke('slot_i', slot === 1 && starting >= 0)
    if (starting >= 0) {
      array.poke('order_i', starting)
      array.poke('code_base_i', bases[starting]!.code)
      array.poke('scale_base_i', bases[starting]!.scale)
      array.poke('activation_bank_i', starting === 1)
    }
    pokeLoad(array, loaded[cycle])
    if (array.peek('result_valid_o')) {
      seen.push({ cycle, results: [...(array.peek('result_o') as number[])] })
    }
    const beat = array.peek('activation_address_o') * lanes
    const activations = sweeps[Number(array.peek('activation_bank_o'))]?.parts.flatMap((part) =>
      Array.from({ length: lanes }, (_, lane) => part.activations.mantissas[beat + lane] ?? 0),
    )
    const group = array.peek('exponent_address_o')
    const exponents = sweeps[Number(array.peek('exponent_bank_o'))]?.parts.map(
      (part) => part.activations.exponents[group] ?? 0,
    )
    array.step()
    array.poke('activation_i', activations ?? new Array(parameters.columns * lUnit.lanes).fill(0))
    array.poke('exponent_i', exponents ?? new Array(parameters.columns).fill(0))
  }
  pokeLoad(array, undefined)
  return { seen, expected }
}

/** Loads both slots, the second while the first one's sweeps run, and compares every result and its cycle. */
function checkArray(array: AArray, parameters: AdapterParameters, sizes: Sizes, seed: number) {
  const random = new Random(seed)
  const slots = [0, 1].map((slot) => {
    const sweeps = sizes.sweeps.map((_, i) => randomSweep(random, sizes, i))
    return { sweeps, words: wordsOf(parameters, slot, sweeps) }
  })
  const [first, second] = slots as [(typeof slots)[0], (typeof slots)[0]]
  for (const word of first.words) {
    pokeLoad(array, word)
    array.step()
  }
  const meanwhile = [second.words, []]
  for (const [slot, { sweeps }] of slots.entries()) {
    const { seen, expected } = runSweeps(array, parameters, slot, sweeps, meanwhile[slot]!)
    expect(seen).toEqual(expected)
  }
}

const anySweep = fc.record({
  length: fc.integer({ min: 1, max: 130 }),
  projections: fc.integer({ min: 1, max: 3 }),
})
const anySizes = fc
  .record({
    adapterRank: fc.integer({ min: 1, max: 64 }),
    units: fc.constantFrom(1, 2, 8),
    columns: fc.integer({ min: 1, max: 3 }),
    lanes: fc.constantFrom(2, 8, 32),
    mantissaBits: fc.integer({ min: 10, max: 16 }),
    sweeps: fc.array(anySweep, { minLength: 1, maxLength: 2 }),
  })
  .map((given) => ({
    ...given,
    rank: chipRank(given.adapterRank),
    vectorLanes: 1,
    group: 32 as const,
  }))

test('sweeps of both slots, of ranks 1 to 64, any length, over 1 to 3 columns', () => {
  fc.assert(
    fc.property(anySizes, fc.integer(), (sizes, seed) => {
      const parameters = testParameters(sizes)
      const array = openModule(adapterAArray(parameters), seed)
      checkArray(array, parameters, sizes, seed)
      array.close()
    }),
    { numRuns: 10 },
  )
}, 300_000)

test('sweeps of lengths that differ within a word', () => {
  const sizes = {
    adapterRank: 3,
    rank: 8,
    units: 8,
    columns: 1,
    vectorLanes: 1,
    lanes: 8,
    group: 32,
    mantissaBits: 12,
    sweeps: [
      { length: 16, projections: 1 },
      { length: 15, projections: 1 },
    ],
  } as const
  const parameters = testParameters(sizes)
  const array = openModule(adapterAArray(parameters))
  checkArray(array, parameters, sizes, 7)
  array.close()
})

const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
]
for (const [engine, suite] of engines) {
  test.skipIf(suite.skip)(
    `${suite.title}: rank 5 of 8, two columns, two sweeps`,
    { timeout: 300_000 },
    async () => {
      const sizes = {
        adapterRank: 5,
        rank: 8,
        units: 2,
        columns: 2,
        vectorLanes: 1,
        lanes: 4,
        group: 32,
        mantissaBits: 12,
        sweeps: [
          { length: 77, projections: 2 },
          { length: 33, projections: 1 },
        ],
      } as const
      const parameters = testParameters(sizes)
      const array = await simulate(adapterAArray(parameters), { engine })
      checkArray(array, parameters, sizes, 7)
      array.close()
    },
  )
}
