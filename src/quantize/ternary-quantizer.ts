import { TERNARY_ZERO } from '../common/code-bits.js'

/** BitNet b1.58's smallest scale. */
const SMALLEST_ABSMEAN = 1e-5

/**
 * The scale of one group of finite weights with the least squared error of all: with the codes of the k largest magnitudes
 * not zero the best scale is their mean, and it takes the square of their sum over k off the squared weights; the best k is
 * found among all.
 */
export function ternaryScale(weights: Float32Array): number {
  const magnitudes = weights.map(Math.abs).sort().reverse()
  let sum = 0
  let best = { gain: 0, scale: 0 }
  for (const [index, magnitude] of magnitudes.entries()) {
    sum += magnitude
    const scale = sum / (index + 1)
    const gain = sum * scale
    if (gain > best.gain) best = { gain, scale }
  }
  return best.scale
}

/**
 * BitNet b1.58's scale of a whole tensor (arXiv 2402.17764): the mean of its magnitudes, 1e-5 at the least.
 *
 * @param blocks the tensor's weights, finite
 */
export async function absmeanScale(blocks: AsyncIterable<Float32Array>): Promise<number> {
  let sum = 0
  let count = 0
  for await (const weights of blocks) {
    for (let i = 0; i < weights.length; i++) sum += Math.abs(weights[i]!)
    count += weights.length
  }
  return Math.max(SMALLEST_ABSMEAN, sum / count)
}

/** Writes the ternary codes of weights: the nearest of -1, 0, 1 times the scale, ties to zero; all zero without a scale. */
export function encodeTernary(weights: Float32Array, scale: number, codes: Uint8Array): void {
  const threshold = scale / 2
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!
    const isZero = scale === 0 || Math.abs(weight) <= threshold
    codes[i] = isZero ? TERNARY_ZERO : TERNARY_ZERO + Math.sign(weight)
  }
}
