import { codeWidth } from '../common/code-bits.js'
import { float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { groupsPerRow, type QuantizedMatrix } from '../quantize/index.js'
import type { ChipShape } from './chip-shape.js'
import { digitWeight, romDigit, unsignedDigit } from './code-digits.js'
import type { PlacedRow, SweptMatrix } from './placement.js'
import { codeWords, groupBeats, sweepGroups } from './sweep-order.js'

/** What the two ROMs of an L-Unit hold. */
export interface LUnitRoms {
  /** `lanes` codes a word, lane 0 lowest, in as many bytes as they need, the first one lowest. */
  readonly codeBytes: Uint8Array
  /** `{zero-point, scale}`, with offsets `{offset, zero-point, scale}`, ternary the scale: binary16, lowest. */
  readonly scaleWords: readonly number[]
}

/** What of a chip's shape its ROMs depend on. */
export interface RomShape extends Pick<ChipShape, 'columns' | 'lUnits' | 'lanes' | 'bits'> {
  readonly offsets: boolean
}

/**
 * The contents of the ROMs of every L-Unit, column after column of the mesh.
 *
 * @param sweeps in the order of their words
 */
export function lUnitRoms(
  shape: RomShape,
  sweeps: readonly SweptMatrix<QuantizedMatrix>[],
): LUnitRoms[][] {
  return Array.from({ length: shape.columns }, (_, column) =>
    Array.from({ length: shape.lUnits }, (_, unit) => romsOfUnit(shape, sweeps, column, unit)),
  )
}

function romsOfUnit(
  shape: RomShape,
  sweeps: readonly SweptMatrix<QuantizedMatrix>[],
  column: number,
  unit: number,
): LUnitRoms {
  const width = codeWidth(shape.bits)
  const bytesPerWord = Math.ceil((shape.lanes * width) / 8)
  const depth = sweeps.reduce((sum, { order }) => sum + codeWords(order), 0)
  const codeBytes = new Uint8Array(depth * bytesPerWord)
  const scaleWords: number[] = []
  let at = 0
  for (const sweep of sweeps) {
    for (const { row, digit, group: step } of sweepGroups(sweep.order)) {
      const placed = sweep.rows[row * shape.lUnits + unit]
      const group = sweep.columnGroups[column]![step]
      const beats = groupBeats(sweep.order, step)
      if (placed === undefined || group === undefined) {
        scaleWords.push(0)
        at += beats * bytesPerWord
        continue
      }
      scaleWords.push(scaleWord(shape, sweep, placed, digit, group))
      const { matrix } = placed
      const zeroPoint = matrix.zeroPoints[placed.row * groupsPerRow(matrix) + group]!
      const first = group * matrix.group
      const end = Math.min(first + matrix.group, matrix.columns)
      for (let column = first; column < end; column++) {
        const code = matrix.codes[placed.row * matrix.columns + column]!
        const lane = (column - first) % shape.lanes
        const word = at + Math.floor((column - first) / shape.lanes) * bytesPerWord
        const bit = lane * width
        codeBytes[word + (bit >> 3)]! |=
          romDigit(code, zeroPoint, shape.bits, sweep.order.digits, digit) << (bit & 7)
      }
      at += beats * bytesPerWord
    }
  }
  return { codeBytes, scaleWords }
}

/** A digit's scale is the matrix's, times the weight of the digit; an offset belongs to the lowest digit. */
function scaleWord(
  { bits, offsets }: RomShape,
  { order }: SweptMatrix<QuantizedMatrix>,
  { matrix, row }: NonNullable<PlacedRow<QuantizedMatrix>>,
  digit: number,
  group: number,
): number {
  const at = row * groupsPerRow(matrix) + group
  const weight = digitWeight(bits, order.digits, digit)
  const scale =
    weight === 1
      ? matrix.scales[at]!
      : numberToFloat16(float16ToNumber(matrix.scales[at]!) * weight)
  if (bits === 'ternary') return scale
  const zeroPoint = unsignedDigit(matrix.zeroPoints[at]!, bits, order.digits, digit)
  const offset = offsets && weight === 1 ? (matrix.offsets?.[at] ?? 0) : 0
  return offset * 2 ** (16 + bits) + zeroPoint * 2 ** 16 + scale
}
