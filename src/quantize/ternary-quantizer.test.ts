import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../common/input-error.js'
import { quantizeMatrix } from './quantize-matrix.js'
import { dequantize } from './quantized-matrix.js'
import { absmeanScale, encodeTernary, ternaryScale } from './ternary-quantizer.js'

const weights = fc
  .array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((values) => Float32Array.from(values))

/** Squared error of the best codes with a scale. */
function errorOf(values: Float32Array, scale: number): number {
  return values.reduce((sum, w) => {
    const errors = [-1, 0, 1].map((trit) => (w - trit * scale) ** 2)
    return sum + Math.min(...errors)
  }, 0)
}

describe('the scale of a group', () => {
  test('has the least squared error of the scales of all choices of zeros', () => {
    fc.assert(
      fc.property(weights, (values) => {
        const found = errorOf(values, ternaryScale(values))
        for (let zeros = 0; zeros < 2 ** values.length; zeros++) {
          const kept = [...values].filter((_, i) => ((zeros >> i) & 1) === 0)
          if (kept.length === 0) continue
          const mean = kept.reduce((sum, w) => sum + Math.abs(w), 0) / kept.length
          expect(found).toBeLessThanOrEqual(errorOf(values, mean) + 1e-9)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('is zero for zeros, whose codes are 1', () => {
    const matrix = quantizeMatrix(new Float32Array(5), 1, 5, { bits: 'ternary', group: 32 })
    expect([...matrix.codes, ...matrix.scales, ...matrix.zeroPoints]).toEqual([1, 1, 1, 1, 1, 0, 1])
  })
})

test('a matrix has the nearest of its scales, short groups their own', () => {
  const values = Float32Array.from(
    { length: 2 * 40 },
    (_, i) => (i < 40 ? 1 : 0.25) * ((i % 3) - 1),
  )
  const matrix = quantizeMatrix(values, 2, 40, { bits: 'ternary', group: 32 })
  expect([...matrix.scales]).toEqual([0x3c00, 0x3c00, 0x3400, 0x3400])
  expect(dequantize(matrix)).toEqual(values)
})

test('codes are the nearest, ties to zero', () => {
  const codes = new Uint8Array(6)
  encodeTernary(Float32Array.of(-0.76, -0.75, 0.75, 0.76, 9, -9), 1.5, codes)
  expect([...codes]).toEqual([0, 1, 1, 2, 2, 0])
})

test('absmean is the mean of all magnitudes, 1e-5 at the least', async () => {
  async function* blocks(...values: Float32Array[]) {
    yield* values
  }
  expect(await absmeanScale(blocks(Float32Array.of(1, -2), Float32Array.of(0, 5)))).toBe(2)
  expect(await absmeanScale(blocks(new Float32Array(3)))).toBe(1e-5)
})

test('a group whose scale is beyond binary16 is refused by row and column', () => {
  const values = new Float32Array(80).fill(1)
  values.fill(1e5, 72, 80)
  const quantize = () => quantizeMatrix(values, 2, 40, { bits: 'ternary', group: 32 })
  expect(quantize).toThrow(InputError)
  expect(quantize).toThrow(/row 1, column 32: weights need a scale beyond binary16/)
})
