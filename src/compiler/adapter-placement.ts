import type { Projection } from '../checkpoint/index.js'
import type { ChipShape } from './chip-shape.js'
import type { LayerSweeps, Placement, SweptMatrix } from './placement.js'
import {
  codeWords,
  type SweepOrder,
  type SweepParameters,
  scaleWords,
  sweepOrder,
} from './sweep-order.js'

/** The projections of each sweep of a layer, in the order of their vectors `A x`. */
export const sweepProjections: Readonly<Record<keyof LayerSweeps, readonly Projection[]>> = {
  keyQueryValue: ['attention.wk', 'attention.wq', 'attention.wv'],
  output: ['attention.wo'],
  gateUp: ['feed_forward.w1', 'feed_forward.w3'],
  down: ['feed_forward.w2'],
}

/** What the A units take for the vector that a sweep of the L array sees. */
export interface AdapterSweep {
  readonly name: string
  readonly projections: readonly Projection[]
  /** Number of its order. */
  readonly order: number
  /** First words in the memories of every A unit, of one slot. */
  readonly codeBase: number
  readonly scaleBase: number
}

/** Where the matrices of an adapter lie; all for one slot. */
export interface AdapterPlacement {
  /** R. */
  readonly rank: number
  /** A units of a column of the mesh. */
  readonly units: number
  readonly orders: readonly SweepOrder[]
  readonly layers: readonly Readonly<Record<keyof LayerSweeps, AdapterSweep>>[]
  readonly codeDepth: number
  readonly scaleDepth: number
  /** Words of every B lane: the beats of all vector sweeps that have a delta. */
  readonly beats: number
}

/**
 * Gives the matrices of adapters their units and words. Row `p R + k` of a sweep is row `k` of the A matrix of its `p`-th
 * projection; unit `u` of a column has the rows `u`, `u + units`, and so on, of those groups that the column has of the
 * activations.
 */
export function placeAdapters(
  { vectorLanes }: Pick<ChipShape, 'vectorLanes'>,
  sweep: SweepParameters,
  { rank, units }: Pick<AdapterPlacement, 'rank' | 'units'>,
  { layers }: Pick<Placement, 'layers'>,
): AdapterPlacement {
  const orders: SweepOrder[] = []
  let codeBase = 0
  let scaleBase = 0
  const place = (kind: keyof LayerSweeps, { name, order: swept }: SweptMatrix): AdapterSweep => {
    const projections = sweepProjections[kind]
    const order = sweepOrder(sweep, (projections.length * rank) / units, swept.columns)
    const placed = { name, projections, order: numberOf(orders, order), codeBase, scaleBase }
    codeBase += codeWords(order)
    scaleBase += scaleWords(order)
    return placed
  }
  const placed = layers.map((layer) => ({
    keyQueryValue: place('keyQueryValue', layer.keyQueryValue),
    output: place('output', layer.output),
    gateUp: place('gateUp', layer.gateUp),
    down: place('down', layer.down),
  }))
  const beatsOf = ({ results }: SweptMatrix) => Math.ceil(results / vectorLanes)
  const beats = layers
    .flatMap(({ keyQueryValue, output, gateUp, down }) => [keyQueryValue, output, gateUp, down])
    .reduce((sum, matrix) => sum + beatsOf(matrix), 0)
  return { rank, units, orders, layers: placed, codeDepth: codeBase, scaleDepth: scaleBase, beats }
}

function numberOf(orders: SweepOrder[], order: SweepOrder): number {
  const text = JSON.stringify(order)
  const known = orders.findIndex((other) => JSON.stringify(other) === text)
  return known >= 0 ? known : orders.push(order) - 1
}
