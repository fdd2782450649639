import { float16ToNumber } from '../common/float16.js'
import type { QuantizedMatrix } from '../quantize/index.js'
import { type AlignedGroup, alignVector } from './align.js'
import { round32 } from './binary32.js'

/**
 * The contribution of one group of one row: `round32(s * d * 2^(E - M + 2))`, and with an offset the rounded
 * sum of that and `round32(o * S * 2^(E - M + 2))`.
 */
export function groupProduct(
  { mantissas, exponent, sum }: AlignedGroup,
  codes: Uint8Array,
  { scale, zeroPoint, offset }: GroupParameters,
  mantissaBits: number,
): number {
  let dot = 0
  for (let i = 0; i < codes.length; i++) dot += codes[i]! * mantissas[i]!
  const step = 2 ** (exponent - mantissaBits + 2)
  const product = round32(scale * (dot - zeroPoint * sum) * step)
  return offset === undefined ? product : round32(product + round32(offset * sum * step))
}

/** What the codes of a group mean: `w = scale * (code - zeroPoint) + offset`. */
export interface GroupParameters {
  readonly scale: number
  readonly zeroPoint: number
  readonly offset?: number
}

/**
 * The matrix-vector product as an L-Unit computes it; see docs/arithmetic.md.
 *
 * @param activations `columns` binary32 values
 * @returns `rows` binary32 values
 */
export function matrixVector(
  weights: QuantizedMatrix,
  activations: Float32Array,
  mantissaBits: number,
): Float32Array {
  const { rows, columns, group, codes, scales, zeroPoints, offsets } = weights
  const aligned = alignVector(activations, group, mantissaBits)
  const result = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (const [g, activationGroup] of aligned.entries()) {
      const start = row * columns + g * group
      const end = Math.min(start + group, (row + 1) * columns)
      const index = row * aligned.length + g
      const parameters = {
        scale: float16ToNumber(scales[index]!),
        zeroPoint: zeroPoints[index]!,
        ...(offsets === undefined ? {} : { offset: float16ToNumber(offsets[index]!) }),
      }
      const groupCodes = codes.subarray(start, end)
      sum = round32(sum + groupProduct(activationGroup, groupCodes, parameters, mantissaBits))
    }
    result[row] = sum
  }
  return result
}
