import { type Command, InvalidArgumentError, Option } from 'commander'
import { codeBitsChoices } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import { openProgress } from '../flow/progress.js'
import { romSettingHelp } from '../flow/rom-choice/rom-request.js'
import { runTile, type TileReport, type TileStep } from '../flow/tile/run-tile.js'
import { parseTileRequest } from '../flow/tile/tile-request.js'
import { addAdapterOptions } from './adapter-options.js'
import {
  addChipOptions,
  type ChipCommand,
  chipExamples,
  givenOptions,
  runChipCommand,
} from './chip-commands.js'
import { oneOf } from './one-of.js'
import { addSamplingOptions } from './sampling-options.js'
import { printTileReport } from './tile-table.js'
import { wholeNumber } from './whole-number.js'

const commands: readonly {
  readonly name: string
  readonly does: string
  readonly steps: readonly TileStep[]
  readonly needsOut?: boolean
}[] = [
  {
    name: 'tile',
    does: 'generate, lint, simulate and synthesise the L-Units of one projection, and print one table',
    steps: ['write', 'lint', 'simulate', 'synth'],
  },
  {
    name: 'generate',
    does: 'write the SystemVerilog of the chip, or of one projection',
    steps: ['write'],
    needsOut: true,
  },
  {
    name: 'lint',
    does: 'lint the chip, or one projection, with Verilator, Icarus and Yosys',
    steps: ['lint'],
  },
  {
    name: 'simulate',
    does: 'let the chip write text, or multiply one projection, in simulation',
    steps: ['simulate'],
  },
  {
    name: 'synth',
    does: 'synthesise the chip, or one projection, and print areas',
    steps: ['synth'],
  },
]

const example = '--model stories260K.bin --tensor layers.0.attention.wq'

/** Adds `tile` and its single steps. */
export function addTileCommands(program: Command, setExitCode: (code: number) => void): void {
  for (const { name, does, steps, needsOut } of commands) {
    const command = program
      .command(name)
      .summary(does)
      .description(`${capitalised(does)}.`)
    addTileOptions(command, name === 'tile')
    if (name !== 'tile') addChipOptions(command)
    if (name === 'simulate') {
      addSamplingOptions(command)
      addAdapterOptions(command)
    }
    command.addHelpText(
      'after',
      `\nExamples:\n${name === 'tile' ? '' : chipExamples(name)}` +
        `  romulus ${name} ${example}${needsOut ? ' --out rtl-out' : ''}\n` +
        `  romulus ${name} ${example} --bits 2 --group 32 --rom auto --engine verilator --json\n`,
    )
    command.action(async (options: { json?: boolean; tensor?: string }) => {
      if (name !== 'tile' && options.tensor === undefined) {
        setExitCode(await runChipCommand(name as ChipCommand, givenOptions(command)))
        return
      }
      const request = parseTileRequest(options)
      if (needsOut && request.out === undefined) {
        throw new InputError('is required', { field: '--out' }, 'a directory for the SystemVerilog')
      }
      const report = await runTile(request, new Set(steps), openProgress())
      process.stdout.write(
        options.json ? `${JSON.stringify(report, null, 2)}\n` : printTileReport(report),
      )
      setExitCode(isGood(report) ? 0 : 1)
    })
  }
}

function addTileOptions(command: Command, isTile: boolean): void {
  const tensor = 'projection, by its name in the file or the canonical one'
  if (isTile) {
    command
      .requiredOption('--model <file>', 'checkpoint: llama2.c, GGUF or safetensors')
      .requiredOption('--tensor <name>', tensor)
  } else {
    command
      .option('--model <file>', 'checkpoint: llama2.c, GGUF or safetensors (the bundled model)')
      .option('--tensor <name>', `only this ${tensor} (the whole chip)`)
  }
  command
    .option(
      '--bits <n>',
      'bits of a code: 8, 4, 2, or ternary (as stored, else 4)',
      oneOf(codeBitsChoices),
    )
    .option('--group <n>', 'weights that share a scale: 32, 64 or 128 (as stored, else 64)')
    .option('--absmean', 'ternary codes with one scale a tensor, as BitNet trains them')
    .option('--requantize', 'round weights that are stored quantised a second time')
    .option('--rom <policy>', romSettingHelp, 'brom:4')
    .option('--rom-levels <n>', "with auto: most gates on a ROM's longest path", wholeNumber)
    .option('--rom-delay <ps>', 'with auto and --liberty: most picoseconds of it', picoseconds)
    .option('--rom-costs <file>', 'with auto: costs that rom-study --calibrate wrote')
    .option('--lanes <n>', 'codes in a ROM word', '16')
    .option('--units <n>', 'L-Units that share the rows', '1')
    .option('--mantissa-bits <n>', 'bits of an aligned activation, 10 to 16', '12')
    .option('--pipeline <n>', 'registers in the pipeline, 0 to 10', '6')
    .addOption(
      new Option('--engine <name>', 'simulator')
        .choices(['embedded', 'verilator', 'iverilog'])
        .default('embedded'),
    )
    .option('--vectors <n>', 'vectors to multiply: half captured from the model, half random', '4')
    .option(
      '--seed <n>',
      isTile ? 'seed of the random vectors' : 'seed of the random vectors, or of the draws',
      '1',
    )
    .option('--wave <file>', 'write a waveform (.vcd, .fst)')
    .option('--docker <image>', 'run Verilator in this image')
    .option('--yosys <which>', 'wasm or native', 'wasm')
    .option('--liberty <file...>', 'also map to these libraries; --rom auto is for the first')
    .option('--sram <table>', 'areas of SRAM macros, tab-separated; of the chip')
    .option('--sram-family <name>', 'the macros to take of that table')
    .option('--clock-period <ns>', 'for the constraints file', '2')
    .option('--out <directory>', 'write the design here')
    .option('--json', 'print the report as JSON')
}

function picoseconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value < Number.POSITIVE_INFINITY) return value
  throw new InvalidArgumentError('A number above 0.')
}

function isGood({ simulation, lint }: TileReport): boolean {
  return simulation?.difference === undefined && (lint ?? []).every(({ clean }) => clean)
}

function capitalised(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}
