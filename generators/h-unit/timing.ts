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
  return parameters.kvFormat === 'e4m3' ? 0 : headBeats(parameters) + 4
}

/**
 * When things happen in an H-Unit, in clock edges, exactly. Beats of a head come in consecutive cycles; the bounds
 * for `attend_start_i` hold when all beats of the keys, of the queries and of the values do.
 */
export interface HUnitTiming {
  /** From the last beat of a key or a value to the first cycle in which its address can be read. */
  readonly keyStored: number
  readonly valueStored: number
  /** The same of a query. */
  readonly queryStored: number
  /** From `attend_start_i` to the address of the first value: the sweep reads keys that much earlier than values. */
  readonly valueLag: number
  /** Cycles from a position to the next. */
  readonly positionInterval: number
  /** Cycles from a key/value head to the next at the last position: the beats of its query heads. */
  readonly headInterval: number
  /** Beats of the mixed vector. */
  readonly mixBeats: number
  /** The least number of edges from the last key beat to `attend_start_i`; negative: it may come that much before. */
  attendAfterKeys(position: number): number
  /** From the last query beat. */
  attendAfterQueries(position: number): number
  /** From the last value beat. */
  attendAfterValues(position: number): number
  /** From `attend_start_i` to the first beat of the mixed vector. */
  firstMixBeat(position: number): number
  /** From `attend_start_i` to the last beat of the mixed vector, when `done_o` is 1; the beats have no gaps. */
  lastMixBeat(position: number): number
}

export function hUnitTiming(parameters: HUnitParameters): HUnitTiming {
  const { kvHeads, heads } = parameters
  const beats = headBeats(parameters)
  const stored = encoderEdges(parameters) + 2
  const queryStored = beats + 2
  const positionInterval = Math.max(kvHeads, leastInterval)
  const headInterval = queryHeads(parameters) * beats
  const lastHead = kvHeads - 1
  const { valueAddress: valueLag, mixBeat } = visitTiming
  const mixBeats = heads * beats
  // The first of the heads is the tightest: later ones are visited no faster than they come.
  const attendAfterKeys = (position: number) =>
    stored - lastHead * beats - position * positionInterval
  const firstMixBeat = (position: number) => position * positionInterval + mixBeat
  return {
    keyStored: stored,
    valueStored: stored,
    queryStored,
    valueLag,
    positionInterval,
    headInterval,
    mixBeats,
    attendAfterKeys,
    attendAfterQueries: (position) => queryStored - lastHead * (position === 0 ? headInterval : 1),
    attendAfterValues: (position) => attendAfterKeys(position) - valueLag,
    firstMixBeat,
    lastMixBeat: (position) => firstMixBeat(position) + mixBeats - 1,
  }
}
