import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { attend, type CachedVector, cachedVector } from '../../src/golden/index.js'
import { elaborate } from '../../src/hdl/index.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import { VectorLayout } from '../../src/sim/testbench/vector-layout.js'
import { hUnit } from './h-unit.js'
import { type HUnitParameters, hUnitParameters, kvFormats } from './parameters.js'
import {
  RunningHUnit,
  type TokenHeads,
  type TokenResult,
  type TokenSchedule,
} from './testing/run-h-unit.js'
import { tokenStimulus } from './testing/token-stimulus.js'
import { hUnitTiming } from './timing.js'

/** The caches of all layers, in the golden model's arithmetic. */
class GoldenCache {
  readonly #cached = new Map<string, CachedVector>()

  constructor(private readonly parameters: HUnitParameters) {}

  /** Takes a token's keys and values, and gives the bits of its mixed vector. */
  mix({ layer, position, keys, queries, values }: TokenHeads): Uint32Array {
    const { kvFormat, kvHeads, heads, mantissaBits } = this.parameters
    for (const [kind, vectors] of Object.entries({ keys, values })) {
      for (const [head, vector] of vectors.entries()) {
        this.#cached.set(`${kind} ${layer} ${position} ${head}`, cachedVector(vector, kvFormat))
      }
    }
    const cached = (kind: string, head: number) =>
      Array.from(
        { length: position + 1 },
        (_, at) => this.#cached.get(`${kind} ${layer} ${at} ${head}`)!,
      )
    const mixed = queries.map((query, i) => {
      const head = Math.floor(i / (heads / kvHeads))
      const cache = { keys: cached('keys', head), values: cached('values', head) }
      return attend(query, cache, mantissaBits)
    })
    const numbers = Float32Array.from(mixed.flatMap((vector) => [...vector]))
    return new Uint32Array(numbers.buffer)
  }
}

type Numbers = (random: Random) => number

/** Numbers around a magnitude, some of them zero. */
function around(magnitude: number): Numbers {
  return (random) => {
    if (random.chance(0.05)) return 0
    return (random.fraction() * 2 - 1) * magnitude * 2 ** -random.integer(0, 6)
  }
}

function randomToken(
  { heads, kvHeads, headSize }: HUnitParameters,
  random: Random,
  layer: number,
  position: number,
  numbers: TokenNumbers,
): TokenHeads {
  const vectors = (count: number, number: Numbers) =>
    Array.from({ length: count }, () =>
      random.chance(0.03)
        ? new Float32Array(headSize)
        : Float32Array.from({ length: headSize }, () => number(random)),
    )
  return {
    layer,
    position,
    keys: vectors(kvHeads, numbers.key),
    queries: vectors(heads, numbers.query),
    values: vectors(kvHeads, numbers.value),
  }
}

type Kind = 'keys' | 'queries' | 'values'

/** Beats of the kinds in an order, without gaps, and attention as early as `hUnitTiming` permits. */
function tightest(
  parameters: HUnitParameters,
  order: readonly Kind[] = ['keys', 'queries', 'values'],
  headGap = 0,
): TokenSchedule {
  const { kvHeads, heads, headSize, vectorLanes } = parameters
  const beats = headSize / vectorLanes
  const { keyToStart, queryToStart, valueToStart } = hUnitTiming(parameters)
  const starts = { keys: keyToStart, queries: queryToStart, values: valueToStart }
  const first = { keys: 0, queries: 0, values: 0 }
  let [next, attendStart] = [0, -Infinity]
  for (const kind of order) {
    first[kind] = next
    next += (kind === 'queries' ? heads : kvHeads) * (beats + headGap)
    attendStart = Math.max(attendStart, next - headGap - 1 + starts[kind])
  }
  return { first, attendStart, headGap }
}

interface TokenNumbers {
  readonly key: Numbers
  readonly query: Numbers
  readonly value: Numbers
}

const ordinary: TokenNumbers = { key: around(3), query: around(2), value: around(1) }

interface AttentionOptions {
  /** Of each layer in turn. */
  readonly numbers?: readonly TokenNumbers[]
  readonly seed?: number
  readonly schedule?: TokenSchedule
}

/** Runs tokens at all positions in all layers, and calls back with what came out and what should have. */
function runAttention(
  parameters: HUnitParameters,
  { numbers = [ordinary], seed = 1, schedule = tightest(parameters) }: AttentionOptions,
  onToken: (token: TokenHeads, result: TokenResult, expected: Uint32Array) => void,
): void {
  const random = new Random(seed)
  const unit = new RunningHUnit(parameters)
  const golden = new GoldenCache(parameters)
  for (let position = 0; position < parameters.positions; position++) {
    for (let layer = 0; layer < parameters.layers; layer++) {
      const token = randomToken(
        parameters,
        random,
        layer,
        position,
        numbers[layer % numbers.length]!,
      )
      onToken(token, unit.run(token, schedule), golden.mix(token))
    }
  }
}

function expectAttention(parameters: HUnitParameters, options: AttentionOptions = {}): void {
  const { attendStart } = options.schedule ?? tightest(parameters)
  const { mixBeats, positionCycles } = hUnitTiming(parameters)
  runAttention(parameters, options, ({ position, layer }, result, expected) => {
    const note = `position ${position}, layer ${layer}, seed ${options.seed ?? 1}`
    expect(hex(result.mixed), note).toEqual(hex(expected))
    const start = attendStart + position * positionCycles
    expect(result.mixBeats, note).toEqual(mixBeats.map((beat) => start + beat))
  })
}

