import { chip } from '../../../generators/chip/chip.js'
import { chipTiming } from '../../../generators/chip/chip-timing.js'
import { hUnitParameters } from '../../../generators/h-unit/index.js'
import { lUnitParameters } from '../../../generators/l-unit/parameters.js'
import { accumulatorLatency } from '../../../generators/l-unit/schedule.js'
import { parseRomPolicy } from '../../../generators/rom/policy.js'
import {
  type VectorUnitParameters,
  vectorRowContents,
} from '../../../generators/vector-unit/index.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { type ChipShape, chipShape } from '../../compiler/chip-shape.js'
import { allSweeps, type Placement, placeWeights, unitResults } from '../../compiler/placement.js'
import { encodeProgram, programLayout } from '../../compiler/program.js'
import { lUnitRoms } from '../../compiler/rom-contents.js'
import { resultMemoryBeats, type Schedule, scheduleToken } from '../../compiler/schedule.js'
import { RomContents } from '../../hdl/index.js'
import type { ChipModel } from '../../quantize/index.js'

/** A chip with the schedule that it runs. */
export interface BuiltChip {
  readonly shape: ChipShape
  readonly placement: Placement
  readonly schedule: Schedule
  readonly definition: ReturnType<typeof chip>
}

/**
 * The whole chip of a configuration and a model.
 *
 * @throws InputError for settings that do not fit the model
 */
export function buildChip(config: ChipConfig, model: ChipModel): BuiltChip {
  const shape = chipShape(config, model.config)
  const rom = parseRomPolicy(config.rom)
  const lUnit = lUnitParameters({
    bits: shape.bits,
    group: shape.group,
    lanes: shape.lanes,
    mantissaBits: shape.mantissaBits,
    rom,
  })
  const sweep = { ...shape, accumulatorLatency: accumulatorLatency(lUnit) }
  const placement = placeWeights(shape, sweep, model)
  const vectorUnit: VectorUnitParameters = {
    vectorLanes: shape.vectorLanes,
    columns: shape.columns,
    headColumns: shape.columns / shape.hUnits,
    results: unitResults(shape),
    resultBeats: resultMemoryBeats(shape, placement),
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
  }
  const hUnit = hUnitParameters({
    vectorLanes: (shape.vectorLanes * shape.columns) / shape.hUnits,
    heads: shape.heads / shape.hUnits,
    kvHeads: shape.kvHeads / shape.hUnits,
    headSize: shape.headSize,
    layers: shape.layers,
    positions: shape.positions,
    mantissaBits: shape.mantissaBits,
    kvFormat: config.kv.format,
  })
  const timing = chipTiming(lUnit, vectorUnit, hUnit)
  const schedule = scheduleToken(shape, placement, timing)
  const layout = programLayout(schedule.program)
  const definition = chip('romulus_chip', {
    lUnit,
    sweeps: {
      orders: schedule.orders,
      codeDepth: placement.codeDepth,
      scaleDepth: placement.scaleDepth,
    },
    mesh: { rows: config.mesh.rows, columns: config.mesh.columns },
    roms: lUnitRoms(shape, allSweeps(placement)).map((column) =>
      column.map(({ codeBytes, scaleWords }) => ({
        codes: RomContents.fromBytes(shape.lanes * shape.bits, codeBytes),
        scales: RomContents.fromWords(16 + shape.bits, [...scaleWords]),
      })),
    ),
    vectorUnit,
    vectorContents: vectorRowContents(vectorUnit, model.embedding, [
      ...model.layers.flatMap(({ attentionNorm, ffnNorm }) => [attentionNorm, ffnNorm]),
      model.norm,
    ]),
    hUnit,
    controller: {
      layout,
      program: encodeProgram(schedule.program, layout),
      vocabulary: shape.vocabulary,
      positions: shape.positions,
      layers: shape.layers,
      positionCycles: timing.attention.positionCycles,
      swapsBanks: schedule.swapsBanks,
      settleCycles: schedule.settleCycles,
    },
  })
  return { shape, placement, schedule, definition }
}
