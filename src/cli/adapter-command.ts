import Table from 'cli-table3'
import type { Command } from 'commander'
import { type FrameReport, writeAdapterFrame } from '../flow/chip/write-adapter-frame.js'
import { openProgress } from '../flow/progress.js'
import { addModelOptions, addSettingOptions, configOf, type SettingFlags } from './chip-settings.js'
import { oneOf } from './one-of.js'

interface AdapterOptions extends SettingFlags {
  readonly adapter: string
  readonly out: string
  readonly slot: 0 | 1
  readonly tokenizer?: string
  readonly json?: boolean
}

/** Adds `adapter`. */
export function addAdapterCommand(program: Command): void {
  const command = program
    .command('adapter')
    .summary('write the frame that loads an adapter into a chip')
    .description(
      'Writes the frame that loads a LoRA adapter into a slot of a chip: 32-bit words, lowest byte first, as they ' +
        'go into s_axis_adapter (docs/adapters.md).',
    )
    .requiredOption('--adapter <path>', 'a PEFT folder or file, or GGUF')
    .requiredOption('--out <file>', 'write the frame here')
    .option('--slot <n>', 'slot of the chip', oneOf([0, 1]), 0)
  addModelOptions(command)
  addSettingOptions(command)
  command
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  romulus adapter --adapter lora --adapter-rank 16 --out lora.frame\n' +
        '  romulus adapter --adapter lora.gguf --slot 1 --config romulus.config.ts --out lora.frame --json\n',
    )
    .action(async (options: AdapterOptions) => {
      const config = await configOf(options)
      const report = await writeAdapterFrame({ ...options, config }, openProgress())
      process.stdout.write(
        options.json ? `${JSON.stringify(report, null, 2)}\n` : printFrame(report),
      )
    })
}

function printFrame({
  adapter,
  format,
  slot,
  slotRank,
  projections,
  words,
  bytes,
  written,
}: FrameReport): string {
  const table = new Table({
    head: ['projection', 'layers', 'rank', 'scale', 'bytes in the frame'],
    style: { head: [], border: [] },
  })
  for (const { projection, layers, rank, scale, bytes } of projections) {
    table.push([projection, ranges(layers), rank, scale, number(bytes)])
  }
  return (
    `${adapter}, ${format}, for slot ${slot} of rank ${slotRank}\n${table.toString()}\n` +
    `${number(words)} words, ${number(bytes)} bytes\nwritten to ${written}\n`
  )
}

/** Numbers in rising order, those that follow one another as a range: `0-3, 5`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = []
  for (const n of numbers) {
    const last = parts.at(-1)
    if (last !== undefined && last[1] === n - 1) last[1] = n
    else parts.push([n, n])
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

function number(value: number): string {
  return value.toLocaleString('en')
}
