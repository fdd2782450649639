import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { InputError } from '../common/input-error.js'
import { groupsPerRow, type QuantizedMatrix } from './quantized-matrix.js'

const LARGEST_CODE = 127
const ZERO_POINT = 128

/**
 * Quantises a matrix to 8-bit codes of -127 to 127 about a zero-point of 128. The scale of a group is its largest magnitude
 * over 127, rounded upwards to binary16, so that nothing is clipped: each weight is wrong by at most half its scale.
 *
 * @param weights rows of `columns`, finite
 * @param location the matrix's, for messages
 * @throws InputError for a group whose scale is beyond binary16
 */
export function symmetricMatrix<Group extends number>(
  weights: Float32Array,
  columns: number,
  group: Group,
  location: { readonly file: string; readonly field: string },
): QuantizedMatrix<Group> {
  const rows = weights.length / columns
  const groups = groupsPerRow({ columns, group })
  const codes = new Uint8Array(weights.length)
  const scales = new Uint16Array(rows * groups)
  for (let index = 0; index < scales.length; index++) {
    const row = Math.floor(index / groups)
    const first = row * columns + (index % groups) * group
    const end = Math.min(first + group, (row + 1) * columns)
    const scale = scaleOf(weights.subarray(first, end))
    if (scale === undefined) {
      throw new InputError(`weights of row ${row} need a scale beyond binary16`, location)
    }
    scales[index] = scale
    const step = float16ToNumber(scale)
    for (let i = first; i < end; i++) {
      codes[i] = ZERO_POINT + (step === 0 ? 0 : Math.round(weights[i]! / step))
    }
  }
  const zeroPoints = new Uint8Array(scales.length).fill(ZERO_POINT)
  return { rows, columns, bits: 8, group, codes, scales, zeroPoints }
}

/** The smallest binary16 pattern of at least the largest magnitude over 127. */
function scaleOf(weights: Float32Array): number | undefined {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  const exact = largest / LARGEST_CODE
  if (exact > FLOAT16_MAX) return undefined
  const nearest = numberToFloat16(exact)
  return float16ToNumber(nearest) < exact ? nearest + 1 : nearest
}
