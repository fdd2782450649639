import { adapterLUnit } from '../../../generators/adapter/parameters.js'
import { chipTiming } from '../../../generators/chip/chip-timing.js'
import { type HUnitParameters, hUnitParameters } from '../../../generators/h-unit/index.js'
import { type LUnitParameters, lUnitParameters } from '../../../generators/l-unit/parameters.js'
import { accumulatorLatency } from '../../../generators/l-unit/schedule.js'
import type { VectorUnitParameters } from '../../../generators/vector-unit/index.js'
import { adapterSizes } from '../../compiler/adapter-layout.js'
import { placeAdapters } from '../../compiler/adapter-placement.js'
import { inBlocks, searchBlocks } from '../../compiler/block-search.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { type ChipShape, chipShape } from '../../compiler/chip-shape.js'
import {
  hasOffsets,
  type MatrixShape,
  type PlacedModel,
  type Placement,
  placeWeights,
  unitResults,
} from '../../compiler/placement.js'
import { resultMemoryBeats, type Schedule, scheduleToken } from '../../compiler/schedule.js'
import type { ChipTiming } from '../../compiler/timing.js'
import { plannedPolicy } from '../rom-choice/rom-request.js'

/** Layers that stand for all when the order of the sweeps is sought. */
const searchedLayers = 3

/** Everything about a chip that its weights do not matter for. */
export interface ChipPlan<M extends MatrixShape = MatrixShape> {
  readonly shape: ChipShape
  readonly placement: Placement<M>
  readonly timing: ChipTiming
  readonly schedule: Schedule
  readonly lUnit: LUnitParameters
  readonly vectorUnit: VectorUnitParameters
  readonly hUnit: HUnitParameters
}

/**
 * Sizes, places and schedule of the chip of a configuration.
 *
 * @throws InputError for settings that do not fit the model
 */
export function planChip<M extends MatrixShape>(
  config: ChipConfig,
  model: PlacedModel<M>,
): ChipPlan<M> {
  const shape = chipShape(config, model.config)
  const rom = plannedPolicy(config.rom)
  const lUnit = lUnitParameters({
    bits: shape.bits,
    group: shape.group,
    lanes: shape.lanes,
    mantissaBits: shape.mantissaBits,
    offsets: hasOffsets(model),
    rom,
    ...(config.selfTest && { selfTest: true }),
  })
  const latency = accumulatorLatency(lUnit)
  const sweep = { ...shape, accumulatorLatency: latency }
  const weights = placeWeights(shape, sweep, model)
  const placed: Placement<M> = {
    ...weights,
    ...(shape.adapter && { adapters: placeAdapters(shape, sweep, shape.adapter, weights) }),
  }
  const vectorUnit: VectorUnitParameters = {
    columns: shape.columns,
    headColumns: shape.headColumns,
    headsInFirst: shape.headsInFirst,
    vectorLanes: shape.vectorLanes,
    results: unitResults(shape),
    dealsTicks: shape.dealsTicks,
    resultBeats: resultMemoryBeats(shape, placed),
    width: shape.dim,
    hidden: shape.hiddenDim,
    heads: shape.heads,
    kvHeads: shape.kvHeads,
    headSize: shape.headSize,
    layers: shape.layers,
    vocabulary: shape.vocabulary,
    positions: shape.positions,
    ropeBase: model.config.ropeBase,
    epsilon: model.config.normEpsilon,
    group: shape.group,
    mantissaBits: shape.mantissaBits,
    activationLanes: shape.lanes,
    rom,
    ...(config.selfTest && { selfTest: true }),
    ...(placed.adapters && {
      adapter: {
        ...adapterSizes(shape, placed.adapters),
        lUnit: adapterLUnit(lUnit),
        orders: placed.adapters.orders,
      },
    }),
  }
  const hUnit = hUnitParameters({
    vectorLanes: shape.vectorLanes * shape.headColumns,
    heads: shape.heads / shape.hUnits,
    kvHeads: shape.kvHeads / shape.hUnits,
    headSize: shape.headSize,
    layers: shape.layers,
    positions: shape.positions,
    mantissaBits: shape.mantissaBits,
    kvFormat: config.kv.format,
  })
  const timing = chipTiming(lUnit, config.mesh, vectorUnit, hUnit)
  const few = { ...placed, layers: placed.layers.slice(0, searchedLayers) }
  const placement = inBlocks(placed, searchBlocks(shape, few, timing), latency)
  const schedule = scheduleToken(shape, placement, timing)
  return { shape, placement, timing, schedule, lUnit, vectorUnit, hUnit }
}
