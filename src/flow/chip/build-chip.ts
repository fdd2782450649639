import { chip } from '../../../generators/chip/chip.js'
import { scaleWordBits } from '../../../generators/l-unit/weights.js'
import { vectorRowContents } from '../../../generators/vector-unit/index.js'
import { codeWidth } from '../../common/code-bits.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { allSweeps } from '../../compiler/placement.js'
import { lUnitRoms } from '../../compiler/rom-contents.js'
import type { SelfTest } from '../../compiler/self-test.js'
import { RomContents } from '../../hdl/index.js'
import type { ChipModel, QuantizedMatrix } from '../../quantize/index.js'
import { chipParts } from './chip-parts.js'
import { type ChipPlan, planChip } from './plan-chip.js'
import { expectedSelfTest } from './self-test/expected.js'

/** A chip with the plan that it follows. */
export interface BuiltChip extends ChipPlan<QuantizedMatrix> {
  readonly definition: ReturnType<typeof chip>
  /** Of chips with a self-test. */
  readonly selfTest: SelfTest | undefined
}

/**
 * The whole chip of a configuration and a model.
 *
 * @throws InputError for settings that do not fit the model
 */
export function buildChip(config: ChipConfig, model: ChipModel): BuiltChip {
  const plan = planChip(config, model)
  const { shape, placement, lUnit, vectorUnit } = plan
  const parts = chipParts(config, plan, {
    roms: lUnitRoms({ ...shape, offsets: lUnit.offsets }, allSweeps(placement)).map((column) =>
      column.map(({ codeBytes, scaleWords }) => ({
        codes: RomContents.fromBytes(shape.lanes * codeWidth(shape.bits), codeBytes),
        scales: RomContents.fromWords(scaleWordBits(lUnit), [...scaleWords]),
      })),
    ),
    vectorContents: vectorRowContents(vectorUnit, model.embedding, [
      ...model.layers.flatMap(({ attentionNorm, ffnNorm }) => [attentionNorm, ffnNorm]),
      model.norm,
    ]),
  })
  return {
    ...plan,
    definition: chip('romulus_chip', parts),
    selfTest: expectedSelfTest(plan, parts),
  }
}
