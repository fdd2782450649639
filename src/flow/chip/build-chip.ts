import { type ChipParts, chip } from '../../../generators/chip/chip.js'
import { scaleWordBits } from '../../../generators/l-unit/weights.js'
import type { RomPolicy } from '../../../generators/rom/index.js'
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

/** What the ROMs of a chip hold that have its policy. */
export type ChipContents = Pick<ChipParts, 'roms' | 'vectorContents'>

/** A chip's plan, and what its ROMs hold. */
export interface PreparedChip {
  readonly plan: ChipPlan<QuantizedMatrix>
  readonly contents: ChipContents
}

/** A chip with the plan that it follows. */
export interface BuiltChip extends ChipPlan<QuantizedMatrix> {
  readonly definition: ReturnType<typeof chip>
  /** Of chips with a self-test. */
  readonly selfTest: SelfTest | undefined
}

/**
 * The whole chip of a configuration and a model.
 *
 * @param rom instead of the configuration's policy
 * @throws InputError for settings that do not fit the model
 */
export function buildChip(config: ChipConfig, model: ChipModel, rom?: RomPolicy): BuiltChip {
  return finishChip(config, prepareChip(config, model), rom)
}

/**
 * Everything of a chip but its hardware.
 *
 * @throws InputError for settings that do not fit the model
 */
export function prepareChip(config: ChipConfig, model: ChipModel): PreparedChip {
  const plan = planChip(config, model)
  const { shape, placement, lUnit, vectorUnit } = plan
  const contents = {
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
  }
  return { plan, contents }
}

/** @param rom instead of the plan's policy */
export function finishChip(
  config: ChipConfig,
  { plan: planned, contents }: PreparedChip,
  rom?: RomPolicy,
): BuiltChip {
  const plan = rom === undefined ? planned : withPolicy(planned, rom)
  const parts = chipParts(config, plan, contents)
  return {
    ...plan,
    definition: chip('romulus_chip', parts),
    selfTest: expectedSelfTest(plan, parts),
  }
}

function withPolicy<P extends ChipPlan>(plan: P, rom: RomPolicy): P {
  return { ...plan, lUnit: { ...plan.lUnit, rom }, vectorUnit: { ...plan.vectorUnit, rom } }
}
