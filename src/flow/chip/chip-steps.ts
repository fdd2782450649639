import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tokenizer } from '../../checkpoint/index.js'
import { describeAdapters } from '../../compiler/adapter-layout.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import type { ModelShapeName } from '../../compiler/model-shapes.js'
import { describeSelfTest, type SelfTest } from '../../compiler/self-test.js'
import { tokenReport } from '../../compiler/token-report.js'
import { type EmittedDesign, emitDesign, writeDesign } from '../../emit/index.js'
import { type Design, elaborate } from '../../hdl/index.js'
import type { ChipModel } from '../../quantize/index.js'
import {
  type AreaReport,
  openCache,
  openYosys,
  readSramTable,
  synthesize,
} from '../../synth/index.js'
import { type LintResult, lintDesign } from '../lint.js'
import type { Progress } from '../progress.js'
import { choiceTools, chooseRoms, type RomChoices } from '../rom-choice/choose-roms.js'
import { autoRequest } from '../rom-choice/rom-request.js'
import { type BuiltChip, finishChip, prepareChip } from './build-chip.js'
import { chipBanks } from './chip-banks.js'
import type { ChipPlan } from './plan-chip.js'
import { readChipModel } from './read-chip-model.js'
import { structuralChip } from './structural-chip.js'

/** A chip that is generated, perhaps without weights. */
export interface GeneratedChip extends ChipPlan {
  readonly config: ChipConfig
  readonly design: Design
  readonly emitted: EmittedDesign
  readonly selfTest: SelfTest | undefined
  /** With `rom: 'auto'`: the policy of each ROM. */
  readonly roms?: RomChoices
}

/** The chip of a model, to simulate in process. */
export interface ModelChip extends BuiltChip {
  readonly config: ChipConfig
  readonly design: Design
  readonly model: ChipModel
  readonly tokenizer: Tokenizer
  /** With `rom: 'auto'`: the policy of each ROM. */
  readonly roms?: RomChoices
}

/** A chip with all that its commands need. */
export interface LoadedChip extends ModelChip {
  readonly emitted: EmittedDesign
}

/** Generates the chip of a shape, with placeholders in its ROMs. */
export async function loadStructure(
  config: ChipConfig,
  name: ModelShapeName,
  progress: Progress,
): Promise<GeneratedChip> {
  autoRequest(config)
  const built = await progress.step('scheduling', () => structuralChip(config, name))
  const design = await progress.step('elaborating', () => elaborate(built.definition))
  return { ...built, config, design, emitted: await emitted(design, progress) }
}

function emitted(design: Design, progress: Progress): Promise<EmittedDesign> {
  return progress.step('emitting', () => emitDesign(design))
}

/**
 * {@link elaborateChip}, with its SystemVerilog.
 *
 * @throws InputError for faults of configuration and checkpoint
 */
export async function loadChip(
  config: ChipConfig,
  tokenizerFile: string | undefined,
  progress: Progress,
  yosys: 'wasm' | 'native' = 'wasm',
): Promise<LoadedChip> {
  const chip = await elaborateChip(config, tokenizerFile, progress, yosys)
  return { ...chip, emitted: await emitted(chip.design, progress) }
}

/**
 * Reads and quantises the model of a configuration (the bundled one by default), chooses how its ROMs are made where that
 * is left open, and elaborates its chip.
 *
 * @param tokenizerFile when the tokenizer is not in the checkpoint or beside it
 * @param yosys that measures ROMs, with `auto:synth`
 * @throws InputError for faults of configuration and checkpoint
 */
export async function elaborateChip(
  config: ChipConfig,
  tokenizerFile: string | undefined,
  progress: Progress,
  yosys: 'wasm' | 'native' = 'wasm',
): Promise<ModelChip> {
  const request = autoRequest(config)
  const { model, tokenizer } = await readChipModel(config, tokenizerFile, progress)
  const prepared = await progress.step('scheduling', () => prepareChip(config, model))
  const chosen =
    request &&
    (await chooseRoms(chipBanks(prepared.contents), request, choiceTools(yosys), progress))
  const built = finishChip(config, prepared, chosen?.policy)
  const design = await progress.step('elaborating', () => elaborate(built.definition))
  return { ...built, config, design, model, tokenizer, ...(chosen && { roms: chosen.choices }) }
}

/** Writes the design with its lists, and the schedule with where a token's cycles go and where adapters lie. */
export async function writeChip(
  { emitted, schedule, config, shape, placement, selfTest, roms }: GeneratedChip,
  out: string,
): Promise<void> {
  const clocks = [{ port: 'clk_i', periodNs: 1000 / config.clockMHz }]
  const manifest = selfTest && { selfTest: describeSelfTest(selfTest) }
  await writeDesign(emitted, out, { clocks, ...(manifest && { manifest }) })
  const { adapters } = placement
  const contents = {
    ...schedule,
    token: tokenReport(schedule),
    ...(adapters && { adapters: describeAdapters(shape, adapters) }),
    ...(roms && { roms }),
  }
  await writeFile(join(out, 'schedule.json'), `${JSON.stringify(contents, null, 1)}\n`)
}

export async function lintChip(
  { emitted }: GeneratedChip,
  which: 'wasm' | 'native',
  onProgress: (message: string) => void,
): Promise<LintResult[]> {
  const yosys = openYosys({ engine: which })
  try {
    return await lintDesign(emitted, yosys, { cache: openCache('lint'), onProgress })
  } finally {
    yosys.close()
  }
}

export async function synthesizeChip(
  { emitted }: GeneratedChip,
  libraries: {
    readonly liberty?: readonly string[]
    /** Table of SRAM macros, and the family to take of it. */
    readonly sram?: string
    readonly sramFamily?: string
  },
  which: 'wasm' | 'native',
  onProgress: (message: string) => void,
): Promise<AreaReport> {
  const { liberty = [], sram, sramFamily = '' } = libraries
  const macros = sram === undefined ? {} : { sram: readSramTable(sram, sramFamily) }
  const yosys = openYosys({ engine: which })
  try {
    return await synthesize(emitted, { yosys, liberty: [...liberty], ...macros, onProgress })
  } finally {
    yosys.close()
  }
}
