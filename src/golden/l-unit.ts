import { float16ToNumber } from '../common/float16.js'
import type { AlignedGroup } from './align.js'
import { alignVector } from './align.js'
import { round32 } from './binary32.js'

/** A weight matrix in chip codes, `w = scale * (code - zeroPoint)`; groups run along the columns. */
export interface GroupedWeights {
  readonly rows: number
  readonly columns: number
  readonly group: number
  /** rows x columns, row-major. */
  readonly codes: Uint8Array
  /** Binary16 bits, rows x ceil(columns / group). */
  readonly scales: Uint16Array
  /** rows x ceil(columns / group). */
  readonly zeroPoints: Uint8Array
}

/** The contribution of one group of one row: `round32(s * d * 2^(E - M + 2))`. */
export function groupProduct(
  { mantissas, exponent, sum }: AlignedGroup,
  codes: Uint8Array,
  zeroPoint: number,
  scale: number,
  mantissaBits: number,
): number {
  let dot = 0
  for (let i = 0; i < codes.length; i++) dot += codes[i]! * mantissas[i]!
  return round32(scale * (dot - zeroPoint * sum) * 2 ** (exponent - mantissaBits + 2))
}

/**
 * The matrix-vector product as an L-Unit computes it; see docs/arithmetic.md.
 *
 * @param activations `columns` binary32 values
 * @returns `rows` binary32 values
 */
export function matrixVector(
  weights: GroupedWeights,
  activations: Float32Array,
  mantissaBits: number,
): Float32Array {
  const { rows, columns, group, codes, scales, zeroPoints } = weights
  const aligned = alignVector(activations, group, mantissaBits)
  const result = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (const [g, activationGroup] of aligned.entries()) {
      const start = row * columns + g * group
      const end = Math.min(start + group, (row + 1) * columns)
      const parameters = row * aligned.length + g
      const product = groupProduct(
        activationGroup,
        codes.subarray(start, end),
        zeroPoints[parameters]!,
        float16ToNumber(scales[parameters]!),
        mantissaBits,
      )
      sum = round32(sum + product)
    }
    result[row] = sum
  }
  return result
}
