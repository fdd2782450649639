import { codeWidth } from '../common/code-bits.js'
import type { QuantizedMatrix } from '../quantize/index.js'
import type { ChipShape } from './chip-shape.js'
import type { SweptMatrix } from './placement.js'
import { codeWords, groupBeats, sweepGroups } from './sweep-order.js'

/** A bit of the code ROM of an L-Unit; all numbers count from 0. */
export interface RomBit {
  readonly meshColumn: number
  /** Within the column of the mesh. */
  readonly lUnit: number
  /** Word of the ROM. */
  readonly address: number
  /** Of the word, lowest first. */
  readonly bit: number
}

/** A bit of a weight's code as it stands in ROM, the lowest is 0. */
export interface CodeBit {
  readonly matrix: QuantizedMatrix
  readonly row: number
  readonly column: number
  readonly bit: number
}

/**
 * The code that a bit of a ROM belongs to: the inverse of `lUnitRoms`; undefined for one that fills up. Digits of wider codes
 * on ternary L-Units count two bits each.
 *
 * @param sweeps in the order of their words
 */
export function codeAtRomBit(
  shape: Pick<ChipShape, 'lUnits' | 'lanes' | 'bits'>,
  sweeps: readonly SweptMatrix<QuantizedMatrix>[],
  { meshColumn, lUnit, address, bit }: RomBit,
): CodeBit | undefined {
  const sweep = sweeps.find(
    ({ codeBase, order }) => codeBase <= address && address < codeBase + codeWords(order),
  )
  if (sweep === undefined) return undefined
  const width = codeWidth(shape.bits)
  let beat = address - sweep.codeBase
  for (const { row, digit, group: step } of sweepGroups(sweep.order)) {
    const beats = groupBeats(sweep.order, step)
    if (beat >= beats) {
      beat -= beats
      continue
    }
    const placed = sweep.rows[row * shape.lUnits + lUnit]
    const group = sweep.columnGroups[meshColumn]![step]
    if (placed === undefined || group === undefined) return undefined
    const { matrix } = placed
    const inGroup = beat * shape.lanes + Math.floor(bit / width)
    const column = group * matrix.group + inGroup
    if (column >= matrix.columns) return undefined
    const lowerDigits = sweep.order.digits - 1 - digit
    return { matrix, row: placed.row, column, bit: lowerDigits * width + (bit % width) }
  }
  return undefined
}
