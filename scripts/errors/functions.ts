import { exp2, reciprocal, rsqrt, sigmoid } from '../../src/golden/index.js'
import { type MeasuredError, measure } from './measure.js'

/**
 * The largest errors of the elementary functions against binary64 mathematics.
 *
 * @param stride takes every n-th argument; 1 is exhaustive over the fractions of one period
 */
export function functionErrors(stride: number): MeasuredError[] {
  const relative = (
    what: string,
    period: number,
    bound: number,
    cases: (u: number) => readonly [number, number],
  ) =>
    measure(
      what,
      Math.ceil(period / stride),
      '2^-24 of the result',
      (i) => {
        const [value, exact] = cases(i * stride)
        return Math.abs(value / exact - 1) * 2 ** 24
      },
      bound,
    )
  const fractions = 2 ** 23
  return [
    relative('reciprocal', fractions, functionBounds.reciprocal, (u) => {
      const x = 1 + u / fractions
      return [reciprocal(x), 1 / x]
    }),
    relative('rsqrt', 2 * fractions, functionBounds.rsqrt, (u) => {
      const x = u < fractions ? 1 + u / fractions : (2 * u) / fractions
      return [rsqrt(x), 1 / Math.sqrt(x)]
    }),
    relative('exp2', 2 ** 20, functionBounds.exp2, (u) => [exp2(u), 2 ** (u / 2 ** 20)]),
    measure(
      'sigmoid, multiples of 2^-16',
      Math.ceil(2 ** 21 / stride),
      '2^-24',
      (i) => {
        const x = (i * stride - 2 ** 20) / 2 ** 16
        return Math.abs(sigmoid(x) - 2 ** 24 / (1 + Math.exp(-x)))
      },
      functionBounds.sigmoid,
    ),
  ]
}

/** Units of 2^-24, relative but for the sigmoid's; found over all fractions, so proved. */
export const functionBounds = { reciprocal: 2.39, rsqrt: 2.88, exp2: 1.69, sigmoid: 33.5 } as const
