import { expect, test } from 'vitest'
import { float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { Random } from '../common/random.js'
import {
  type AdapterRank,
  dequantize,
  type QuantizedMatrix,
  type QuantizedUpdate,
  quantizeAdapter,
} from '../quantize/index.js'
import { DeltaProduct } from './delta-product.js'
import { MatrixProduct } from './matrix-product.js'

const mantissaBits = 12

/** Codes and scales of the rows; zero beyond them. */
function matrix<Group extends number>(
  rows: number,
  columns: number,
  group: Group,
  given: readonly { readonly codes: readonly number[]; readonly scale: number }[],
): QuantizedMatrix<Group> {
  const codes = new Uint8Array(rows * columns).fill(128)
  const scales = new Uint16Array(rows)
  for (const [row, { codes: own, scale }] of given.entries()) {
    codes.set(
      own.map((code) => 128 + code),
      row * columns,
    )
    scales[row] = numberToFloat16(scale)
  }
  const zeroPoints = new Uint8Array(rows).fill(128)
  return { rows, columns, bits: 8, group, codes, scales, zeroPoints }
}

test('an update by hand', () => {
  const a = matrix(8, 2, 32, [
    { codes: [100, 4], scale: 2 ** -4 },
    { codes: [1, -127], scale: 2 ** -8 },
  ])
  const b = matrix(3, 8, 8, [
    { codes: [-3, 5], scale: 0.5 },
    { codes: [0, 127], scale: 2 ** -3 },
  ])
  const result = new DeltaProduct({ a, b }, { mantissaBits }).times(Float32Array.of(1.5, -0.75))
  // x: E = 0, m = 1536 and -768; A x: (153600 - 3072) 2^-4 2^-10 and (1536 + 97536) 2^-8 2^-10.
  expect([...result.a]).toEqual([9.1875, 0.3779296875, 0, 0, 0, 0, 0, 0])
  // a: E = 3, m = 1176 and 48.375, which becomes 48; B a: 0.5 (-3528 + 240) 2^-7 and 2^-3 (127 * 48) 2^-7.
  expect([...result.delta]).toEqual([-12.84375, 5.953125, 0])
})

function randomVector(random: Random, length: number, size: number): Float32Array {
  return Float32Array.from({ length }, () => (2 * random.fraction() - 1) * size)
}

interface RandomCase {
  readonly rank: number
  readonly a: Float32Array
  readonly b: Float32Array
  readonly x: Float32Array
  readonly update: QuantizedUpdate
}

function randomCase(
  random: Random,
  [inputs, outputs]: readonly [number, number],
  chipRank: AdapterRank,
): RandomCase {
  const rank = random.integer(1, chipRank)
  const a = randomVector(random, rank * inputs, 2 ** random.integer(-8, 4))
  const b = randomVector(random, outputs * rank, 2 ** random.integer(-8, 4))
  const x = randomVector(random, inputs, 2 ** random.integer(-8, 8))
  const update = { rank, scale: 1, a, b }
  const adapter = { path: '', format: 'PEFT', layers: [{ 'attention.wv': update }] } as const
  const { layers } = quantizeAdapter(adapter, { rank: chipRank, group: 32 })
  return { rank, a, b, x, update: layers[0]!['attention.wv']! }
}

/** The error of a product that the formats allow, with `wrong` the error of each number of the vector. */
function productBound(
  matrix: QuantizedMatrix<number>,
  row: number,
  x: Float64Array | Float32Array,
  wrong: (i: number) => number,
): number {
  const { columns, group, scales } = matrix
  const groups = Math.ceil(columns / group)
  const weights = dequantize(matrix).subarray(row * columns, (row + 1) * columns)
  let bound = 0
  for (let g = 0; g < groups; g++) {
    const own = Array.from(x.subarray(g * group, (g + 1) * group), Math.abs)
    const largest = own.reduce((most, value, i) => Math.max(most, value + wrong(g * group + i)), 0)
    const scale = float16ToNumber(scales[row * groups + g]!)
    for (const [i, value] of own.entries()) {
      const weight = Math.abs(weights[g * group + i]!)
      const aligned = largest * 2 ** -(mantissaBits - 1)
      const roundings = (groups + 4) * 2 ** -24 * 2 * largest
      bound += weight * (wrong(g * group + i) + aligned + roundings)
      bound += 0.5000001 * scale * value
    }
  }
  return bound
}

test.each<readonly [AdapterRank, number, number, number]>([
  [8, 64, 24, 1],
  [16, 172, 10, 4],
  [128, 40, 6, 2],
])(
  'within the errors of codes, alignment and roundings: rank %d, %d inputs, %d outputs, %d columns',
  (chipRank, inputs, outputs, columns) => {
    const seed = chipRank
    const random = new Random(seed)
    for (let run = 0; run < 40; run++) {
      const { rank, a, b, x, update } = randomCase(random, [inputs, outputs], chipRank)
      const { delta } = new DeltaProduct(update, { mantissaBits, columns }).times(x)
      const exactA = new Float64Array(chipRank)
      for (const [i, weight] of a.entries()) {
        exactA[Math.floor(i / inputs)]! += weight * x[i % inputs]!
      }
      const wrongA = exactA.map((_, row) => productBound(update.a, row, x, () => 0))
      for (const [row, result] of delta.entries()) {
        let exact = 0
        for (let k = 0; k < rank; k++) exact += b[row * rank + k]! * exactA[k]!
        const bound = productBound(update.b, row, exactA, (k) => wrongA[k]!)
        expect(Math.abs(result - exact), `seed ${seed}, run ${run}`).toBeLessThanOrEqual(bound)
      }
    }
  },
)

test('A is taken in the columns of its segments, B in one part', () => {
  const random = new Random(5)
  const { x, update } = randomCase(random, [256, 8], 8)
  const format = { mantissaBits, columns: 4 }
  const { a, delta } = new DeltaProduct(update, format, 2).times(x)
  const inColumns = new MatrixProduct(update.a, { ...format, digitBits: 8 }, 2)
  expect([...a]).toEqual([...inColumns.times(x)])
  const inOnePart = new MatrixProduct(update.b, { mantissaBits, digitBits: 8 })
  expect([...delta]).toEqual([...inOnePart.times(a)])
  expect([...a]).not.toEqual([...new DeltaProduct(update, { mantissaBits }).times(x).a])
})
