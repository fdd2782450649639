/** Bits of a trit in a ROM. */
export const tritBits = 2

/** A trit's code: the low bit says that it is not zero, the high one that it is negative; the sign of zero is 0. */
export const tritCodes = { zero: 0b00, positive: 0b01, negative: 0b11 } as const

/**
 * The trits of a matrix by BitNet b1.58 (arXiv 2402.17764): weights over the mean of their magnitudes, rounded, clipped
 * to -1..1.
 */
export function absmeanTrits(weights: Float32Array): Uint8Array {
  const scale = weights.reduce((sum, weight) => sum + Math.abs(weight), 0) / weights.length
  return Uint8Array.from(weights, (weight) => {
    if (Math.abs(weight) <= scale / 2) return tritCodes.zero
    return weight > 0 ? tritCodes.positive : tritCodes.negative
  })
}
