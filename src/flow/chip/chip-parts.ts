import type { ChipParts } from '../../../generators/chip/chip.js'
import { adapterHeader } from '../../compiler/adapter-layout.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { encodeProgram, programLayout } from '../../compiler/program.js'
import type { ChipPlan } from './plan-chip.js'

/** The parts of a chip's hardware, from its plan and what its ROMs hold. */
export function chipParts(
  { mesh, selfTest }: ChipConfig,
  { shape, placement, timing, schedule, lUnit, vectorUnit, hUnit }: ChipPlan,
  contents: Pick<ChipParts, 'roms' | 'vectorContents'>,
): ChipParts {
  const layout = programLayout(schedule.program)
  return {
    lUnit,
    sweeps: {
      orders: schedule.orders,
      codeDepth: placement.codeDepth,
      scaleDepth: placement.scaleDepth,
    },
    firstUnitOrders: schedule.firstUnitOrders,
    mesh,
    vectorUnit,
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
      ...(selfTest && { selfTest: true }),
    },
    ...(placement.adapters && { adapterHeader: adapterHeader(shape, placement.adapters) }),
    ...contents,
  }
}
