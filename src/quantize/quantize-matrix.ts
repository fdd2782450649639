import { type CodeBits, largestCode, TERNARY_ZERO } from '../common/code-bits.js'
import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { InputError } from '../common/input-error.js'
import { type Clipping, encodeGroup, fitGroup } from './group-quantizer.js'
import { type GroupSize, groupsPerRow, type QuantizedMatrix } from './quantized-matrix.js'
import { encodeTernary, ternaryScale } from './ternary-quantizer.js'

/** The chip's number format for a weight matrix. */
export interface QuantizationFormat {
  readonly bits: CodeBits
  readonly group: GroupSize
}

/**
 * Quantises a matrix of finite weights, row after row, to codes with a binary16 scale and a zero-point for each
 * group. The same weights always give the same codes.
 * @throws RangeError when there are not rows * columns weights.
 * @throws InputError for weights that are not finite, and for groups whose scale is beyond binary16.
 */
export function quantizeMatrix(
  weights: Float32Array,
  rows: number,
  columns: number,
  format: QuantizationFormat,
  clipping: Clipping = 'search',
): QuantizedMatrix {
  const quantizer = new MatrixQuantizer(rows, columns, format, clipping)
  quantizer.addRows(weights)
  return quantizer.finish()
}

const BEYOND_BINARY16 = 'weights need a scale beyond binary16'

/** Quantises a matrix that arrives in blocks of rows. */
export class MatrixQuantizer {
  private readonly matrix: QuantizedMatrix
  private rowsDone = 0

  /**
   * @param clipping of codes other than ternary ones, whose scale is always searched for
   * @param what the matrix's name in messages, and its file
   * @param tensorScale one scale for all groups of a ternary matrix
   */
  constructor(
    rows: number,
    columns: number,
    format: QuantizationFormat,
    private readonly clipping: Clipping,
    private readonly what: { readonly file?: string; readonly field?: string } = {},
    private readonly tensorScale?: number,
  ) {
    const { bits, group } = format
    const groups = rows * groupsPerRow({ columns, group })
    this.matrix = {
      rows,
      columns,
      bits,
      group,
      codes: new Uint8Array(rows * columns),
      scales: new Uint16Array(groups),
      zeroPoints: new Uint8Array(groups).fill(bits === 'ternary' ? TERNARY_ZERO : 0),
    }
  }

  /** Quantises the next rows. @throws RangeError for a part of a row or more rows than the matrix has. */
  addRows(weights: Float32Array): void {
    const { rows, columns } = this.matrix
    const count = weights.length / columns
    if (!Number.isInteger(count) || this.rowsDone + count > rows) {
      throw new RangeError(
        `${weights.length} weights are not rows of a ${rows} by ${columns} matrix`,
      )
    }
    for (let row = 0; row < count; row++) {
      this.addRow(weights.subarray(row * columns, (row + 1) * columns))
    }
  }

  /** The whole matrix. @throws RangeError when rows are missing. */
  finish(): QuantizedMatrix {
    if (this.rowsDone !== this.matrix.rows) {
      throw new RangeError(`${this.rowsDone} rows of ${this.matrix.rows}`)
    }
    return this.matrix
  }

  private addRow(weights: Float32Array): void {
    const { columns, bits, group, codes, scales, zeroPoints } = this.matrix
    const highestCode = largestCode(bits)
    const row = this.rowsDone++
    const fault = weights.findIndex((weight) => !Number.isFinite(weight))
    if (fault !== -1) throw this.error(`weight is ${weights[fault]}`, row, fault)
    const groups = groupsPerRow(this.matrix)
    for (let index = 0; index < groups; index++) {
      const first = index * group
      const values = weights.subarray(first, Math.min(first + group, columns))
      const groupCodes = codes.subarray(row * columns + first)
      if (bits === 'ternary') {
        scales[row * groups + index] = this.encodeTernary(values, groupCodes, row, first)
        continue
      }
      const fit = this.fit(values, highestCode, row, first)
      scales[row * groups + index] = fit.scale
      zeroPoints[row * groups + index] = fit.zeroPoint
      encodeGroup(values, fit, highestCode, groupCodes)
    }
  }

  private fit(values: Float32Array, highestCode: number, row: number, column: number) {
    try {
      return fitGroup(values, highestCode, this.clipping)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw this.error(BEYOND_BINARY16, row, column)
    }
  }

  /** Writes the codes of a group and gives its scale's pattern. */
  private encodeTernary(
    values: Float32Array,
    codes: Uint8Array,
    row: number,
    column: number,
  ): number {
    const exact = this.tensorScale ?? ternaryScale(values)
    if (exact > FLOAT16_MAX) throw this.error(BEYOND_BINARY16, row, column)
    const scale = numberToFloat16(exact)
    encodeTernary(values, this.tensorScale ?? float16ToNumber(scale), codes)
    return scale
  }

  private error(problem: string, row: number, column: number): InputError {
    const place = `row ${row}, column ${column}`
    const field = this.what.field === undefined ? place : `${this.what.field}, ${place}`
    return new InputError(problem, { ...this.what, field })
  }
}
