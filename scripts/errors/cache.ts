import type { Random } from '../../src/common/random.js'
import { cachedVector, type KvFormat } from '../../src/golden/index.js'
import { type MeasuredError, measure } from './measure.js'

export const kvFormats: readonly KvFormat[] = ['int8', 'int16', 'e4m3']

const magnitudes = [
  [1, 6],
  [-6, 0],
  [-15, -6],
] as const

/** The largest error of an element of a stored key or value, from the largest magnitude of its vector. */
export function cacheBound(format: KvFormat, largest: number): number {
  if (format === 'int16') return largest * 2 ** -15
  if (format === 'e4m3') return Math.max(largest * 2 ** -4, 2 ** -10)
  // Half a step; the rounding of the scale, at the largest code; the roundings on the way to the codes.
  return largest * (0.5 / 127 + 2 ** -11 + 2 ** -20)
}

/** The largest error of a stored key or value, as a share of the largest element of its vector. */
export function cacheErrors(vectors: number, random: Random): MeasuredError[] {
  return kvFormats.flatMap((format) =>
    magnitudes.map(([low, high]) => {
      const smallest = 2 ** low
      return measure(
        `KV cache ${format}, a = 2^${low}..2^${high}`,
        vectors,
        'a',
        () => {
          const size = Math.fround((1 + random.fraction()) * 2 ** random.integer(low, high - 1))
          const x = Float32Array.from({ length: 64 }, () => (2 * random.fraction() - 1) * size)
          x[0] = size
          const { codes, scale } = cachedVector(x, format)
          return x.reduce((a, b, i) => Math.max(a, Math.abs(b - codes[i]! * scale)), 0) / size
        },
        cacheBound(format, smallest) / smallest,
      )
    }),
  )
}
