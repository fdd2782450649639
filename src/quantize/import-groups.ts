import type { StoredGroups } from '../checkpoint/index.js'
import { float16ToNumber } from '../common/float16.js'
import { groupSizeChoices, type QuantizedMatrix } from './quantized-matrix.js'

/**
 * Takes over weights that a file stores in groups, without rounding: the result dequantises to the file's own values.
 *
 * Codes and scales, signs included, stay as they are. An offset that is a whole number of steps below zero, within
 * the range of a zero-point, becomes the zero-point; a matrix with any other offset keeps `offsets`, with zeros for
 * the groups that need none.
 */
export function importGroups(stored: StoredGroups): QuantizedMatrix {
  const { rows, columns, bits, codes, scales } = stored
  const group = groupSizeChoices.find((size) => size === stored.group)
  if (group === undefined) throw new RangeError(`groups of ${stored.group} have no counterpart`)
  const zeroPoints = new Uint8Array(scales.length).fill(stored.zeroPoint)
  const offsets = new Uint16Array(scales.length)
  for (const [index, offset] of (stored.offsets ?? []).entries()) {
    const zeroPoint = zeroPointOf(float16ToNumber(scales[index]!), float16ToNumber(offset), stored)
    if (zeroPoint === undefined) offsets[index] = offset
    else zeroPoints[index] = zeroPoint
  }
  return {
    rows,
    columns,
    bits,
    group,
    codes,
    scales,
    zeroPoints,
    ...(offsets.some((offset) => offset !== 0) ? { offsets } : {}),
  }
}

/**
 * The zero-point z with scale * (code - zeroPoint) + offset = scale * (code - z); undefined when no code is one.
 * A quotient of two binary16 values is a whole number in binary64 only when it is one exactly.
 */
function zeroPointOf(scale: number, offset: number, stored: StoredGroups): number | undefined {
  if (offset === 0) return stored.zeroPoint
  const zeroPoint = stored.zeroPoint - offset / scale
  const representable =
    Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint < 2 ** stored.bits
  return representable ? zeroPoint : undefined
}
