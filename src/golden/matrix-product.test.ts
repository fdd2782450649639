import { expect, test } from 'vitest'
import { float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { Random } from '../common/random.js'
import { dequantize, type QuantizedMatrix } from '../quantize/index.js'
import { alignVector } from './align.js'
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

test('an odd part goes up a level as it is', () => {
  const random = new Random(9)
  const matrix = randomMatrix(4, 160, random)
  const x = randomVector(160, random)
  const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 4, columns: 5 })
  const parts = Array.from({ length: 5 }, (_, group) => {
    const [from, to] = [32 * group, 32 * group + 32]
    return matrixVector(columnsOf(matrix, from, to), x.subarray(from, to), mantissaBits)
  })
  for (const [row, result] of product.times(x).entries()) {
    const [a, b, c, d, e] = parts.map((part) => part[row]!)
    expect(result).toBe(add(add(add(a!, b!), add(c!, d!)), e!))
  }
})

test('segments have columns of their own', () => {
  const random = new Random(8)
  const matrix = randomMatrix(4, 192, random)
  const x = randomVector(192, random)
  const format = { mantissaBits, digitBits: 4 } as const
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
    const plain = randomMatrix(8, columns, random)
    const offsets = plain.scales.map(() => numberToFloat16(random.fraction() - 0.5))
    const matrix = { ...plain, offsets }
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

test.each([
  { bits: 8, digitBits: 4, offsets: false },
  { bits: 8, digitBits: 2, offsets: true },
  { bits: 8, digitBits: 4, offsets: true },
  { bits: 4, digitBits: 2, offsets: true },
] as const)(
  '$bits-bit codes on $digitBits-bit L-Units are more groups, the highest digits first, the offsets last: $offsets',
  ({ bits, digitBits, offsets }) => {
    const random = new Random(11)
    const columns = 96
    const plain = randomMatrix(bits, columns, random)
    const offset = () => numberToFloat16(random.fraction() - 0.5)
    const matrix = offsets ? { ...plain, offsets: plain.scales.map(offset) } : plain
    const x = randomVector(columns, random)
    const groups = columns / matrix.group
    const places = Array.from({ length: bits / digitBits }, (_, i) => bits - digitBits * (i + 1))
    const inDigits = (
      values: ArrayLike<number>,
      width: number,
      digit: (value: number, place: number) => number,
    ) =>
      Array.from({ length: matrix.rows }, (_, row) => {
        const own = Array.from(values).slice(row * width, (row + 1) * width)
        return places.flatMap((place) => own.map((value) => digit(value, place)))
      }).flat()
    const digit = (value: number, place: number) => (value >> place) & (2 ** digitBits - 1)
    const weight = (scale: number, place: number) =>
      numberToFloat16(float16ToNumber(scale) * 2 ** place)
    const lowest = (value: number, place: number) => (place === 0 ? value : 0)
    const wide: QuantizedMatrix = {
      ...matrix,
      bits: digitBits,
      columns: places.length * columns,
      codes: Uint8Array.from(inDigits(matrix.codes, columns, digit)),
      zeroPoints: Uint8Array.from(inDigits(matrix.zeroPoints, groups, digit)),
      scales: Uint16Array.from(inDigits(matrix.scales, groups, weight)),
      ...(matrix.offsets && {
        offsets: Uint16Array.from(inDigits(matrix.offsets, groups, lowest)),
      }),
    }
    const repeated = Float32Array.from(places.flatMap(() => [...x]))
    const product = new MatrixProduct(matrix, { mantissaBits, digitBits })
    expect([...product.times(x)]).toEqual([...matrixVector(wide, repeated, mantissaBits)])
  },
)

test.each([2, 4, 8] as const)(
  '%i-bit codes on ternary L-Units are as many groups of trits, the highest digits first',
  (bits) => {
    const random = new Random(bits)
    const columns = 80
    const matrix = randomMatrix(bits, columns, random)
    const x = randomVector(columns, random)
    const { rows, group, codes, scales, zeroPoints } = matrix
    const groups = Math.ceil(columns / group)
    const aligned = alignVector(x, group, mantissaBits)
    const expected = Array.from({ length: rows }, (_, row) => {
      let sum = 0
      for (let place = bits - 1; place >= 0; place--) {
        for (const [g, { mantissas, exponent }] of aligned.entries()) {
          const at = row * groups + g
          let dot = 0
          for (let i = 0; i < Math.min(group, columns - g * group); i++) {
            const value = codes[row * columns + g * group + i]! - zeroPoints[at]!
            const isSet = Math.floor(Math.abs(value) / 2 ** place) % 2 === 1
            if (isSet) dot += Math.sign(value) * mantissas[i]!
          }
          const scale = float16ToNumber(scales[at]!) * 2 ** place
          sum = add(sum, Math.fround(scale * dot * 2 ** (exponent - mantissaBits + 2)))
        }
      }
      return sum
    })
    const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 'ternary' })
    expect([...product.times(x)]).toEqual(expected)
  },
)
