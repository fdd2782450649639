import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UnsignedBits } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import { Random } from '../common/random.js'
import { fitGroup } from './group-quantizer.js'
import { MatrixQuantizer, quantizeMatrix } from './quantize-matrix.js'
import {
  dequantize,
  groupSizeChoices,
  groupsPerRow,
  quantizationError,
} from './quantized-matrix.js'

/** Bell-shaped random weights, the same for the same seed. */
function bellWeights(count: number, seed: number): Float32Array {
  const random = new Random(seed)
  return Float32Array.from({ length: count }, () => {
    let sum = -6
    for (let i = 0; i < 12; i++) sum += random.fraction()
    return sum / 10
  })
}

const codeBitsChoices: readonly UnsignedBits[] = [2, 4, 8]
const formats = fc.record({
  bits: fc.constantFrom(...codeBitsChoices),
  group: fc.constantFrom(...groupSizeChoices),
})
const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 150 }),
    seed: fc.integer(),
  })
  .map(({ rows, columns, seed }) => ({ rows, columns, weights: bellWeights(rows * columns, seed) }))

describe('quantised matrix', () => {
  it('is its groups, none across rows, the last of a row short', () => {
    fc.assert(
      fc.property(matrices, formats, ({ rows, columns, weights }, format) => {
        const matrix = quantizeMatrix(weights, rows, columns, format)
        const groups = Math.ceil(columns / format.group)
        expect(groupsPerRow(matrix)).toBe(groups)
        expect(matrix.codes.length).toBe(rows * columns)
        expect(matrix.scales.length).toBe(rows * groups)
        expect(matrix.zeroPoints.length).toBe(rows * groups)
        expect(Math.max(...matrix.codes, ...matrix.zeroPoints)).toBeLessThan(2 ** format.bits)
        let squared = 0
        for (let row = 0; row < rows; row++) {
          for (let group = 0; group < groups; group++) {
            const first = row * columns + group * format.group
            const end = Math.min(first + format.group, (row + 1) * columns)
            const fit = fitGroup(weights.subarray(first, end), 2 ** format.bits - 1, 'search')
            expect(matrix.scales[row * groups + group]).toBe(fit.scale)
            expect(matrix.zeroPoints[row * groups + group]).toBe(fit.zeroPoint)
            squared += fit.squaredError
          }
        }
        expect(quantizationError(weights, matrix).squared).toBeCloseTo(squared, 6)
      }),
    )
  })

  it('is the same for the same weights, in one piece or by rows', () => {
    fc.assert(
      fc.property(matrices, formats, ({ rows, columns, weights }, format) => {
        const quantizer = new MatrixQuantizer(rows, columns, format, 'search')
        for (let row = 0; row < rows; row++) {
          quantizer.addRows(weights.slice(row * columns, (row + 1) * columns))
        }
        expect(quantizer.finish()).toEqual(quantizeMatrix(weights, rows, columns, format))
      }),
    )
  })

  it('has less error with search, more bits and smaller groups', () => {
    const [rows, columns] = [16, 512]
    const weights = bellWeights(rows * columns, 7)
    const error = (bits: 2 | 4 | 8, group: 32 | 64 | 128, clipping: 'search' | 'none') =>
      quantizationError(weights, quantizeMatrix(weights, rows, columns, { bits, group }, clipping))
        .squared
    for (const bits of codeBitsChoices) {
      for (const group of groupSizeChoices) {
        expect(error(bits, group, 'search')).toBeLessThan(error(bits, group, 'none'))
      }
      expect(error(bits, 32, 'search')).toBeLessThan(error(bits, 64, 'search'))
      expect(error(bits, 64, 'search')).toBeLessThan(error(bits, 128, 'search'))
    }
    for (const clipping of ['search', 'none'] as const) {
      for (const group of groupSizeChoices) {
        expect(error(4, group, clipping)).toBeLessThan(error(2, group, clipping) / 8)
        expect(error(8, group, clipping)).toBeLessThan(error(4, group, clipping) / 100)
      }
    }
  })

  it('states its error from the definition', () => {
    const weights = Float32Array.of(1, -2, 3, 0.5)
    const matrix = quantizeMatrix(weights, 2, 2, { bits: 2, group: 32 }, 'none')
    const differences = dequantize(matrix).map((value, i) => Math.abs(value - weights[i]!))
    const { squared, largest, relative } = quantizationError(weights, matrix)
    expect(squared).toBeCloseTo(
      differences.reduce((sum, difference) => sum + difference ** 2, 0),
      10,
    )
    expect(largest).toBeCloseTo(Math.max(...differences), 10)
    expect(relative).toBeCloseTo(Math.sqrt(squared / 14.25), 10)
    const zeros = new Float32Array(4)
    expect(quantizationError(zeros, quantizeMatrix(zeros, 2, 2, { bits: 2, group: 32 }))).toEqual({
      squared: 0,
      largest: 0,
      relative: 0,
    })
  })
})

describe('weights that cannot be quantised', () => {
  const format = { bits: 4, group: 32 } as const

  it.each([Number.NaN, Infinity, -Infinity])('%d is refused at its place', (value) => {
    const weights = new Float32Array(6)
    weights[4] = value
    const attempt = () => quantizeMatrix(weights, 2, 3, format)
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(`row 1, column 1: weight is ${value}`)
  })

  it('values beyond the scales are refused at their group', () => {
    const weights = new Float32Array(40)
    weights[36] = 3e6
    const attempt = () => quantizeMatrix(weights, 1, 40, format)
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow('row 0, column 32: weights need a scale beyond binary16')
  })

  it('wrong counts are refused', () => {
    expect(() => quantizeMatrix(new Float32Array(5), 2, 3, format)).toThrow(RangeError)
    expect(() => quantizeMatrix(new Float32Array(3), 2, 3, format)).toThrow(RangeError)
    expect(() => quantizeMatrix(new Float32Array(9), 2, 3, format)).toThrow(RangeError)
    const matrix = quantizeMatrix(new Float32Array(6), 2, 3, format)
    expect(() => quantizationError(new Float32Array(5), matrix)).toThrow(RangeError)
  })
})
