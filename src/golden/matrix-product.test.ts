import { expect, test } from 'vitest'
import { float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { Random } from '../common/random.js'
import { dequantize, type QuantizedMatrix } from '../quantize/index.js'
import { add } from './binary32-operations.js'
import { matrixVector } from './l-unit.js'
import { MatrixProduct } from './matrix-product.js'

const mantissaBits = 12

function randomMatrix(bits: 8 | 4 | 2, columns: number, random: Random): QuantizedMatrix {
  const [rows, group] = [5, 32] as const
  const count = rows * Math.ceil(columns / group)
  const code = () => random.integer(0, 2 ** bits - 1)
  return {
    rows,
    columns,
    bits,
    group,
    codes: Uint8Array.from({ length: rows * columns }, code),
    scales: Uint16Array.from({ length: count }, () => numberToFloat16(random.fraction() - 0.5)),
    zeroPoints: Uint8Array.from({ length: count }, code),
  }
}

function randomVector(length: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => 2 * random.fraction() - 1)
}

/** Columns `from..to` of a matrix, whole groups. */
function columnsOf(matrix: QuantizedMatrix, from: number, to: number): QuantizedMatrix {
  const { rows, columns, group, codes, scales, zeroPoints } = matrix
  const groups = Math.ceil(columns / group)
  const pick = <A extends Uint8Array | Uint16Array>(all: A, width: number, a: number, b: number) =>
    Array.from({ length: rows }, (_, row) => [
      ...all.subarray(row * width + a, row * width + b),
    ]).flat()
  const [a, b] = [from / group, Math.ceil(to / group)]
  return {
    ...matrix,
    columns: to - from,
    codes: Uint8Array.from(pick(codes, columns, from, to)),
    scales: Uint16Array.from(pick(scales, groups, a, b)),
    zeroPoints: Uint8Array.from(pick(zeroPoints, groups, a, b)),
  }
}

test.each([32, 96, 172])('one part of whole codes is the L-Unit: %d columns', (columns) => {
  const random = new Random(columns)
  const matrix = randomMatrix(4, columns, random)
  const x = randomVector(columns, random)
  const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 4 })
  expect([...product.times(x)]).toEqual([...matrixVector(matrix, x, mantissaBits)])
})

test('parts are products of their columns, added neighbours first', () => {
  const random = new Random(7)
  const columns = 172
  const matrix = randomMatrix(4, columns, random)
  const x = randomVector(columns, random)
  const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 4, columns: 4 })
  const groups = Array.from({ length: 6 }, (_, group) => {
    const [from, to] = [32 * group, Math.min(32 * group + 32, columns)]
    return matrixVector(columnsOf(matrix, from, to), x.subarray(from, to), mantissaBits)
  })
  for (const [row, result] of product.times(x).entries()) {
    const [a, b, c, d, e, f] = groups.map((group) => group[row]!)
    expect(result).toBe(add(add(add(a!, e!), add(b!, f!)), add(c!, d!)))
  }
})

test('segments have columns of their own', () => {
  const random = new Random(8)
  const matrix = randomMatrix(4, 192, random)
  const x = randomVector(192, random)
  const format = { mantissaBits, digitBits: 4 }
  const halves = [
    [0, 96],
    [96, 192],
  ].map(([from, to]) =>
    new MatrixProduct(columnsOf(matrix, from!, to!), { ...format, columns: 2 }).times(
      x.subarray(from, to),
    ),
  )
  const product = new MatrixProduct(matrix, { ...format, columns: 4 }, 2)
  for (const [row, result] of product.times(x).entries()) {
    expect(result).toBe(add(halves[0]![row]!, halves[1]![row]!))
  }
})

test.each([4, 2] as const)(
  '8-bit codes in digits of %d bits mean the same weights',
  (digitBits) => {
    const random = new Random(digitBits)
    const columns = 96
    const matrix = randomMatrix(8, columns, random)
    const x = Float32Array.from({ length: columns }, () => random.integer(-1023, 1023))
    const weights = dequantize(matrix)
    const result = new MatrixProduct(matrix, { mantissaBits: 12, digitBits }).times(x)
    for (let row = 0; row < matrix.rows; row++) {
      let exact = 0
      let magnitude = 0
      for (let i = 0; i < columns; i++) {
        const term = weights[row * columns + i]! * x[i]!
        exact += term
        magnitude += Math.abs(term)
      }
      expect(Math.abs(result[row]! - exact)).toBeLessThanOrEqual(magnitude * 2 ** -20)
    }
  },
)

test('8-bit codes on 4-bit L-Units are twice as many groups, the highest digits first', () => {
  const random = new Random(11)
  const columns = 96
  const matrix = randomMatrix(8, columns, random)
  const x = randomVector(columns, random)
  const groups = columns / matrix.group
  const rowsOf = (values: Iterable<number>, width: number) => {
    const all = [...values]
    return Array.from({ length: matrix.rows }, (_, row) =>
      all.slice(row * width, (row + 1) * width),
    )
  }
  const digits = (values: Uint8Array, width: number) =>
    rowsOf(values, width).flatMap((row) => [...row.map((q) => q >> 4), ...row.map((q) => q & 15)])
  const scales = rowsOf(matrix.scales, groups).flatMap((row) => [
    ...row.map((bits) => numberToFloat16(16 * float16ToNumber(bits))),
    ...row,
  ])
  const wide: QuantizedMatrix = {
    ...matrix,
    bits: 4,
    columns: 2 * columns,
    codes: Uint8Array.from(digits(matrix.codes, columns)),
    zeroPoints: Uint8Array.from(digits(matrix.zeroPoints, groups)),
    scales: Uint16Array.from(scales),
  }
  const twice = Float32Array.from([...x, ...x])
  const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 4 })
  expect([...product.times(x)]).toEqual([...matrixVector(wide, twice, mantissaBits)])
})
