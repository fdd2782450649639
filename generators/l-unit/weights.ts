import { codeWidth, largestCode, TERNARY_ZERO, zeroPointWidth } from '../../src/common/code-bits.js'
import { isFiniteFloat16 } from '../../src/common/float16.js'
import { InputError } from '../../src/common/input-error.js'
import { codeInRom } from '../../src/compiler/code-digits.js'
import {
  codeWords,
  groupBeats,
  type SweepOrder,
  sweepGroups,
} from '../../src/compiler/sweep-order.js'
import { RomContents } from '../../src/hdl/index.js'
import type { LUnitParameters } from './parameters.js'
import { lUnitOrder } from './schedule.js'

/** A weight matrix in groups along its rows: `w = scale * (code - zeroPoint) + offset`; ternary codes have the zero-point 1. */
export interface LUnitWeights {
  readonly rows: number
  readonly columns: number
  /** rows x columns, row by row. */
  readonly codes: Uint8Array
  /** rows x groups, binary16 bit patterns, finite; negative ones and subnormals are legal. */
  readonly scales: Uint16Array
  /** rows x groups. */
  readonly zeroPoints: Uint8Array
  /** rows x groups, finite binary16 bit patterns; absent when all are zero. */
  readonly offsets?: Uint16Array
}

/**
 * Checks that a matrix has the sizes that its shape says and holds only values that the hardware reads.
 *
 * @throws InputError naming the row and the fault
 */
export function checkWeights(parameters: LUnitParameters, weights: LUnitWeights): void {
  const { bits, group } = parameters
  const isTernary = bits === 'ternary'
  if (!parameters.zeroPoints && !isTernary) {
    throw new InputError('weights in ROM have zero-points', { field: 'zeroPoints' })
  }
  const { rows, columns, codes, scales, zeroPoints, offsets } = weights
  const groups = Math.ceil(columns / group)
  if (!(Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0)) {
    throw new InputError(`${rows} x ${columns} is no shape of a matrix`, { field: 'weights' })
  }
  const checkLength = (field: string, length: number, expected: number) => {
    if (length === expected) return
    throw new InputError(`${length} values where ${expected} are needed`, { field })
  }
  checkLength('codes', codes.length, rows * columns)
  checkLength('scales', scales.length, rows * groups)
  checkLength('zeroPoints', zeroPoints.length, rows * groups)
  checkLength('offsets', offsets?.length ?? 0, parameters.offsets ? rows * groups : 0)

  const fault = (field: string, values: Uint8Array | Uint16Array, at: number, text: string) => {
    const row = Math.floor((at * rows) / values.length)
    throw new InputError(`${values[at]} in row ${row} ${text}`, { field })
  }
  const checkRange = (field: string, values: Uint8Array, least: number, most: number) => {
    for (let i = 0; i < values.length; i++) {
      const isOutside = values[i]! < least || values[i]! > most
      if (isOutside) fault(field, values, i, `is not in ${least} to ${most}`)
    }
  }
  const most = largestCode(bits)
  checkRange('codes', codes, 0, most)
  if (isTernary) checkRange('zeroPoints', zeroPoints, TERNARY_ZERO, TERNARY_ZERO)
  else checkRange('zeroPoints', zeroPoints, 0, most)
  const checkFinite = (field: string, values: Uint16Array) => {
    const infinite = values.findIndex((value) => !isFiniteFloat16(value))
    if (infinite >= 0) fault(field, values, infinite, 'is no finite binary16 pattern')
  }
  checkFinite('scales', scales)
  if (offsets !== undefined) checkFinite('offsets', offsets)
}

/**
 * Every `units`-th row from row `unit` on, filled up with zero rows to `ceil(rows / units)`: the part of one
 * of several L-Units that share the rows.
 */
export function weightsOfUnit(
  { group, bits }: LUnitParameters,
  weights: LUnitWeights,
  unit: number,
  units: number,
): LUnitWeights {
  const { columns } = weights
  const groups = Math.ceil(columns / group)
  const rows = Math.ceil(weights.rows / units)
  const zero = bits === 'ternary' ? TERNARY_ZERO : 0
  const part: LUnitWeights = {
    rows,
    columns,
    codes: new Uint8Array(rows * columns).fill(zero),
    scales: new Uint16Array(rows * groups),
    zeroPoints: new Uint8Array(rows * groups).fill(zero),
    ...(weights.offsets && { offsets: new Uint16Array(rows * groups) }),
  }
  for (let local = 0, row = unit; row < weights.rows; local++, row += units) {
    const copy = <A extends Uint8Array | Uint16Array>(from: A, to: A, size: number) =>
      to.set(from.subarray(row * size, (row + 1) * size), local * size)
    copy(weights.codes, part.codes, columns)
    copy(weights.scales, part.scales, groups)
    copy(weights.zeroPoints, part.zeroPoints, groups)
    if (weights.offsets && part.offsets) copy(weights.offsets, part.offsets, groups)
  }
  return part
}

/** Bits of a scale and of an offset. */
export const scaleBits = 16

/** Bits of a word of the scale ROM. */
export function scaleWordBits({ bits, offsets, zeroPoints }: LUnitParameters): number {
  return scaleBits + (zeroPoints ? zeroPointWidth(bits) : 0) + (offsets ? scaleBits : 0)
}

/** What the two ROMs of an L-Unit hold. */
export interface LUnitContents {
  /** `lanes` codes a word, lane 0 lowest, in the unit's order of rows, groups and beats. */
  readonly codes: RomContents
  /** `{zero-point, scale}`, or `{offset, zero-point, scale}`, ternary the scale, for each row and group in that order. */
  readonly scales: RomContents
}

export function lUnitContents(parameters: LUnitParameters, weights: LUnitWeights): LUnitContents {
  const order = lUnitOrder(parameters, weights.rows, weights.columns)
  return {
    codes: codeContents(parameters, weights, order),
    scales: scaleContents(parameters, weights, order),
  }
}

function codeContents(
  { bits, lanes, group: groupSize }: LUnitParameters,
  { columns, codes }: LUnitWeights,
  order: SweepOrder,
): RomContents {
  const codeBits = codeWidth(bits)
  const width = lanes * codeBits
  const bytesPerWord = Math.ceil(width / 8)
  const bytes = new Uint8Array(codeWords(order) * bytesPerWord)
  let word = 0
  for (const { row, group } of sweepGroups(order)) {
    for (let beat = 0; beat < groupBeats(order, group); beat++, word++) {
      const first = group * groupSize + beat * lanes
      const count = Math.min(lanes, columns - first)
      for (let lane = 0; lane < count; lane++) {
        const bit = lane * codeBits
        const code = codeInRom(codes[row * columns + first + lane]!, bits)
        bytes[word * bytesPerWord + (bit >> 3)]! |= code << (bit & 7)
      }
    }
  }
  return RomContents.fromBytes(width, bytes)
}

function scaleContents(
  parameters: LUnitParameters,
  { scales, zeroPoints, offsets }: LUnitWeights,
  order: SweepOrder,
): RomContents {
  const zeroPointBits = zeroPointWidth(parameters.bits)
  const words: number[] = []
  for (const { row, group } of sweepGroups(order)) {
    const at = row * order.groups + group
    const offset = offsets === undefined ? 0 : offsets[at]! * 2 ** (scaleBits + zeroPointBits)
    const zeroPoint = zeroPointBits === 0 ? 0 : zeroPoints[at]! * 2 ** scaleBits
    words.push(offset + zeroPoint + scales[at]!)
  }
  return RomContents.fromWords(scaleWordBits(parameters), words)
}
