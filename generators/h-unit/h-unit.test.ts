import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { attend, type CachedVector, cachedVector } from '../../src/golden/index.js'
import { type HUnitParameters, hUnitParameters, kvFormats } from './parameters.js'
import { RunningHUnit, type TokenHeads, type TokenSchedule } from './testing/run-h-unit.js'
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
  numbers: { readonly key: Numbers; readonly query: Numbers; readonly value: Numbers },
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

/** Beats in the order key, query, value without gaps, and attention as early as `hUnitTiming` permits. */
function tightest(parameters: HUnitParameters, position: number, gap = 0): TokenSchedule {
  const { kvHeads, heads, headSize, vectorLanes } = parameters
  const beats = headSize / vectorLanes
  const timing = hUnitTiming(parameters)
  const firstQuery = kvHeads * beats
  const firstValue = firstQuery + heads * beats + gap
  const attendStart = Math.max(
    firstQuery - 1 + timing.attendAfterKeys(position),
    firstQuery + heads * beats - 1 + timing.attendAfterQueries(position),
    firstValue + kvHeads * beats - 1 + timing.attendAfterValues(position),
  )
  return { firstKey: 0, firstQuery, firstValue, attendStart }
}

const ordinary = { key: around(3), query: around(2), value: around(1) }

function expectAttention(
  parameters: HUnitParameters,
  {
    positions = parameters.positions,
    numbers = ordinary,
    seed = 1,
    schedule = tightest,
  }: {
    readonly positions?: number
    readonly numbers?: typeof ordinary
    readonly seed?: number
    readonly schedule?: typeof tightest
  } = {},
): void {
  const random = new Random(seed)
  const unit = new RunningHUnit(parameters)
  const golden = new GoldenCache(parameters)
  const timing = hUnitTiming(parameters)
  for (let position = 0; position < positions; position++) {
    for (let layer = 0; layer < parameters.layers; layer++) {
      const token = randomToken(parameters, random, layer, position, numbers)
      const plan = schedule(parameters, position)
      const result = unit.run(token, plan)
      const note = `position ${position}, layer ${layer}, seed ${seed}`
      expect(hex(result.mixed), note).toEqual(hex(golden.mix(token)))
      expect(result.firstMixBeat - plan.attendStart, note).toBe(timing.firstMixBeat(position))
      expect(result.lastMixBeat - plan.attendStart, note).toBe(timing.lastMixBeat(position))
    }
  }
}

function hex(words: Uint32Array): string[] {
  return [...words].map((word) => word.toString(16).padStart(8, '0'))
}

const shapes = [
  { vectorLanes: 8, heads: 8, kvHeads: 4, headSize: 8, layers: 2, positions: 20 },
  { vectorLanes: 2, heads: 1, kvHeads: 1, headSize: 2, layers: 1, positions: 20 },
  { vectorLanes: 2, heads: 3, kvHeads: 1, headSize: 6, layers: 3, positions: 5 },
  { vectorLanes: 4, heads: 6, kvHeads: 3, headSize: 8, layers: 1, positions: 7 },
  { vectorLanes: 4, heads: 6, kvHeads: 2, headSize: 16, layers: 2, positions: 4 },
  { vectorLanes: 16, heads: 4, kvHeads: 4, headSize: 16, layers: 1, positions: 9 },
]

describe.each(kvFormats)('%s', (kvFormat) => {
  test.each(shapes)(
    '$heads heads of $headSize on $kvHeads, $vectorLanes lanes, $layers layers',
    (shape) => expectAttention(hUnitParameters({ ...shape, kvFormat })),
  )
})
