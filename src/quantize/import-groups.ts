import type { StoredGroups } from '../checkpoint/index.js'
import { codeWidth } from '../common/code-bits.js'
import { float16ToNumber } from '../common/float16.js'
import type { QuantizationFormat } from './quantize-matrix.js'
import { type GroupSize, groupsPerRow, type QuantizedMatrix } from './quantized-matrix.js'

/** Whether stored groups of rows of `columns` can be taken over as groups of a format: of the same size, or parts of one. */
export function importsAs(
  stored: Pick<StoredGroups, 'bits' | 'group'>,
  format: QuantizationFormat,
  columns: number,
): boolean {
  const { bits, group } = stored
  return bits === format.bits && (group % format.group === 0 || group === columns)
}

/**
 * Takes over weights that a file stores in groups, without rounding: the result dequantises to the file's own values.
 *
 * Codes and scales, signs included, stay as they are. An offset that is a whole number of steps below zero, within
 * the range of a zero-point, becomes the zero-point; a matrix with any other offset keeps `offsets`, with zeros for
 * the groups that need none. Parts of a stored group each have its scale.
 *
 * @param group a divisor of the stored group, or any where that is the whole row
 */
export function importGroups(stored: StoredGroups, group: GroupSize): QuantizedMatrix {
  const { rows, columns, bits, codes } = stored
  const storedGroups = groupsPerRow(stored)
  const groups = groupsPerRow({ columns, group })
  const parts = (patterns: Uint16Array) =>
    Uint16Array.from({ length: rows * groups }, (_, index) => {
      const first = (index % groups) * group
      return patterns[Math.floor(index / groups) * storedGroups + Math.floor(first / stored.group)]!
    })
  const scales = parts(stored.scales)
  const zeroPoints = new Uint8Array(scales.length).fill(stored.zeroPoint)
  const offsets = new Uint16Array(scales.length)
  const storedOffsets = stored.offsets === undefined ? [] : parts(stored.offsets)
  for (const [index, offset] of storedOffsets.entries()) {
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
    Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint < 2 ** codeWidth(stored.bits)
  return representable ? zeroPoint : undefined
}
