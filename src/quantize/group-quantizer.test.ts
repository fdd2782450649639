import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { encodeGroup, fitGroup, type GroupFit } from './group-quantizer.js'

const largestCodes = fc.constantFrom(3, 15, 255)
const groups = fc.oneof(
  fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 40 }),
  fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 12 }),
  fc.array(fc.float({ min: Math.fround(1e-9), max: Math.fround(1e-4), noNaN: true }), {
    minLength: 1,
    maxLength: 8,
  }),
  fc.array(fc.float({ min: -9e4, max: 9e4, noNaN: true }), { minLength: 1, maxLength: 8 }),
)

function codesOf(weights: Float32Array, fit: GroupFit, largestCode: number): Uint8Array {
  const codes = new Uint8Array(weights.length)
  encodeGroup(weights, fit, largestCode, codes)
  return codes
}

/** Squared error from the definition. */
function errorOf(weights: Float32Array, fit: GroupFit, codes: Uint8Array): number {
  const step = float16ToNumber(fit.scale)
  return weights.reduce(
    (sum, weight, i) => sum + (weight - step * (codes[i]! - fit.zeroPoint)) ** 2,
    0,
  )
}

describe('fit of a group', () => {
  it('with search is never worse than without', () => {
    fc.assert(
      fc.property(groups, largestCodes, (values, largestCode) => {
        const weights = Float32Array.from(values)
        const plain = fitGroup(weights, largestCode, 'none')
        const searched = fitGroup(weights, largestCode, 'search')
        expect(searched.squaredError).toBeLessThanOrEqual(plain.squaredError)
      }),
      { numRuns: 1000 },
    )
  })

  it('moves the zero-point where that fits better', () => {
    const weights = Float32Array.from({ length: 32 }, (_, i) => (i === 0 ? -0.25 : 0.2 * (i % 4)))
    expect(fitGroup(weights, 3, 'none').zeroPoint).toBe(1)
    const searched = fitGroup(weights, 3, 'search')
    expect(searched.zeroPoint).toBe(0)
    expect(searched.squaredError).toBeLessThan(0.0626)
  })

  it('states the squared error that its codes have', () => {
    fc.assert(
      fc.property(
        groups,
        fc.constantFrom('search' as const, 'none' as const),
        (values, clipping) => {
          const weights = Float32Array.from(values)
          const fit = fitGroup(weights, 15, clipping)
          const codes = codesOf(weights, fit, 15)
          expect(fit.squaredError).toBe(errorOf(weights, fit, codes))
          expect(fit.zeroPoint).toBeLessThanOrEqual(15)
          expect(Number.isInteger(fit.zeroPoint)).toBe(true)
          expect(fit.scale).toBeLessThan(0x7c00)
          expect(Math.max(...codes)).toBeLessThanOrEqual(15)
        },
      ),
    )
  })

  it('without search errs by half a step, the rounding of the step aside', () => {
    fc.assert(
      fc.property(groups, largestCodes, (values, largestCode) => {
        const weights = Float32Array.from(values)
        const fit = fitGroup(weights, largestCode, 'none')
        const step = float16ToNumber(fit.scale)
        const low = Math.min(0, ...weights)
        const high = Math.max(0, ...weights)
        const lostBySubnormalStep = Math.abs(high - low - step * largestCode)
        const codes = codesOf(weights, fit, largestCode)
        for (const [i, weight] of weights.entries()) {
          const error = Math.abs(weight - step * (codes[i]! - fit.zeroPoint))
          expect(error).toBeLessThanOrEqual((step / 2) * (1 + 1e-9) + lostBySubnormalStep)
        }
      }),
    )
  })

  it('finds weights that are codes already, without error', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0x0c00, max: 0x6000 }),
        fc.integer({ min: 0, max: 15 }),
        fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom('search' as const, 'none' as const),
        (scale, zeroPoint, inner, clipping) => {
          const codes = [0, 15, ...inner]
          const step = float16ToNumber(scale)
          const weights = Float32Array.from(codes, (code) => step * (code - zeroPoint))
          const fit = fitGroup(weights, 15, clipping)
          expect(fit).toEqual({ scale, zeroPoint, squaredError: 0 })
          expect([...codesOf(weights, fit, 15)]).toEqual(codes)
        },
      ),
    )
  })

  it('comes close to the best of all scales and zero-points', () => {
    const scales = Array.from({ length: 0x1400 }, (_, i) => 0x2c00 + i).filter((i) => i % 5 === 0)
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 }),
        (values) => {
          const weights = Float32Array.from(values)
          let best = Infinity
          for (const scale of scales) {
            for (let zeroPoint = 0; zeroPoint <= 3; zeroPoint++) {
              const fit = { scale, zeroPoint, squaredError: 0 }
              best = Math.min(best, errorOf(weights, fit, codesOf(weights, fit, 3)))
            }
          }
          expect(fitGroup(weights, 3, 'search').squaredError).toBeLessThanOrEqual(1.1 * best + 1e-3)
        },
      ),
      { numRuns: 20, seed: 1 },
    )
  })
})

describe('groups at the limits', () => {
  it.each(['search', 'none'] as const)('%s: zeros cost nothing and have code 0', (clipping) => {
    const weights = new Float32Array(32)
    const fit = fitGroup(weights, 15, clipping)
    expect(fit).toEqual({ scale: 0, zeroPoint: 0, squaredError: 0 })
    expect(codesOf(weights, fit, 15)).toEqual(new Uint8Array(32))
  })

  it('one sign: the zero-point is at an end', () => {
    expect(fitGroup(Float32Array.of(3, 7.5), 15, 'none').zeroPoint).toBe(0)
    expect(fitGroup(Float32Array.of(-3, -7.5), 15, 'none').zeroPoint).toBe(15)
  })

  it('weights under half of the smallest step vanish', () => {
    const weights = Float32Array.of(1e-8, -1e-8)
    const fit = fitGroup(weights, 15, 'search')
    expect(fit.scale).toBe(0)
    expect(fit.squaredError).toBeGreaterThan(0)
  })

  it('the largest step is the largest binary16 value, beyond is refused', () => {
    const fit = fitGroup(Float32Array.of(3 * FLOAT16_MAX), 3, 'search')
    expect(fit.scale).toBe(numberToFloat16(FLOAT16_MAX))
    expect(() => fitGroup(Float32Array.of(3 * 65520), 3, 'search')).toThrow(RangeError)
  })
})
