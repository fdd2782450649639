import { chip } from '../../../generators/chip/chip.js'
import { scaleWordBits } from '../../../generators/l-unit/weights.js'
import { vectorRowPlaceholders } from '../../../generators/vector-unit/index.js'
import { codeWidth } from '../../common/code-bits.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { type ModelShapeName, modelOfShape, modelShapes } from '../../compiler/model-shapes.js'
import type { SelfTest } from '../../compiler/self-test.js'
import { RomContents } from '../../hdl/index.js'
import { chipParts } from './chip-parts.js'
import { type ChipPlan, planChip } from './plan-chip.js'
import { expectedSelfTest } from './self-test/expected.js'

/** A chip without weights, with the plan that it follows. */
export interface StructuralChip extends ChipPlan {
  readonly definition: ReturnType<typeof chip>
  /** Of chips with a self-test; without signatures. */
  readonly selfTest: SelfTest | undefined
}

/**
 * The chip of a model of which only the shape is known: whole but for the contents of its ROMs, which are placeholders.
 * All L-Units are then one module, and so are all matrix units and all vector units.
 *
 * @throws InputError for settings that do not fit the model
 */
export function structuralChip(config: ChipConfig, name: ModelShapeName): StructuralChip {
  const plan = planChip(config, modelOfShape(modelShapes[name], config))
  const { shape, placement, lUnit, vectorUnit } = plan
  const roms = {
    codes: RomContents.placeholder(shape.lanes * codeWidth(shape.bits), placement.codeDepth),
    scales: RomContents.placeholder(scaleWordBits(lUnit), placement.scaleDepth),
  }
  const column = Array.from({ length: shape.lUnits }, () => roms)
  const parts = chipParts(config, plan, {
    roms: Array.from({ length: shape.columns }, () => column),
    vectorContents: vectorRowPlaceholders(vectorUnit),
  })
  return {
    ...plan,
    definition: chip('romulus_chip', parts),
    selfTest: expectedSelfTest(plan, parts),
  }
}
