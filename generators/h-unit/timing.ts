import { type HUnitParameters, headBeats, queryHeads } from './parameters.js'

/**
 * Cycles of an attention sweep, from the one in which a visit (a position, a key/value head) gives the address of its
 * key, to that in which something is there.
 */
export const visitTiming = {
  keyWord: 1,
  score: 6,
  valueAddress: 7,
  weight: 8,
  denominator: 10,
  addend: 11,
  reciprocal: 12,
  weightedSum: 13,
  mixBeat: 15,
} as const

/** Visits of a head that are closer would read its sums before the additions of the visit before are stored. */
const leastInterval = Math.max(
  visitTiming.denominator + 1 - visitTiming.weight,
  visitTiming.weightedSum + 1 - visitTiming.addend,
)

/** Edges from the last beat of a head to its word, within the encoder. */
export function encoderEdges(parameters: HUnitParameters): number {
  const untilLast = headBeats(parameters)
  return { int8: untilLast + 4, int16: untilLast, e4m3: 0 }[parameters.kvFormat]
}

/**
 * When things happen in an H-Unit, in clock edges, exactly; in the terms of the compiler's `ChipTiming`. The bounds of
 * `attend_start_i` hold for every position, when the beats of keys, of queries and of values come in consecutive
 * cycles or have gaps between heads.
 */
export interface HUnitTiming {
  /** From the last beat of a head until its key or value is cached, its query aligned. */
  readonly cached: number
  readonly aligned: number
  /** From `attend_start_i` at position 0 to the first cycle in which a stage works, and the first after the last. */
  readonly stages: Readonly<Record<'scores' | 'softmax' | 'mix', { from: number; to: number }>>
  /** From the last beat of the keys to the earliest `attend_start_i`; negative: it may come that much before. */
  readonly keyToStart: number
  /** The same from the last beat of the queries. */
  readonly queryToStart: number
  /** The same from the last beat of the values: a sweep reads a value {@link valueLag} edges after its key. */
  readonly valueToStart: number
  readonly valueLag: number
  /** By how much each position before that of the token delays the mixed vector. */
  readonly positionCycles: number
  /** From `attend_start_i` at position 0 to each beat of the mixed vector; `done_o` comes with the last. */
  readonly mixBeats: readonly number[]
}

export function hUnitTiming(parameters: HUnitParameters): HUnitTiming {
  const { kvHeads, heads } = parameters
  const beats = headBeats(parameters)
  // From the last beat of a head, with the register that takes it in, to the first cycle that can address it.
  const cached = encoderEdges(parameters) + 2
  const aligned = beats + 2
  // A sweep visits keys and values of a new position no faster than they come, so the first one is the tightest. Before
  // that position it visits a query head a cycle: there the last one is.
  const othersAfterFirst = (kvHeads - 1) * beats
  const { valueAddress: valueLag, mixBeat } = visitTiming
  const lastVisit = (kvHeads - 1) * finalInterval(parameters)
  return {
    cached,
    aligned,
    stages: {
      scores: { from: 0, to: lastVisit + visitTiming.score },
      softmax: { from: visitTiming.score, to: lastVisit + visitTiming.reciprocal },
      mix: { from: visitTiming.weight, to: lastVisit + mixBeat + finalInterval(parameters) },
    },
    keyToStart: cached - othersAfterFirst,
    queryToStart: aligned - (kvHeads - 1),
    valueToStart: cached - othersAfterFirst - valueLag,
    valueLag,
    positionCycles: positionInterval(parameters),
    mixBeats: Array.from({ length: heads * beats }, (_, beat) => mixBeat + beat),
  }
}

/** Cycles from a visit of a key/value head at a position to that at the next position. */
export function positionInterval({ kvHeads }: HUnitParameters): number {
  return Math.max(kvHeads, leastInterval)
}

/** Cycles from a key/value head to the next at the token's position: the beats of the mixed vectors of a head. */
export function finalInterval(parameters: HUnitParameters): number {
  return queryHeads(parameters) * headBeats(parameters)
}
