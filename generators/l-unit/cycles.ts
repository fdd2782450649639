import { activationBeats, codeWords, rowEnds, sweepCycles } from '../../src/compiler/sweep-order.js'
import type { LUnitParameters } from './parameters.js'
import { lUnitOrder, lUnitTiming } from './schedule.js'

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
  const load = activationBeats(order)
  const words = codeWords(order)
  const run = sweepCycles(order)
  const toResult = load + lUnitTiming(parameters).accumulatorWrite
  let sent = 0
  for (const [local, end] of rowEnds(order).entries()) {
    const results = Math.min(units, rows - local * units)
    const stored = toResult + end + 1
    sent = Math.max(stored, sent) + results
  }
  const total = sent + 1
  return { load, run, words, total, busyWhileRunning: words / run, busy: words / total }
}
