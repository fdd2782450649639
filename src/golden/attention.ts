import { alignGroup } from './align.js'
import { round32 } from './binary32.js'
import { add, multiply } from './binary32-operations.js'
import type { CachedVector } from './kv-cache.js'
import { exp2, reciprocal } from './tabulated.js'

/** Keys and values of one head, in order of the positions. */
export interface HeadCache {
  readonly keys: readonly CachedVector[]
  readonly values: readonly CachedVector[]
}

/** Called for every position with the score, in units of 2^-20, and the weight that it gives. */
export type VisitListener = (position: number, score: number, weight: number) => void

const fixedLimit = 2 ** 30

/**
 * Attention of one head in one pass, with a running integer maximum; see docs/arithmetic.md.
 *
 * @param query scaled by log2(e) / sqrt(head size), rotated
 */
export function attend(
  query: Float32Array,
  { keys, values }: HeadCache,
  mantissaBits: number,
  onVisit: VisitListener = () => {},
): Float32Array {
  return softmaxMix(attentionScores(query, keys, mantissaBits), values, onVisit)
}

/** The scores of a query head and its keys: integers in units of 2^-20, of 31 bits. */
export function attentionScores(
  query: Float32Array,
  keys: readonly CachedVector[],
  mantissaBits: number,
): Float64Array {
  const { mantissas, exponent } = alignGroup(query, query.length, mantissaBits)
  const step = 2 ** (exponent - mantissaBits + 2)
  const scores = new Float64Array(keys.length)
  for (let t = 0; t < keys.length; t++) {
    const { codes, scale } = keys[t]!
    let dot = 0
    for (let i = 0; i < mantissas.length; i++) dot += mantissas[i]! * codes[i]!
    const score = round32(scale * dot * step)
    scores[t] = Math.max(-fixedLimit, Math.min(fixedLimit - 1, Math.floor(score * 2 ** 20)))
  }
  return scores
}

/** The mean of the values with weights 2^score. @param scores of {@link attentionScores}, one for each value */
export function softmaxMix(
  scores: Float64Array,
  values: readonly CachedVector[],
  onVisit: VisitListener = () => {},
): Float32Array {
  const size = values[0]!.codes.length
  const mixed = new Float32Array(size)
  let maximum = -1024
  let sum = 0
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position]!
    const before = maximum
    maximum = Math.max(maximum, Math.floor(score / 2 ** 20))
    const shrink = before === maximum ? 1 : 2 ** (before - maximum)
    const weight = exp2(score - maximum * 2 ** 20)
    onVisit(position, score, weight)
    const { codes, scale } = values[position]!
    const scaledWeight = multiply(weight, scale)
    sum = add(round32(sum * shrink), weight)
    if (shrink !== 1) for (let i = 0; i < size; i++) mixed[i] = round32(mixed[i]! * shrink)
    for (let i = 0; i < size; i++) mixed[i] = add(mixed[i]!, multiply(scaledWeight, codes[i]!))
  }
  const inverse = reciprocal(sum)
  return mixed.map((value) => multiply(value, inverse))
}
