import { bLaneEdges } from '../../../../generators/adapter/b-lane.js'
import { rankAlignment } from '../../../../generators/adapter/parameters.js'
import { deltaEdges } from '../../../../generators/vector-unit/deltas.js'
import { alignShape } from '../../../../generators/vector-unit/index.js'
import { resultEdges } from '../../../../generators/vector-unit/timing.js'
import { sweepProjections } from '../../../compiler/adapter-placement.js'
import type { LayerSweeps } from '../../../compiler/placement.js'
import { rowEnds } from '../../../compiler/sweep-order.js'
import { type ChipModel, projectionMatrix } from '../../../quantize/index.js'
import type { BuiltChip } from '../build-chip.js'
import type { GoldenValues } from './golden-values.js'
import type { TapList } from './tap-list.js'

const signals = {
  a: 'u_adapter_a.result_o',
  aligned: (port: string) => `u_adapter_ranks.u_align.u_activation_memory.${port}_i`,
  delta: (unit: number, lane: number) =>
    `u_vector_row.u_vector_unit${unit}.u_b_lane${lane}.delta_o`,
  row: (unit: number, lane: number) => `u_vector_row.u_vector_unit${unit}.row_result${lane}`,
} as const

/** The vector sweeps that take the rows of a sweep of the L array, in this order. */
const rowSweeps: Readonly<Record<keyof LayerSweeps, readonly string[]>> = {
  keyQueryValue: ['key', 'query', 'value'],
  output: ['attention residual'],
  gateUp: ['swiglu'],
  down: ['residual'],
}

/** Adds what adapters do to the rows of all projections: `A x`, the deltas, and the sums that the vector units go on with. */
export function addAdapterTaps(
  list: TapList,
  chip: BuiltChip,
  model: ChipModel,
  golden: GoldenValues,
): void {
  const kinds = Object.keys(rowSweeps) as (keyof LayerSweeps)[]
  for (let layer = 0; layer < chip.shape.layers; layer++) {
    for (const kind of kinds) {
      if (golden.hasAdapter) addVectors(list, chip, golden, layer, kind)
      addRows(list, chip, model, golden, layer, kind)
    }
  }
}

/** The vectors `A x` of a sweep of the A units, and their integers. */
function addVectors(
  list: TapList,
  { placement, timing, vectorUnit }: BuiltChip,
  golden: GoldenValues,
  layer: number,
  kind: keyof LayerSweeps,
): void {
  const { adapters } = placement
  const { orders, rank, units } = adapters!
  const { name, projections, order } = adapters!.layers[layer]![kind]
  const { start } = list.activity(`${name} adapter`)
  const results = rowEnds(orders[order]!).map((end) => start + end + timing.adapter!.result)
  const vectors = projections.map((projection) => {
    const operation = `${projectionMatrix[projection]} a` as const
    return { operation, vector: golden.of(operation, layer) }
  })
  for (const [tick, cycle] of results.entries()) {
    for (let lane = 0; lane < units; lane++) {
      const row = tick * units + lane
      const { operation, vector } = vectors[Math.floor(row / rank)]!
      const element = row % rank
      list.number({ operation, layer, element, signal: signals.a, lane, cycle }, vector[element]!)
    }
  }
  const { wordLanes } = alignShape(rankAlignment(vectorUnit.adapter!))
  const elements = Array.from({ length: rank }, (_, element) => element)
  const readable = timing.adapter!.readable(results, vectors.length)
  for (const [i, ready] of readable.entries()) {
    const place = { layer, elements, signal: signals.aligned, ready }
    const { mantissaBits } = vectorUnit
    list.alignedGroup({ ...vectors[i]!, ...place, mantissaBits, wordLanes })
  }
}

/** The rows that vector sweeps take: with their deltas, or alone when no adapter is in use. */
function addRows(
  list: TapList,
  { placement, shape, vectorUnit }: BuiltChip,
  model: ChipModel,
  golden: GoldenValues,
  layer: number,
  kind: keyof LayerSweeps,
): void {
  const issues = rowSweeps[kind].flatMap((sweep) => list.issues(`layers.${layer}.${sweep}`))
  const names = new Map(
    sweepProjections[kind].map((projection) => {
      const name = projectionMatrix[projection]
      return [model.layers[layer]![name], name] as const
    }),
  )
  const sum = deltaEdges(vectorUnit).beat + resultEdges.factor
  for (const [unit, rows] of placement.layers[layer]![kind].unitRows.entries()) {
    for (const [i, placed] of rows.entries()) {
      if (placed === undefined) continue
      const name = names.get(placed.matrix)!
      const lane = i % shape.vectorLanes
      const issue = issues[Math.floor(i / shape.vectorLanes)]!
      const place = { layer, element: placed.row, lane: 0 }
      if (golden.hasAdapter) {
        const delta = { operation: `${name} delta` as const, signal: signals.delta(unit, lane) }
        const value = golden.of(delta.operation, layer)[placed.row]!
        list.number({ ...place, ...delta, cycle: issue + bLaneEdges }, value)
      }
      const operation = golden.hasAdapter ? (`${name} sum` as const) : name
      const row = { operation, signal: signals.row(unit, lane), cycle: issue + sum }
      list.number({ ...place, ...row }, golden.of(operation, layer)[placed.row]!)
    }
  }
}
