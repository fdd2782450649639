import type { ModelConfig } from '../checkpoint/index.js'
import { add, multiply } from './binary32-operations.js'

/** Binary32 cosine and sine of the angle of a pair at a position (Su et al., arXiv 2104.09864). */
export function rotation(
  position: number,
  pair: number,
  headSize: number,
  base: number,
): { cosine: number; sine: number } {
  const angle = position * base ** ((-2 * pair) / headSize)
  return { cosine: Math.fround(Math.cos(angle)), sine: Math.fround(Math.sin(angle)) }
}

/** Rotates every head of a vector; what rotates together is as the model says. */
export function rotated(
  vector: Float32Array,
  position: number,
  headSize: number,
  { ropeBase, ropePairs }: Pick<ModelConfig, 'ropeBase' | 'ropePairs'>,
): Float32Array {
  const result = new Float32Array(vector.length)
  for (let pair = 0; pair < headSize / 2; pair++) {
    const { cosine, sine } = rotation(position, pair, headSize, ropeBase)
    const [first, second] =
      ropePairs === 'interleaved' ? [2 * pair, 2 * pair + 1] : [pair, pair + headSize / 2]
    for (let head = 0; head < vector.length; head += headSize) {
      const a = vector[head + first]!
      const b = vector[head + second]!
      result[head + first] = add(multiply(a, cosine), -multiply(b, sine))
      result[head + second] = add(multiply(a, sine), multiply(b, cosine))
    }
  }
  return result
}
