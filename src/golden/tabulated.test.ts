import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exp2, reciprocal, rsqrt, sigmoid } from './tabulated.js'

const unit = 2 ** -24
const mantissa = fc.integer({ min: 0, max: 2 ** 23 - 1 })
const exponent = fc.integer({ min: -120, max: 120 })
const positive = fc.tuple(mantissa, exponent).map(([m, e]) => (1 + m * 2 ** -23) * 2 ** e)
const check = (property: fc.IProperty<unknown>) => fc.assert(property, { numRuns: 20_000 })

test('reciprocal is within 2.4 units of 2^-24, relative', () => {
  check(fc.property(positive, (x) => Math.abs(reciprocal(x) * x - 1) <= 2.4 * unit))
  expect(reciprocal(0)).toBe(0)
  expect(reciprocal(1)).toBe(1)
  expect(reciprocal(0.25)).toBe(4)
})

test('rsqrt is within 2.9 units of 2^-24, relative, at odd and even exponents', () => {
  check(fc.property(positive, (x) => Math.abs(rsqrt(x) * Math.sqrt(x) - 1) <= 2.9 * unit))
  expect(rsqrt(1)).toBe(1)
  expect(rsqrt(4)).toBe(0.5)
})

test('exp2 is within 1.7 units of 2^-24, relative, and doubles with every integer', () => {
  const argument = fc.integer({ min: -(120 * 2 ** 20), max: 2 ** 20 })
  check(fc.property(argument, (z) => Math.abs(exp2(z) / 2 ** (z / 2 ** 20) - 1) <= 1.7 * unit))
  check(fc.property(argument, (z) => exp2(z + 2 ** 20) === 2 * exp2(z)))
  expect(exp2(0)).toBe(1)
  expect(exp2(-127 * 2 ** 20)).toBe(0)
})

test('sigmoid is symmetric around a half and its argument is cut at steps of 2^-16', () => {
  const argument = fc.float({ min: -20, max: 20, noNaN: true })
  const largestSlope = 2 ** 24 / 4
  const interpolation = 33.5
  const bound = largestSlope * 2 ** -16 + interpolation
  check(fc.property(argument, (x) => Math.abs(sigmoid(x) - 2 ** 24 / (1 + Math.exp(-x))) <= bound))
  check(fc.property(argument, (x) => x === 0 || sigmoid(x) + sigmoid(-x) === 2 ** 24))
  expect(sigmoid(0)).toBe(2 ** 23)
})
