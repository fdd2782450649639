import { type CodeBits, codeWidth, zeroPointWidth } from '../common/code-bits.js'
import { float16ToNumber } from '../common/float16.js'

/** Inputs that share a scale and a zero-point. */
export type GroupSize = 32 | 64 | 128

export const groupSizeChoices: readonly GroupSize[] = [32, 64, 128]

/**
 * A weight matrix [outputs, inputs] in the chip's numbers. Groups run along a row; when `group` does not divide
 * `columns`, the last group of every row is short and has a scale and a zero-point of its own.
 * weight = scale * (code - zeroPoint) + offset.
 */
export interface QuantizedMatrix<Group extends number = GroupSize> {
  readonly rows: number
  readonly columns: number
  readonly bits: CodeBits
  readonly group: Group
  /** One unsigned code a byte, 0 to 2^bits - 1, ternary 0 to 2, row after row. */
  readonly codes: Uint8Array
  /** Binary16 patterns, one for each group, row after row; finite; imported ones may be negative. */
  readonly scales: Uint16Array
  /** One for each group, 0 to 2^bits - 1; ternary all 1. */
  readonly zeroPoints: Uint8Array
  /**
   * Binary16 patterns, one for each group; finite. Only imported weights have them, whose offset is no whole number
   * of steps. An L-Unit adds offset * sum(m) to a group's result, with the sum of activation integers that the
   * zero-point needs anyway.
   */
  readonly offsets?: Uint16Array
}

/** Groups in one row, a short last one included. */
export function groupsPerRow(matrix: Pick<QuantizedMatrix<number>, 'columns' | 'group'>): number {
  return Math.ceil(matrix.columns / matrix.group)
}

/** The weights that a quantised matrix stands for, row after row, each rounded once from its exact value to binary32. */
export function dequantize(matrix: QuantizedMatrix<number>): Float32Array {
  const { rows, columns, group, codes, scales, zeroPoints, offsets } = matrix
  const weights = new Float32Array(rows * columns)
  const groups = groupsPerRow(matrix)
  for (let index = 0; index < rows * groups; index++) {
    const scale = float16ToNumber(scales[index]!)
    const zeroPoint = zeroPoints[index]!
    const offset = offsets === undefined ? 0 : float16ToNumber(offsets[index]!)
    const row = Math.floor(index / groups)
    const first = row * columns + (index % groups) * group
    const end = Math.min(first + group, (row + 1) * columns)
    for (let i = first; i < end; i++) weights[i] = scale * (codes[i]! - zeroPoint) + offset
  }
  return weights
}

/** Bits of codes, scales, zero-points and offsets. */
export function weightBits({ bits, codes, scales, offsets }: QuantizedMatrix<number>): number {
  const perGroup = 16 + zeroPointWidth(bits) + (offsets === undefined ? 0 : 16)
  return codes.length * codeWidth(bits) + scales.length * perGroup
}

/** How far quantised weights are from the weights they stand for. */
export interface QuantizationError {
  /** Sum of squared differences. */
  readonly squared: number
  /** Largest difference, without its sign. */
  readonly largest: number
  /** Root of the squared error over the squared weights; 0 when both are 0. */
  readonly relative: number
}

/** Compares a quantised matrix with its weights, row after row. @throws RangeError when the sizes differ. */
export function quantizationError(
  weights: Float32Array,
  matrix: QuantizedMatrix<number>,
): QuantizationError {
  const approximation = dequantize(matrix)
  if (weights.length !== approximation.length) {
    throw new RangeError(`${weights.length} weights, but ${approximation.length} codes`)
  }
  let squared = 0
  let squaredWeights = 0
  let largest = 0
  for (const [i, weight] of weights.entries()) {
    const difference = weight - approximation[i]!
    squared += difference * difference
    squaredWeights += weight * weight
    largest = Math.max(largest, Math.abs(difference))
  }
  return { squared, largest, relative: squared === 0 ? 0 : Math.sqrt(squared / squaredWeights) }
}
