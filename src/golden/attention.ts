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
): Float32Array {
  const { mantissas, exponent } = alignGroup(query, query.length, mantissaBits)
  const step = 2 ** (exponent - mantissaBits + 2)
  const mixed = new Float32Array(query.length)
  let maximum = -1024
  let sum = 0
  for (const [position, key] of keys.entries()) {
    let dot = 0
    for (let i = 0; i < mantissas.length; i++) dot += mantissas[i]! * key.codes[i]!
    const score = round32(key.scale * dot * step)
    const fixed = Math.max(-fixedLimit, Math.min(fixedLimit - 1, Math.floor(score * 2 ** 20)))
    const before = maximum
    maximum = Math.max(maximum, Math.floor(fixed / 2 ** 20))
    const shrink = before === maximum ? 1 : 2 ** (before - maximum)
    const weight = exp2(fixed - maximum * 2 ** 20)
    const { codes, scale } = values[position]!
    const scaledWeight = multiply(weight, scale)
    sum = add(round32(sum * shrink), weight)
    for (let i = 0; i < mixed.length; i++) {
      const rescaled = shrink === 1 ? mixed[i]! : round32(mixed[i]! * shrink)
      mixed[i] = add(rescaled, multiply(scaledWeight, codes[i]!))
    }
  }
  const inverse = reciprocal(sum)
  return mixed.map((value) => multiply(value, inverse))
}
