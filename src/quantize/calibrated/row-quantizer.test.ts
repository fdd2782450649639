import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { float16ToNumber } from '../../common/float16.js'
import { Random } from '../../common/random.js'
import { dequantize, quantizeMatrix } from '../index.js'
import { RowQuantizer } from './row-quantizer.js'

const COLUMNS = 40
const format = { bits: 4, group: 32 } as const

/** Second moments of correlated inputs, and a row of weights. */
function drawn(seed: number) {
  const random = new Random(seed)
  const moments = new Float64Array(COLUMNS * COLUMNS)
  for (let vector = 0; vector < 60; vector++) {
    const shared = random.fraction() - 0.5
    const input = Array.from({ length: COLUMNS }, () => random.fraction() - 0.5 + shared)
    for (let i = 0; i < COLUMNS; i++) {
      for (let j = 0; j < COLUMNS; j++) moments[i * COLUMNS + j]! += input[i]! * input[j]!
    }
  }
  for (let i = 0; i < COLUMNS; i++) moments[i * COLUMNS + i]! += 0.1
  const weights = Float32Array.from({ length: COLUMNS }, () => random.fraction() - 0.4)
  return { moments, weights }
}

function error(moments: Float64Array, weights: Float32Array, values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < COLUMNS; i++) {
    for (let j = 0; j < COLUMNS; j++) {
      const product = (weights[i]! - values[i]!) * (weights[j]! - values[j]!)
      sum += moments[i * COLUMNS + j]! * product
    }
  }
  return sum
}

function valuesOf(row: ReturnType<RowQuantizer['quantize']>): number[] {
  return Array.from(row.codes, (code, i) => {
    const group = Math.floor(i / format.group)
    return float16ToNumber(row.scales[group]!) * (code - row.zeroPoints[group]!)
  })
}

describe('rows fitted to their inputs', () => {
  const errorsOf = (seed: number) => {
    const { moments, weights } = drawn(seed)
    const row = new RowQuantizer(moments, COLUMNS, format).quantize(Float64Array.from(weights))
    const nearest = dequantize(quantizeMatrix(weights, 1, COLUMNS, format))
    expect(Math.max(...row.codes, ...row.zeroPoints)).toBeLessThanOrEqual(15)
    return {
      fitted: error(moments, weights, valuesOf(row)),
      nearest: error(moments, weights, nearest),
    }
  }

  it('answer the inputs never worse than the nearest values do, in legal codes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const { fitted, nearest } = errorsOf(seed)
        expect(fitted).toBeLessThanOrEqual(nearest)
      }),
      { numRuns: 40 },
    )
  })

  it('have a third less error on average', () => {
    const ratios = Array.from({ length: 20 }, (_, seed) => {
      const { fitted, nearest } = errorsOf(seed + 1)
      return fitted / nearest
    })
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(0.67)
  })

  it('no code can be changed by one step for less error', () => {
    const { moments, weights } = drawn(7)
    const row = new RowQuantizer(moments, COLUMNS, format).quantize(Float64Array.from(weights))
    const values = valuesOf(row)
    const least = error(moments, weights, values)
    for (let i = 0; i < COLUMNS; i++) {
      for (const step of [-1, 1]) {
        const code = row.codes[i]! + step
        if (code < 0 || code > 15) continue
        const changed = values.with(
          i,
          values[i]! + step * float16ToNumber(row.scales[Math.floor(i / format.group)]!),
        )
        expect(error(moments, weights, changed)).toBeGreaterThanOrEqual(least * (1 - 1e-4))
      }
    }
  })

  it('zero weights stay zero', () => {
    const { moments } = drawn(1)
    const row = new RowQuantizer(moments, COLUMNS, format).quantize(new Float64Array(COLUMNS))
    expect(valuesOf(row).every((value) => value === 0)).toBe(true)
  })
})
