import type { Command } from 'commander'
import { scaleWordBits } from '../../generators/l-unit/weights.js'
import { codeWidth } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import { type TokenReport, tokenReport } from '../compiler/token-report.js'
import { areaByUnit, type UnitArea } from '../flow/chip/area-by-unit.js'
import { readChipAdapters } from '../flow/chip/chip-adapters.js'
import {
  type GeneratedChip,
  lintChip,
  loadChip,
  loadStructure,
  synthesizeChip,
  writeChip,
} from '../flow/chip/chip-steps.js'
import { loadChipConfig } from '../flow/chip/load-config.js'
import {
  type ChipSimulation,
  type SimulationRequest,
  simulateChip,
} from '../flow/chip/simulate-chip.js'
import type { LintResult } from '../flow/lint.js'
import { openProgress } from '../flow/progress.js'
import type { RomChoices } from '../flow/rom-choice/choose-roms.js'
import {
  checkTimelineFile,
  checkTimelinePosition,
  writeTimeline,
} from '../flow/timeline/write-timeline.js'
import type { EngineName } from '../sim/index.js'
import type { AreaReport } from '../synth/index.js'
import { type AdapterFlags, adapterUseOf } from './adapter-options.js'
import { addSettingOptions, configOf, type SettingFlags } from './chip-settings.js'
import { areaRows, chipTable, lintRows, scheduleRows, simulationRows } from './chip-table.js'
import { phaseTable } from './phase-table.js'
import { romRows } from './rom-rows.js'
import { type SamplingFlags, samplingOf } from './sampling-options.js'
import { wholeNumber } from './whole-number.js'

export type ChipCommand = 'generate' | 'simulate' | 'lint' | 'synth'

/** Options of the commands on a whole chip, as far as they were given. */
export interface ChipOptions extends SettingFlags, SamplingFlags, AdapterFlags {
  readonly tokenizer?: string
  readonly prompt?: string
  readonly tokens?: number
  readonly engine?: EngineName
  readonly check?: boolean
  readonly wave?: string
  readonly timeline?: string
  readonly timelinePosition?: number
  readonly docker?: string
  readonly yosys?: 'wasm' | 'native'
  readonly liberty?: readonly string[]
  readonly sram?: string
  readonly sramFamily?: string
  readonly out?: string
  readonly json?: boolean
}

/** What a command on a chip found. */
export interface ChipReport {
  readonly chip: ReturnType<typeof describeChip>
  /** With `--rom auto`: the policy of each ROM. */
  readonly roms?: RomChoices
  /** Where the cycles of a token at an empty cache go. */
  readonly token?: TokenReport
  readonly simulation?: ChipSimulation
  readonly lint?: readonly LintResult[]
  readonly area?: AreaReport
  readonly units?: readonly UnitArea[]
  readonly written?: string
  /** File of the picture. */
  readonly timeline?: string
}

export function addChipOptions(command: Command): void {
  addSettingOptions(command)
  command
    .option('--prompt <text>', 'what the chip continues', '')
    .option('--tokens <n>', 'tokens to write at the most', wholeNumber, 64)
    .option('--check', 'compare every token with the golden model')
    .option('--timeline <file>', 'draw what every unit does in the cycles of a token (.svg, .html)')
    .option(
      '--timeline-position <n>',
      'position of that token (the last one of a simulation, else 0)',
      position,
    )
}

function position(text: string): number {
  return text === '0' ? 0 : wholeNumber(text)
}

export function chipExamples(name: string): string {
  const arguments_ = {
    generate: '--out rtl-out',
    simulate: '--prompt "Once upon a time" --tokens 50 --check',
  }[name]
  const adapters = '  romulus simulate --adapter lora-a --swap-at 20 lora-b --tokens 40 --check\n'
  return `  romulus ${name}${arguments_ === undefined ? '' : ` ${arguments_}`}\n  romulus ${name} --model stories260K.bin${name === 'generate' ? ' --out rtl-out' : ''}\n${name === 'simulate' ? adapters : ''}`
}

/** The options that the user gave; defaults of options that a tile has too would hide the configuration's. */
export function givenOptions(command: Command): ChipOptions {
  const own = ['prompt', 'tokens', 'engine', 'yosys']
  return Object.fromEntries(
    Object.entries(command.opts()).filter(
      ([name]) => own.includes(name) || command.getOptionValueSource(name) === 'cli',
    ),
  )
}