function hex(words: Uint32Array): string[] {
  return [...words].map((word) => word.toString(16).padStart(8, '0'))
}

const shapes = [
  { vectorLanes: 8, heads: 8, kvHeads: 4, headSize: 8, layers: 2, positions: 10 },
  { vectorLanes: 2, heads: 1, kvHeads: 1, headSize: 2, layers: 1, positions: 20 },
  { vectorLanes: 2, heads: 3, kvHeads: 1, headSize: 6, layers: 3, positions: 5 },
  { vectorLanes: 4, heads: 6, kvHeads: 3, headSize: 8, layers: 1, positions: 7 },
  { vectorLanes: 4, heads: 6, kvHeads: 2, headSize: 16, layers: 2, positions: 4 },
  { vectorLanes: 16, heads: 4, kvHeads: 4, headSize: 16, layers: 1, positions: 9 },
]

test.each(shapes)(
  '$heads heads of $headSize on $kvHeads, $vectorLanes lanes, $layers layers',
  (shape) => expectAttention(hUnitParameters(shape)),
)

test.each([10, 16])('queries of %i bits', (mantissaBits) => {
  const shape = { vectorLanes: 4, heads: 2, kvHeads: 1, headSize: 8, layers: 1, positions: 6 }
  expectAttention(hUnitParameters({ ...shape, mantissaBits }))
})

describe.each(kvFormats)('%s', (kvFormat) => {
  test.each(kvFormat === 'int8' ? [] : shapes.slice(1, 4))(
    '$heads heads of $headSize on $kvHeads, $vectorLanes lanes, $layers layers',
    (shape) => expectAttention(hUnitParameters({ ...shape, kvFormat })),
  )

  test('numbers of all magnitudes', () => {
    const numbers = [
      ordinary,
      // Scores beyond their range.
      { key: around(1e4), query: around(1e3), value: around(1e-3) },
      // Scores of a few units.
      { key: around(1e-2), query: around(1e-6), value: around(1e6) },
      // Maxima that rise by hundreds.
      { key: around(100), query: around(8), value: around(1) },
      { key: around(1e-30), query: around(1e30), value: around(1e-38) },
      { key: around(3e38), query: around(3e38), value: around(3e38) },
    ]
    const shape = { vectorLanes: 4, heads: 4, kvHeads: 2, headSize: 8, positions: 9 }
    const parameters = hUnitParameters({ ...shape, layers: numbers.length, kvFormat })
    expectAttention(parameters, { numbers, seed: 2 })
  })

  test.each([1, 4])('%i cycles between heads', (headGap) => {
    const shape = { vectorLanes: 4, heads: 4, kvHeads: 2, headSize: 8, layers: 1, positions: 2 }
    const parameters = hUnitParameters({ ...shape, kvFormat })
    const schedule = tightest(parameters, ['queries', 'keys', 'values'], headGap)
    expectAttention(parameters, { schedule })
  })

  const orders: Kind[][] = [
    ['values', 'queries', 'keys'],
    ['keys', 'values', 'queries'],
    ['keys', 'queries', 'values'],
  ]
  test.each(orders)('%s, then %s, then %s: no edge earlier', (...order) => {
    const shape = { vectorLanes: 4, heads: 4, kvHeads: 2, headSize: 8, layers: 1, positions: 2 }
    const tight = hUnitParameters({ ...shape, kvFormat })
    const schedule = tightest(tight, order)
    expectAttention(tight, { schedule })
    const early = { ...schedule, attendStart: schedule.attendStart - 1 }
    let wrong = 0
    runAttention(tight, { schedule: early }, (_, { mixed }, expected) => {
      if (hex(mixed).join() !== hex(expected).join()) wrong++
    })
    expect(wrong).toBeGreaterThan(0)
  })
})

test.each([
  [{ vectorLanes: 3 }, 'vectorLanes: 3'],
  [{ vectorLanes: 16 }, 'vectorLanes: 16'],
  [{ kvHeads: 3 }, 'kvHeads: 3'],
  [{ positions: 0 }, 'positions: 0'],
  [{ mantissaBits: 9 }, 'mantissaBits: 9'],
])('parameters that cannot be built: %j', (given, message) => {
  const [shape] = shapes
  expect(() => hUnitParameters({ ...shape!, ...given })).toThrow(message)
})

test('a token of stories260K at position 0 takes 22 edges of attention', () => {
  const { mixBeats } = hUnitTiming(hUnitParameters(shapes[0]!))
  expect(mixBeats.at(-1)).toBe(22)
})

test('a stream of tokens as vectors is done when it says', () => {
  const parameters = hUnitParameters(shapes[0]!)
  const engine = openEmbedded(elaborate(hUnit(parameters)).flat)
  const { ports } = engine
  const cycles = 600
  const { records, doneCycles } = tokenStimulus(parameters, ports, cycles, new Random(1))
  const clockPort = ports.findIndex(({ role }) => role === 'clock')
  const response = engine.runVectors({ clockPort, cycles, stimulus: records })
  const layout = new VectorLayout(ports)
  const done = ports.findIndex(({ name }) => name === 'done_o')
  const found = Array.from({ length: cycles }, (_, i) => i).filter(
    (cycle) => layout.get(response, cycle, done) === 1n,
  )
  expect(doneCycles.length).toBeGreaterThan(4)
  expect(found).toEqual(doneCycles)
  engine.close()
})
