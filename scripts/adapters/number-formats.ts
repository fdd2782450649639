import type { LowRankUpdate } from '../../src/checkpoint/index.js'
import { float16ToNumber, numberToFloat16 } from '../../src/common/float16.js'
import { type AdapterFormat, dequantize, quantizeAdapter } from '../../src/quantize/index.js'

/** The values that are stored instead of those of A and B, rows first. */
export interface StoredUpdate {
  readonly a: ArrayLike<number>
  readonly b: ArrayLike<number>
}

/** A way to store an update of the chip's rank. */
export interface NumberFormat {
  readonly name: string
  readonly stored: (update: LowRankUpdate, format: AdapterFormat) => StoredUpdate
  /** Bits of A and B together. @param groups in all rows of both */
  readonly bits: (weights: number, groups: number) => number
}

/** The numbers that one byte holds. */
interface Element {
  readonly largest: number
  readonly rounded: (value: number) => number
}

const int8: Element = { largest: 127, rounded: Math.round }
// OCP 8-bit Floating Point Specification (OFP8), revision 1.0.
const e4m3 = minifloat(3, -6, 448)
const e5m2 = minifloat(2, -14, 57344)

export const numberFormats: readonly NumberFormat[] = [
  {
    name: 'INT8, binary16 scale a group',
    stored: asInTheChip,
    bits: (weights, groups) => 8 * weights + 16 * groups,
  },
  {
    name: 'the same, columns of B made equal',
    stored: (update, format) => asInTheChip(withEqualColumns(update), format),
    bits: (weights, groups) => 8 * weights + 16 * groups,
  },
  {
    name: 'E4M3, binary16 scale a group',
    stored: ({ rank, a, b }, { group }) => ({
      a: inGroups(a, a.length / rank, group, e4m3),
      b: inGroups(b, rank, rank, e4m3),
    }),
    bits: (weights, groups) => 8 * weights + 16 * groups,
  },
  oneScale('INT8, power of two a matrix', int8),
  oneScale('E4M3, power of two a matrix', e4m3),
  oneScale('E5M2, power of two a matrix', e5m2),
]

function asInTheChip(update: LowRankUpdate, format: AdapterFormat): StoredUpdate {
  const layers = [{ 'attention.wq': update }]
  const adapter = quantizeAdapter({ path: '', format: 'PEFT', layers }, format)
  const { a, b } = adapter.layers[0]!['attention.wq']!
  return { a: dequantize(a), b: dequantize(b) }
}

/** The same update with columns of B of one largest magnitude, that of the largest row of A; A takes the inverse factors. */
function withEqualColumns(update: LowRankUpdate): LowRankUpdate {
  const { rank, a, b } = update
  const inputs = a.length / rank
  const rows = new Float64Array(rank)
  for (const [i, weight] of a.entries()) {
    const row = Math.floor(i / inputs)
    rows[row] = Math.max(rows[row]!, Math.abs(weight))
  }
  const columns = new Float64Array(rank)
  for (const [i, weight] of b.entries()) {
    columns[i % rank] = Math.max(columns[i % rank]!, Math.abs(weight))
  }
  const size = Math.sqrt(Math.max(...rows.map((row, k) => row * columns[k]!)))
  const factors = columns.map((column) => size / column)
  return {
    ...update,
    a: a.map((weight, i) => weight / factors[Math.floor(i / inputs)]!),
    b: b.map((weight, i) => weight * factors[i % rank]!),
  }
}

function minifloat(mantissaBits: number, smallestExponent: number, largest: number): Element {
  return {
    largest,
    rounded: (value) => {
      const exponent = value === 0 ? smallestExponent : Math.floor(Math.log2(Math.abs(value)))
      const step = 2 ** (Math.max(exponent, smallestExponent) - mantissaBits)
      return Math.round(value / step) * step
    },
  }
}

function inGroups(weights: Float32Array, columns: number, group: number, element: Element) {
  const result: number[] = []
  for (let row = 0; row < weights.length; row += columns) {
    for (let first = row; first < row + columns; first += group) {
      const own = weights.subarray(first, Math.min(first + group, row + columns))
      const scale = float16ToNumber(numberToFloat16(largestOf(own) / element.largest))
      result.push(...scaledBy(scale, own, element))
    }
  }
  return result
}

/** The scale is the least that clips nothing, or a half or a quarter of it, whichever has the least squared error. */
function oneScale(name: string, element: Element): NumberFormat {
  const stored = (weights: Float32Array) => {
    const whole = 2 ** Math.ceil(Math.log2(largestOf(weights) / element.largest))
    const candidates = [1, 2, 4].map((part) => scaledBy(whole / part, weights, element))
    const errors = candidates.map((candidate) =>
      candidate.reduce((sum, value, i) => sum + (value - weights[i]!) ** 2, 0),
    )
    return candidates[errors.indexOf(Math.min(...errors))]!
  }
  return {
    name,
    stored: ({ a, b }) => ({ a: stored(a), b: stored(b) }),
    bits: (weights) => 8 * weights + 2 * 8,
  }
}

function scaledBy(scale: number, weights: Float32Array, { largest, rounded }: Element) {
  return Float64Array.from(weights, (weight) =>
    scale === 0 ? 0 : scale * Math.max(-largest, Math.min(largest, rounded(weight / scale))),
  )
}

function largestOf(weights: Float32Array): number {
  return weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
}
