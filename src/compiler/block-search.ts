import type { ChipShape } from './chip-shape.js'
import type { LayerSweeps, Placement } from './placement.js'
import { scheduleToken } from './schedule.js'
import { accumulatedInBlocks } from './sweep-order.js'
import type { ChipTiming } from './timing.js'

/** Rows of a block, for each sweep of a layer. */
export type BlockRows = Readonly<Record<keyof LayerSweeps, number>>

/** Binary32 accumulators of an L-Unit at the most. */
const mostAccumulators = 8

/**
 * The rows of the sweeps' blocks with which a token takes the fewest cycles. In a large block the first groups of
 * all rows come before the second ones, so that a sweep may start before its vector is whole; in small ones the first results
 * come early. Found by trying one sweep's blocks after the other until none gets better; ties go to fewer accumulators.
 *
 * @param placement of a few layers that stand for all
 */
export function searchBlocks(
  shape: ChipShape,
  placement: Placement,
  timing: ChipTiming,
): BlockRows {
  const { accumulatorLatency } = timing.sweep
  const cyclesWith = (rows: BlockRows): number =>
    scheduleToken(shape, inBlocks(placement, rows, accumulatorLatency), timing).cycles
  let best: BlockRows = { keyQueryValue: 1, output: 1, gateUp: 1, down: 1 }
  let least = cyclesWith(best)
  for (let improves = true; improves; ) {
    improves = false
    for (const sweep of Object.keys(best) as (keyof LayerSweeps)[]) {
      const { rows } = placement.layers[0]![sweep].order
      for (let count = 1; count <= Math.min(rows, mostAccumulators); count++) {
        const tried = { ...best, [sweep]: count }
        const cycles = cyclesWith(tried)
        if (cycles >= least) continue
        best = tried
        least = cycles
        improves = true
      }
    }
  }
  return best
}

/** The same placement, its layers' sweeps in blocks of other sizes: ROM words change their places within a sweep only. */
export function inBlocks<M>(
  placement: Placement<M>,
  rows: BlockRows,
  accumulatorLatency: number,
): Placement<M> {
  const layers = placement.layers.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).map(([sweep, matrix]) => [
        sweep,
        {
          ...matrix,
          order: accumulatedInBlocks(
            matrix.order,
            accumulatorLatency,
            rows[sweep as keyof LayerSweeps],
          ),
        },
      ]),
    ),
  ) as unknown as readonly LayerSweeps<M>[]
  return { ...placement, layers }
}
