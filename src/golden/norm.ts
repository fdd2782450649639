import { add, multiply, treeSum } from './binary32-operations.js'
import { rsqrt } from './tabulated.js'

const accumulators = 4

/** The sum of the squares of a vector, in beats of `lanes` elements; see docs/arithmetic.md. */
export function sumOfSquares(x: Float32Array, lanes: number): number {
  const sums = new Float32Array(accumulators)
  for (let beat = 0; beat * lanes < x.length; beat++) {
    const squares = Array.from({ length: lanes }, (_, lane) => {
      const value = x[beat * lanes + lane] ?? 0
      return multiply(value, value)
    })
    const at = beat % accumulators
    sums[at] = add(sums[at]!, treeSum(squares))
  }
  return treeSum(sums)
}

/** The factor of an RMSNorm: about 1 / sqrt(mean of squares + epsilon). */
export function normFactor(x: Float32Array, lanes: number, epsilon: number): number {
  const mean = multiply(sumOfSquares(x, lanes), Math.fround(1 / x.length))
  return rsqrt(add(mean, Math.fround(epsilon)))
}

/** Elementwise product. */
export function scaled(x: Float32Array, by: Float32Array | number): Float32Array {
  return x.map((value, i) => multiply(value, typeof by === 'number' ? by : by[i]!))
}
