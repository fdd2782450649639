import type { ModelConfig } from '../../../../checkpoint/index.js'
import type { Random } from '../../../../common/random.js'
import { type ChipConfigInput, parseChipConfig } from '../../../../compiler/chip-config.js'
import type { SelfTest, SelfTestBank } from '../../../../compiler/self-test.js'
import { type Design, elaborate, type ModuleNode, type RomContents } from '../../../../hdl/index.js'
import { buildChip } from '../../build-chip.js'
import { smallConfig, smallModel } from '../../testing/small-model.js'
import type { RomFault } from '../flip-rom-bit.js'

/** A chip of a small model that can test its ROMs. */
export function testedChip(settings: ChipConfigInput = {}, shape: Partial<ModelConfig> = {}) {
  const sizes = { group: 32, lanes: 8, lUnits: 2, rom: 'table', selfTest: true } as const
  const config = parseChipConfig({ ...sizes, ...settings })
  const model = smallModel(config, { ...smallConfig, ...shape })
  const built = buildChip(config, model)
  const selfTest = built.selfTest as SelfTest
  return { ...built, selfTest, config, model, design: elaborate(built.definition) }
}

/** Every ROM of a design by its name below the top. */
export function romsOf({ top }: Design): Map<string, RomContents> {
  const roms = new Map<string, RomContents>()
  const visit = (module: ModuleNode, path: string) => {
    for (const { name, contents } of module.roms) roms.set(`${path}${name}`, contents)
    for (const { name, module: inner } of module.instances) visit(inner, `${path}${name}.`)
  }
  visit(top, '')
  return roms
}

/** A wrong bit in each of some banks. */
export function randomFaults(banks: readonly SelfTestBank[], random: Random): RomFault[] {
  return banks.map(({ name, depth, width }) => ({
    name,
    address: random.integer(0, depth - 1),
    bit: random.integer(0, width - 1),
  }))
}
