import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLOAT16_MAX, float16ToNumber, isFiniteFloat16, numberToFloat16 } from './float16.js'

const finitePatterns = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(isFiniteFloat16)
const positivePatterns = finitePatterns.filter((bits) => bits < 0x8000)

describe('binary16', () => {
  it('decodes the landmarks of the format', () => {
    expect(float16ToNumber(0x3c00)).toBe(1)
    expect(float16ToNumber(0xc000)).toBe(-2)
    expect(float16ToNumber(0x7bff)).toBe(FLOAT16_MAX)
    expect(float16ToNumber(0x0400)).toBe(2 ** -14)
    expect(float16ToNumber(0x0001)).toBe(2 ** -24)
    expect(float16ToNumber(0x8000)).toBe(-0)
  })

  it('takes every finite pattern to a number and back', () => {
    expect(finitePatterns).toHaveLength(63_488)
    for (const bits of finitePatterns) {
      if (numberToFloat16(float16ToNumber(bits)) !== bits) expect.fail(`pattern ${bits}`)
    }
  })

  it('rounds midpoints to even and everything else to the nearer neighbour', () => {
    for (const lower of positivePatterns.slice(0, -1)) {
      const below = float16ToNumber(lower)
      const above = float16ToNumber(lower + 1)
      const middle = (below + above) / 2
      const gap = (above - below) * 2 ** -30
      if (numberToFloat16(middle) !== lower + (lower & 1)) expect.fail(`middle above ${lower}`)
      if (numberToFloat16(middle - gap) !== lower) expect.fail(`under the middle above ${lower}`)
      if (numberToFloat16(middle + gap) !== lower + 1) expect.fail(`over the middle above ${lower}`)
    }
  })

  it('is odd: the sign does not change the rounding', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 65519, noNaN: true }), (value) => {
        expect(numberToFloat16(-value)).toBe(numberToFloat16(value) | 0x8000)
      }),
    )
  })

  it('rounds what lies under half the smallest subnormal to zero of the same sign', () => {
    expect(numberToFloat16(2 ** -25)).toBe(0)
    expect(numberToFloat16(-(2 ** -25))).toBe(0x8000)
    expect(numberToFloat16(2 ** -25 * 1.0001)).toBe(1)
    expect(numberToFloat16(Number.MIN_VALUE)).toBe(0)
  })

  it('refuses what has no finite value', () => {
    for (const value of [Number.NaN, Infinity, -Infinity, 65520, -1e300]) {
      expect(() => numberToFloat16(value)).toThrow(RangeError)
    }
    expect(numberToFloat16(65519.999)).toBe(0x7bff)
    for (const bits of [0x7c00, 0xfc00, 0x7e01, 0xffff]) {
      expect(() => float16ToNumber(bits)).toThrow(RangeError)
    }
  })
})
