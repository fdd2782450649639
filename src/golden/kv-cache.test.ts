import fc from 'fast-check'
import { expect, test } from 'vitest'
import { float16ToNumber } from '../common/float16.js'
import { cachedVector } from './kv-cache.js'

/** All finite E4M3 values that are not negative (OCP OFP8), from their encoding: exponent bias 7, 3 fraction bits. */
const e4m3 = Array.from({ length: 127 }, (_, code) => {
  const [exponent, fraction] = [code >> 3, code & 7]
  return exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10)
})

/** The nearest of the sorted values, of two the one with the even encoding. */
function nearest(magnitude: number): number {
  const above = e4m3.findIndex((value) => value >= magnitude)
  if (above === -1) return 448
  if (above === 0) return 0
  const [low, high] = [e4m3[above - 1]!, e4m3[above]!]
  if (magnitude - low === high - magnitude) return above % 2 === 0 ? high : low
  return magnitude - low < high - magnitude ? low : high
}

test('E4M3 values are stored as they are, midpoints go to the even encoding, large ones saturate', () => {
  const midpoints = e4m3.slice(1).map((value, i) => (value + e4m3[i]!) / 2)
  const all = [...e4m3, ...midpoints, 449, 1e30]
  const x = Float32Array.from([...all, ...all.map((value) => -value)])
  const { codes, scale } = cachedVector(x, 'e4m3')
  for (const [i, value] of x.entries()) {
    const expected = Math.sign(value) * nearest(Math.abs(value))
    expect(codes[i]! * scale + 0, `${value}`).toBe(expected + 0)
  }
})

/** Vectors of magnitudes that 32-bit models can have. */
const vectors = fc
  .tuple(
    fc.integer({ min: -14, max: 14 }),
    fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 64 }),
  )
  .map(([power, elements]) => Float32Array.from(elements, (element) => element * 2 ** power))
  .filter((x) => x.some((value) => Math.abs(value) > 2 ** -15))

const largestOf = (x: Float32Array) => x.reduce((a, value) => Math.max(a, Math.abs(value)), 0)

test('int8: the largest element has the largest code, others are within half a step', () => {
  fc.assert(
    fc.property(vectors, (x) => {
      const { codes, scale } = cachedVector(x, 'int8')
      const largest = largestOf(x)
      const step = largest / 127
      expect(Math.max(...codes.map(Math.abs))).toBe(127)
      expect(Math.abs(scale / step - 1)).toBeLessThanOrEqual(2 ** -11 * 1.001)
      for (const [i, value] of x.entries()) {
        const error = Math.abs(codes[i]! * step - value)
        expect(error).toBeLessThanOrEqual(step / 2 + largest * 2 ** -21)
      }
    }),
  )
})

test('int16: the scale is a power of two, the largest element has the largest bit, none is further than 2^-15 of it', () => {
  fc.assert(
    fc.property(vectors, (x) => {
      const { codes, scale } = cachedVector(x, 'int16')
      const largest = largestOf(x)
      expect(Number.isInteger(Math.log2(scale))).toBe(true)
      expect(Math.max(...codes.map(Math.abs))).toBeGreaterThanOrEqual(2 ** 14)
      for (const [i, value] of x.entries()) {
        expect(Math.abs(codes[i]!)).toBeLessThan(2 ** 15)
        expect(Math.abs(codes[i]! * scale - value)).toBeLessThanOrEqual(largest * 2 ** -15)
      }
    }),
  )
})

test('a vector of zeros has codes zero; the scale of INT8 saturates', () => {
  for (const format of ['int8', 'int16', 'e4m3'] as const) {
    expect(cachedVector(new Float32Array(4), format).codes).toEqual(new Int32Array(4))
  }
  expect(cachedVector(Float32Array.of(1e30), 'int8').scale).toBe(2 ** -8 * float16ToNumber(0x7bff))
})
