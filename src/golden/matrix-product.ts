import type { CodeBits } from '../common/code-bits.js'
import { float16ToNumber } from '../common/float16.js'
import { groupsPerRow, type QuantizedMatrix } from '../quantize/index.js'
import { type AlignedGroup, alignVector } from './align.js'
import { round32 } from './binary32.js'
import { add, treeSum } from './binary32-operations.js'

/** How the L-Units of a chip take a matrix. */
export interface ProductFormat {
  /** Bits of an aligned activation. */
  readonly mantissaBits: number
  /** Bits of an L-Unit's codes, or `ternary`; wider codes are taken in digits. */
  readonly digitBits: CodeBits
  /** Columns of the mesh; 1 by default. */
  readonly columns?: number
}

/** Codes of one digit, with the scale and zero-point of each group; offsets belong to the lowest digit. */
interface Digit {
  readonly codes: Uint8Array
  readonly scales: Float64Array
  readonly zeroPoints: Uint8Array
  readonly offsets: Float64Array | undefined
}

/** A matrix as the L-Units multiply it, prepared once for many vectors; see docs/arithmetic.md. */
export class MatrixProduct {
  readonly rows: number
  readonly #digits: readonly Digit[]

  /**
   * @param segments of the vector, each spread over columns of its own; 1 by default
   */
  constructor(
    private readonly matrix: QuantizedMatrix<number>,
    private readonly format: ProductFormat,
    private readonly segments = 1,
  ) {
    this.rows = matrix.rows
    this.#digits = digitsOf(matrix, format)
  }

  /** @param x `columns` binary32 numbers @returns `rows` binary32 numbers */
  times(x: Float32Array): Float32Array {
    const aligned = alignVector(x, this.matrix.group, this.format.mantissaBits)
    const parts = this.#groupsOfColumns(aligned.length)
    const result = new Float32Array(this.rows)
    const sums = new Float64Array(parts.length)
    const steps = aligned.map(({ exponent }) => 2 ** (exponent - this.format.mantissaBits + 2))
    for (let row = 0; row < this.rows; row++) {
      for (let part = 0; part < parts.length; part++) {
        sums[part] = this.#rowPart(row, aligned, steps, parts[part]!)
      }
      result[row] = parts.length === 1 ? sums[0]! : treeSum(sums)
    }
    return result
  }

  /** Groups are dealt to the columns of their segment in turn. */
  #groupsOfColumns(groups: number): number[][] {
    const columns = this.format.columns ?? 1
    const wide = columns / this.segments
    const long = Math.ceil(groups / this.segments)
    const dealt = Array.from({ length: columns }, (): number[] => [])
    for (let g = 0; g < groups; g++) {
      const segment = Math.floor(g / long)
      dealt[segment * wide + ((g - segment * long) % wide)]!.push(g)
    }
    return dealt
  }

  #rowPart(
    row: number,
    aligned: readonly AlignedGroup[],
    steps: readonly number[],
    groups: readonly number[],
  ): number {
    const { columns, group } = this.matrix
    let total = 0
    for (const { codes, scales, zeroPoints, offsets } of this.#digits) {
      for (const g of groups) {
        const { mantissas, sum } = aligned[g]!
        const start = row * columns + g * group
        const count = Math.min(group, columns - g * group)
        let dot = 0
        for (let i = 0; i < count; i++)
          dot = (dot + Math.imul(codes[start + i]!, mantissas[i]!)) | 0
        const index = row * aligned.length + g
        const step = steps[g]!
        let product = round32(scales[index]! * (dot - zeroPoints[index]! * sum) * step)
        if (offsets !== undefined) product = add(product, round32(offsets[index]! * sum * step))
        total = add(total, product)
      }
    }
    return total
  }
}

function digitsOf(matrix: QuantizedMatrix<number>, { digitBits }: ProductFormat): Digit[] {
  const { bits } = matrix
  if (bits === 'ternary' || bits === digitBits) return [digitOf(matrix, 1, matrix, matrix.offsets)]
  if (digitBits === 'ternary') return signedDigits(matrix, bits)
  const count = Math.max(1, bits / digitBits)
  const mask = 2 ** Math.min(digitBits, bits) - 1
  return Array.from({ length: count }, (_, digit) => {
    const shift = digitBits * (count - 1 - digit)
    const part = (values: Uint8Array) => values.map((value) => (value >> shift) & mask)
    const parts = { codes: part(matrix.codes), zeroPoints: part(matrix.zeroPoints) }
    return digitOf(matrix, 2 ** shift, parts, digit < count - 1 ? undefined : matrix.offsets)
  })
}

function digitOf(
  { scales }: QuantizedMatrix<number>,
  weight: number,
  { codes, zeroPoints }: Pick<Digit, 'codes' | 'zeroPoints'>,
  offsets: Uint16Array | undefined,
): Digit {
  return {
    codes,
    scales: Float64Array.from(scales, (bits) => float16ToNumber(bits) * weight),
    zeroPoints,
    offsets: offsets === undefined ? undefined : Float64Array.from(offsets, float16ToNumber),
  }
}

/** `q - z` in binary digits that have its sign, as codes 0, 1, 2 with the zero-point 1. */
function signedDigits(matrix: QuantizedMatrix<number>, bits: number): Digit[] {
  const { columns, group, codes, zeroPoints } = matrix
  const groups = groupsPerRow(matrix)
  const values = Int16Array.from(codes, (code, i) => {
    const inRow = i % columns
    return code - zeroPoints[Math.floor(i / columns) * groups + Math.floor(inRow / group)]!
  })
  const ones = new Uint8Array(zeroPoints.length).fill(1)
  return Array.from({ length: bits }, (_, digit) => {
    const place = bits - 1 - digit
    const trits = Uint8Array.from(
      values,
      (value) => 1 + Math.sign(value) * ((Math.abs(value) >> place) & 1),
    )
    return digitOf(matrix, 2 ** place, { codes: trits, zeroPoints: ones }, undefined)
  })
}

/** The numbers of one row of an embedding: `round32(s * (q - z))`. */
export function embeddingRow(matrix: QuantizedMatrix, row: number): Float32Array {
  const { columns, group, codes, scales, zeroPoints } = matrix
  const groups = groupsPerRow(matrix)
  return Float32Array.from({ length: columns }, (_, i) => {
    const index = row * groups + Math.floor(i / group)
    const scale = float16ToNumber(scales[index]!)
    return round32(scale * (codes[row * columns + i]! - zeroPoints[index]!))
  })
}
