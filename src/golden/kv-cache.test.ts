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

test.each([
  ['int8', 127],
  ['int16', 32767],
] as const)('%s: the largest element has the largest code, others are near', (format, limit) => {
  const element = fc.float({ min: -1000, max: 1000, noNaN: true })
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 64 }), (elements) => {
      const x = Float32Array.from(elements)
      const largest = Math.max(...elements.map(Math.abs))
      fc.pre(largest > 0.25)
      const { codes, scale } = cachedVector(x, format)
      expect(Math.max(...codes.map(Math.abs))).toBe(limit)
      expect(Math.abs(scale / (largest / limit) - 1)).toBeLessThanOrEqual(
        scale < 2 ** -14 ? 2 ** -25 / (largest / limit) : 2 ** -11 * 1.001,
      )
      for (const [i, value] of x.entries()) {
        const step = largest / limit
        expect(Math.abs(codes[i]! * step - value)).toBeLessThanOrEqual(
          step / 2 + largest * 2 ** -21,
        )
      }
    }),
  )
})

test('a vector of zeros has codes and scale zero; the scale saturates', () => {
  expect(cachedVector(new Float32Array(4), 'int8')).toEqual({ codes: new Int32Array(4), scale: 0 })
  expect(cachedVector(Float32Array.of(1e30), 'int8').scale).toBe(float16ToNumber(0x7bff))
})
