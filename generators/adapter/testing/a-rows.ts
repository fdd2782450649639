import type { Random } from '../../../src/common/random.js'
import { columnElements, columnGroups } from '../../../src/compiler/column-split.js'
import { groupBeats, type SweepOrder, sweepGroups } from '../../../src/compiler/sweep-order.js'
import { randomWeights } from '../../l-unit/testing/random-weights.js'
import type { LUnitWeights } from '../../l-unit/weights.js'

/** A code, and a zero-point, that stand for zero. */
export const zeroCode = 128

/** Rows of A matrices of random codes of -127 to 127; those for which `isEmpty` says so are zeros. */
export function randomRows(
  random: Random,
  shape: { readonly rows: number; readonly columns: number; readonly group: number },
  isEmpty: (row: number) => boolean = () => false,
): LUnitWeights {
  const { codes, scales, zeroPoints, ...sizes } = randomWeights(random, { ...shape, bits: 8 })
  const emptyAt = (all: ArrayLike<unknown>) => (i: number) =>
    isEmpty(Math.floor((i * shape.rows) / all.length))
  const [noCode, noScale] = [emptyAt(codes), emptyAt(scales)]
  return {
    ...sizes,
    codes: codes.map((code, i) => (noCode(i) ? zeroCode : Math.max(1, code))),
    scales: scales.map((scale, i) => (noScale(i) ? 0 : scale)),
    zeroPoints: zeroPoints.fill(zeroCode),
  }
}

/** The share that a column of the mesh has of rows, groups that it has not filled up with zeros. */
export function rowsOfColumn(
  weights: LUnitWeights,
  group: number,
  columns: number,
  column: number,
): LUnitWeights {
  const groups = Math.ceil(weights.columns / group)
  const elements = columnElements(weights.columns, group, columns, column)
  const own = columnGroups(groups, columns)[column]!
  const steps = Math.ceil(elements.length / group)
  const rows = Array.from({ length: weights.rows }, (_, row) => row)
  return {
    rows: weights.rows,
    columns: elements.length,
    codes: Uint8Array.from(
      rows.flatMap((row) =>
        elements.map((e) =>
          e === undefined ? zeroCode : weights.codes[row * weights.columns + e]!,
        ),
      ),
    ),
    scales: Uint16Array.from(
      rows.flatMap((row) =>
        Array.from({ length: steps }, (_, step) => {
          const g = own[step]
          return g === undefined ? 0 : weights.scales[row * groups + g]!
        }),
      ),
    ),
    zeroPoints: new Uint8Array(weights.rows * steps).fill(zeroCode),
  }
}

/** The words of an A unit for a sweep: codes of each beat, and scales, in the order in which it takes them. */
export function unitWords(rows: LUnitWeights, order: SweepOrder, units: number, unit: number) {
  const { group, lanes } = order
  const codes: number[][] = []
  const scales: number[] = []
  for (const { row: tick, group: step } of sweepGroups(order)) {
    const row = tick * units + unit
    scales.push(rows.scales[row * order.groups + step]!)
    for (let beat = 0; beat < groupBeats(order, step); beat++) {
      const first = step * group + beat * lanes
      codes.push(
        Array.from({ length: lanes }, (_, lane) =>
          first + lane < rows.columns ? rows.codes[row * rows.columns + first + lane]! : zeroCode,
        ),
      )
    }
  }
  return { codes, scales }
}

/** Codes as words of a frame, the first in the lowest bits. */
export function frameWords(codes: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(codes.length / 4) }, (_, word) =>
    codes.slice(4 * word, 4 * word + 4).reduce((data, code, i) => data + code * 2 ** (8 * i), 0),
  )
}