/** Generates a chip and takes it through one command. @returns the exit code */
export async function runChipCommand(name: ChipCommand, options: ChipOptions): Promise<number> {
  if (name === 'generate' && options.out === undefined) {
    throw new InputError('is required', { field: '--out' }, 'a directory for the SystemVerilog')
  }
  if (options.timeline !== undefined) checkTimelineFile(options.timeline)
  const request = requestOf(options)
  const progress = openProgress()
  const adapterUse = adapterUseOf(options, request.tokens)
  const settled = await configOf(options)
  if (name === 'simulate' && settled.shape !== undefined) {
    throw new InputError(
      'a chip without weights writes no text',
      { field: 'shape' },
      'a checkpoint: --model FILE',
    )
  }
  const { config, adapters } =
    adapterUse === undefined
      ? { config: settled, adapters: [] }
      : await progress.step('reading adapters', () => readChipAdapters(settled, adapterUse.paths))
  const loaded =
    config.shape === undefined
      ? await loadChip(config, options.tokenizer, progress, options.yosys)
      : undefined
  const chip = loaded ?? (await loadStructure(config, config.shape!, progress))
  const report: { -readonly [K in keyof ChipReport]: ChipReport[K] } = { chip: describeChip(chip) }
  if (chip.roms !== undefined) report.roms = chip.roms
  checkTimelinePosition(options.timelinePosition ?? 0, chip.shape.positions)
  if (name === 'generate') report.token = tokenReport(chip.schedule)
  if (options.out !== undefined) {
    const { out } = options
    await progress.step(`writing ${out}`, () => writeChip(chip, out))
    report.written = out
  }
  if (name === 'lint') {
    report.lint = await progress.step('linting', (update) =>
      lintChip(chip, options.yosys ?? 'wasm', update),
    )
  }
  if (name === 'synth') {
    report.area = await progress.step('synthesising', (update) =>
      synthesizeChip(chip, options, options.yosys ?? 'wasm', update),
    )
    report.units = areaByUnit(report.area, chip.emitted.modules)
  }
  if (loaded !== undefined && name === 'simulate') {
    const stream = options.json ? () => {} : (text: string) => void process.stdout.write(text)
    const adapted = adapterUse === undefined ? {} : { adapters: { ...adapterUse, adapters } }
    report.simulation = await simulateChip(loaded, { ...request, ...adapted }, stream, progress)
    if (!options.json) process.stdout.write('\n')
  }
  if (options.timeline !== undefined) {
    const position = options.timelinePosition ?? lastPosition(report.simulation)
    await writeTimeline(options.timeline, chip.schedule, position)
    report.timeline = options.timeline
  }
  process.stdout.write(
    options.json ? `${JSON.stringify(report, null, 2)}\n` : printChipReport(report),
  )
  return isGood(report) ? 0 : 1
}

/** Position of the last token that was written; 0 without a simulation. */
function lastPosition(simulation: ChipSimulation | undefined): number {
  if (simulation === undefined) return 0
  return simulation.promptTokens + Math.max(1, simulation.tokens.length) - 2
}

function requestOf(options: ChipOptions): SimulationRequest {
  const sampling = samplingOf(options)
  return {
    prompt: options.prompt ?? '',
    tokens: options.tokens ?? 64,
    engine: options.engine ?? 'embedded',
    check: options.check ?? false,
    ...(sampling === undefined ? {} : { sampling }),
    ...(options.wave === undefined ? {} : { wave: options.wave }),
    ...(options.docker === undefined ? {} : { docker: options.docker }),
  }
}

function isGood({ simulation, lint }: ChipReport): boolean {
  return (
    simulation?.difference === undefined &&
    (simulation?.unscheduled ?? 0) === 0 &&
    (lint ?? []).every(({ clean }) => clean)
  )
}

function describeChip({ shape, schedule, placement, lUnit, config, emitted }: GeneratedChip) {
  const { romPortBusy, idleCyclesPerLayer } = tokenReport(schedule)
  return {
    model: config.model ?? config.shape ?? 'bundled',
    matrixUnits: config.mesh.rows * config.mesh.columns,
    ...shape,
    rom: config.rom,
    kvFormat: config.kv.format,
    clockMHz: config.clockMHz,
    modules: emitted.files.length,
    romBits:
      shape.lUnits *
      shape.columns *
      (placement.codeDepth * shape.lanes * codeWidth(shape.bits) +
        placement.scaleDepth * scaleWordBits(lUnit)),
    instructions: schedule.program.length,
    cycles: schedule.cycles,
    promptCycles: schedule.promptCycles,
    cyclesPerPosition: schedule.cyclesPerPosition,
    romPortBusy,
    idleCyclesPerLayer,
    tokensPerSecond: (config.clockMHz * 1e6) / schedule.cycles,
  }
}

function printChipReport({
  chip,
  roms,
  token,
  simulation,
  lint,
  area,
  units,
  written,
  timeline,
}: ChipReport): string {
  const table = chipTable([
    ...scheduleRows(chip),
    ...romRows(roms),
    ...(simulation === undefined ? [] : simulationRows(simulation)),
    ...(lint === undefined ? [] : lintRows(lint)),
    ...(area === undefined ? [] : areaRows(area, units ?? [])),
    ...(written === undefined ? [] : [['written to', written] as const]),
    ...(timeline === undefined ? [] : [['timeline', timeline] as const]),
  ])
  return token === undefined ? table : `${table}${phaseTable(token)}`
}

export type ChipDescription = ReturnType<typeof describeChip>

/** Adds `demo`: the bundled model's chip, linted and simulated. */
export function addDemoCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('demo')
    .summary('generate the chip of the bundled model and let it write a story')
    .description(
      'Generates the chip of the bundled model and lets it write a story in simulation, every token compared ' +
        'with the golden model.',
    )
    .option('--prompt <text>', 'what the chip continues', 'Once upon a time')
    .option('--tokens <n>', 'tokens to write at the most', wholeNumber, 60)
    .option('--out <directory>', 'write the design here')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExamples:\n  romulus demo\n  romulus demo --tokens 20 --json\n')
    .action(async (options: Pick<ChipOptions, 'prompt' | 'tokens' | 'out' | 'json'>) => {
      const progress = openProgress()
      const config = await loadChipConfig({ settings: {} })
      const chip = await loadChip(config, undefined, progress)
      const stream = options.json ? () => {} : (text: string) => void process.stdout.write(text)
      if (!options.json) process.stdout.write(options.prompt ?? '')
      const request = { ...requestOf(options), check: true }
      const simulation = await simulateChip(chip, request, stream, progress)
      if (options.out !== undefined) await writeChip(chip, options.out)
      const report: ChipReport = {
        chip: describeChip(chip),
        ...(chip.roms && { roms: chip.roms }),
        simulation,
        ...(options.out === undefined ? {} : { written: options.out }),
      }
      process.stdout.write(
        options.json ? `${JSON.stringify(report, null, 2)}\n` : `\n${printChipReport(report)}`,
      )
      setExitCode(isGood(report) ? 0 : 1)
    })
}
