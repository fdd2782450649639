import { treeLevels } from '../common/balanced-tree.js'
import { type AlignParameters, alignShape } from './align-shape.js'
import { latencies } from './arithmetic.js'
import { deltaEdges } from './deltas.js'
import type { VectorUnitParameters } from './parameters.js'

/**
 * When things happen in the vector unit, in clock edges. A beat is issued in the cycle in which its address
 * stands at the result memory; beat `k` of a sweep that starts in cycle `s` is issued in `s + issue + k *
 * interval`. One sweep is issued at a time: the next may start in the cycle of the last beat's issue. Sweeps
 * that end in a norm come at least `factor` cycles after one another.
 */
export interface VectorTiming {
  /** From the start to the first beat's issue. */
  readonly issue: number
  /** From `result_valid_i` to the first cycle in which the results' beat may be issued. */
  readonly resultToIssue: number
  /** From a beat's issue to its use of the norm's factor. */
  readonly factorUse: number
  /**
   * From the last beat's issue of `embed` or `residual` to the first issue that uses the new factor; a `query` may come
   * at `queryFactor`.
   */
  readonly factor: number
  readonly queryFactor: number
  /** From a beat's issue of `embed` or `residual` to the cycle in which the sum may be read, by an issue. */
  readonly residualToIssue: number
  /** From a beat's issue to its numbers at the align unit; for `swiglu` from the issue of the pair's second. */
  readonly toAlign: Readonly<Record<'embed' | 'residual' | 'swiglu', number>>
  /** From a beat's issue to `head_data_o`. */
  readonly toHead: Readonly<Record<'query' | 'key' | 'value', number>>
  /** From a beat's issue of `head` to `logits_o`, and from the last one's to `token_o`. */
  readonly logits: number
  readonly token: number
  /** {@link alignReadable} of the align unit. */
  readonly readable: (groupEnds: readonly number[], lastGroup: number) => number[]
}

const memory = 1
const { add, multiply, table } = latencies

/** Edges within the norm's pipe, from a beat's issue. */
export const normEdges = {
  operands: memory,
  sum: memory + add,
  scaled: memory + add + multiply,
} as const

/** Edges from a beat's issue to its results times the norm's factor, and to what follows. */
export const resultEdges = {
  factor: memory,
  scaled: memory + multiply,
  rotated: memory + multiply + multiply + add,
  sigmoid: memory + multiply + table,
  silu: memory + multiply + table + multiply,
  hidden: memory + multiply + table + multiply + multiply,
} as const

/** Edges from a beat's squares to the factor: tree, accumulator, the sum of four, mean, epsilon, root, register. */
export function factorEdges({ columns, vectorLanes }: VectorUnitParameters): number {
  const tree = treeLevels(columns * vectorLanes) * add
  const accumulator = add + 1
  const register = 1
  return tree + accumulator + 2 * add + multiply + add + table + register
}

/** Edges from a group's address at the group buffer to the first cycle in which its first word may be read. */
const wordEdges = 3

export function vectorTiming(parameters: VectorUnitParameters): VectorTiming {
  const late = deltaEdges(parameters)
  const factor = normEdges.scaled + factorEdges(parameters) - resultEdges.factor
  return {
    issue: 1,
    resultToIssue: 1 - late.address,
    factorUse: late.beat + resultEdges.factor,
    factor,
    queryFactor: factor + multiply,
    residualToIssue: normEdges.sum + 1,
    toAlign: {
      embed: late.beat + normEdges.scaled,
      residual: late.beat + normEdges.scaled,
      swiglu: late.beat + resultEdges.hidden,
    },
    toHead: {
      query: late.beat + resultEdges.rotated,
      key: late.beat + resultEdges.rotated,
      value: late.beat + resultEdges.rotated,
    },
    logits: late.beat + resultEdges.scaled,
    token: late.beat + resultEdges.scaled + 2,
    readable: (groupEnds, lastGroup) => alignReadable(parameters, groupEnds, lastGroup),
  }
}

/**
 * For each group of a vector the first cycle in which its sum, exponent and all its activations may be addressed at an
 * align unit, from the cycles in which the groups' last beats are there.
 *
 * @param lastGroup activations of the last group
 */
export function alignReadable(
  parameters: AlignParameters,
  groupEnds: readonly number[],
  lastGroup: number,
): number[] {
  const { beatsOfWord, wordsOfGroup, vectorLanes } = alignShape(parameters)
  let free = 0
  return groupEnds.map((end, group) => {
    const isLast = group === groupEnds.length - 1
    const words = isLast ? Math.ceil(lastGroup / (beatsOfWord * vectorLanes)) : wordsOfGroup
    const start = Math.max(free, end + 1)
    free = start + words
    return free - 1 + wordEdges
  })
}
