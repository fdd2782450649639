import type { LUnitParameters } from './parameters.js'
import {
  blockRows,
  groupBeats,
  type LUnitOrder,
  lUnitOrder,
  lUnitTiming,
  rowBeats,
} from './schedule.js'

export interface TileCycles {
  /** Transfers of the activations. */
  readonly load: number
  /** Cycles in which the ROM words go out, pauses included. */
  readonly run: number
  /** Words that each L-Unit's code ROM gives. */
  readonly words: number
  /** From the first transfer in to the last result out, when neither stream pauses. */
  readonly total: number
  /** `words / run`: 1 unless there are too few rows to hide the accumulator's latency. */
  readonly busyWhileRunning: number
  /** `words / total`. */
  readonly busy: number
}

/** Cycles that a tile takes for one vector; the simulation agrees exactly. */
export function tileCycles(
  parameters: LUnitParameters,
  {
    rows,
    columns,
    units,
  }: { readonly rows: number; readonly columns: number; readonly units: number },
): TileCycles {
  const unitRows = Math.ceil(rows / units)
  const order = lUnitOrder(parameters, unitRows, columns)
  const load = rowBeats(order)
  const words = unitRows * rowBeats(order)
  const { run, rowEnds } = issueTimes(order)
  const toResult = load + lUnitTiming(parameters).accumulatorWrite
  let sent = 0
  for (const [local, end] of rowEnds.entries()) {
    const results = Math.min(units, rows - local * units)
    const stored = toResult + end + 1
    sent = Math.max(stored, sent) + results
  }
  const total = sent + 1
  return { load, run, words, total, busyWhileRunning: words / run, busy: words / total }
}

/** When the last beat of each row goes out, counted from the first beat of all, and how long all take. */
function issueTimes(order: LUnitOrder): { run: number; rowEnds: number[] } {
  const rowEnds: number[] = []
  let run = 0
  for (let block = 0; block < order.blocks; block++) {
    const rows = blockRows(order, block)
    const turns = Math.max(rows, order.leastTurns)
    run += turns * (order.groups - 1) * order.beats
    const lastBeats = groupBeats(order, order.groups - 1)
    for (let turn = 0; turn < rows; turn++) rowEnds.push(run + (turn + 1) * lastBeats - 1)
    run += turns * lastBeats
  }
  return { run, rowEnds }
}
