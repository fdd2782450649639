import { fileURLToPath } from 'node:url'
import { Random } from '../src/common/random.js'
import {
  cachedVector,
  exp2,
  type KvFormat,
  reciprocal,
  rsqrt,
  sigmoid,
} from '../src/golden/index.js'

const kvFormats: readonly KvFormat[] = ['int8', 'int16', 'e4m3']
const magnitudes = [
  [1, 6],
  [-6, 0],
  [-15, -6],
] as const

/** A measured error, in the unit that is named. */
export interface MeasuredError {
  readonly what: string
  readonly cases: number
  readonly largest: number
  readonly unit: string
}

/**
 * The largest errors of the elementary functions against binary64 mathematics.
 *
 * @param stride takes every n-th argument; 1 is exhaustive over the fractions of one period
 */
export function functionErrors(stride: number): MeasuredError[] {
  const relative = (
    what: string,
    period: number,
    cases: (u: number) => readonly [number, number],
  ) =>
    measure(what, Math.ceil(period / stride), '2^-24, relative', (i) => {
      const [value, exact] = cases(i * stride)
      return Math.abs(value / exact - 1) * 2 ** 24
    })
  const fractions = 2 ** 23
  return [
    relative('reciprocal', fractions, (u) => {
      const x = 1 + u / fractions
      return [reciprocal(x), 1 / x]
    }),
    relative('rsqrt', 2 * fractions, (u) => {
      const x = u < fractions ? 1 + u / fractions : (2 * u) / fractions
      return [rsqrt(x), 1 / Math.sqrt(x)]
    }),
    relative('exp2', 2 ** 20, (u) => [exp2(u), 2 ** (u / 2 ** 20)]),
    measure('sigmoid', Math.ceil(2 ** 21 / stride), '2^-24, absolute', (i) => {
      const x = (i * stride - 2 ** 20) / 2 ** 16
      return Math.abs(sigmoid(x) - 2 ** 24 / (1 + Math.exp(-x)))
    }),
  ]
}

/** The largest error of a stored key or value, as a share of the largest element of its vector. */
export function cacheErrors(vectors: number, random: Random): MeasuredError[] {
  return kvFormats.flatMap((format) =>
    magnitudes.map(([low, high]) =>
      measure(`KV cache ${format}, |x| to 2^${low}..2^${high}`, vectors, 'of the largest', () => {
        const size = Math.fround((1 + random.fraction()) * 2 ** random.integer(low, high - 1))
        const x = Float32Array.from({ length: 64 }, () => (2 * random.fraction() - 1) * size)
        x[0] = size
        const { codes, scale } = cachedVector(x, format)
        return x.reduce((a, b, i) => Math.max(a, Math.abs(b - codes[i]! * scale)), 0) / size
      }),
    ),
  )
}

function measure(
  what: string,
  cases: number,
  unit: string,
  error: (i: number) => number,
): MeasuredError {
  let largest = 0
  for (let i = 0; i < cases; i++) largest = Math.max(largest, error(i))
  return { what, cases, largest, unit }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const seed = 1
  for (const { what, cases, largest, unit } of [
    ...functionErrors(1),
    ...cacheErrors(20_000, new Random(seed)),
  ]) {
    console.log(
      `${what.padEnd(34)} ${String(cases).padStart(9)} cases  ${largest.toPrecision(4)} ${unit}`,
    )
  }
}
