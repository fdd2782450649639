import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alignGroup } from './align.js'
import { largestFloat32, round32 } from './binary32.js'
import { matrixVector } from './l-unit.js'

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true })

test('round32 is Math.fround for normal results, flushes subnormal ones and saturates', () => {
  expect(round32(0.1)).toBe(Math.fround(0.1))
  expect(round32(2 ** -126)).toBe(2 ** -126)
  expect(Object.is(round32(-(2 ** -127)), -0)).toBe(true)
  expect(round32(2 ** -126 * (1 - 2 ** -24))).toBe(0)
  expect(round32(1e39)).toBe(largestFloat32)
  expect(round32(-Infinity)).toBe(-largestFloat32)
})

test('aligned activations are within half a step of the largest one, and sum exactly', () => {
  fc.assert(
    fc.property(
      fc.array(float32, { minLength: 1, maxLength: 32 }),
      fc.integer({ min: 10, max: 16 }),
      (values, mantissaBits) => {
        const activations = Float32Array.from(values)
        const { mantissas, exponent, sum } = alignGroup(activations, 32, mantissaBits)
        const step = 2 ** (exponent - mantissaBits + 2)
        const limit = 2 ** (mantissaBits - 1) - 1
        expect(sum).toBe(mantissas.reduce((a, b) => a + b, 0))
        for (const [i, x] of activations.entries()) {
          expect(Math.abs(mantissas[i]!)).toBeLessThanOrEqual(limit)
          const saturated = Math.abs(mantissas[i]!) === limit
          const error = Math.abs(mantissas[i]! * step - (Math.abs(x) < 2 ** -126 ? 0 : x))
          expect(error).toBeLessThanOrEqual(saturated ? step : step / 2)
        }
      },
    ),
  )
})

test('ties go to the even mantissa', () => {
  const values = Float32Array.from([1, 1 + 2 ** -9, 1 + 3 * 2 ** -9, -1 - 2 ** -9])
  const { mantissas, exponent } = alignGroup(values, 4, 10)
  expect(exponent).toBe(0)
  expect([...mantissas]).toEqual([256, 256, 258, -256])
})

test('a matrix-vector product is close to the exact one, and exact for one group of small integers', () => {
  const weights = {
    rows: 1,
    columns: 4,
    bits: 4,
    group: 32,
    codes: Uint8Array.from([15, 0, 7, 8]),
    scales: Uint16Array.from([0x3800]),
    zeroPoints: Uint8Array.from([8]),
  } as const
  const activations = Float32Array.from([1, -2, 3, 0.5])
  const exact = 0.5 * (7 * 1 + -8 * -2 + -1 * 3 + 0 * 0.5)
  expect([...matrixVector(weights, activations, 12)]).toEqual([exact])
  const offsets = Uint16Array.from([0x3c00])
  const sum = 1 - 2 + 3 + 0.5
  expect([...matrixVector({ ...weights, offsets }, activations, 12)]).toEqual([exact + sum])
})
