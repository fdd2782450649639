import Table from 'cli-table3'
import { type Command, Option } from 'commander'
import { type CodeBits, codeBitsChoices } from '../common/code-bits.js'
import { presetNames } from '../compiler/presets.js'
import { loadChipConfig } from '../flow/chip/load-config.js'
import { openProgress } from '../flow/progress.js'
import { type RepairReport, repair } from '../flow/repair/repair.js'
import { oneOf } from './one-of.js'
import { wholeNumber } from './whole-number.js'

interface RepairOptions {
  readonly defects: string
  readonly config?: string
  readonly preset?: string
  readonly model?: string
  readonly tokenizer?: string
  readonly bits?: CodeBits
  readonly headBits?: CodeBits
  readonly group?: number
  readonly kv?: string
  readonly adapterRank?: number
  readonly adapter?: string
  readonly text?: string
  readonly out?: string
  readonly json?: boolean
}

/** Adds `repair`. */
export function addRepairCommand(program: Command): void {
  program
    .command('repair')
    .summary('undo defects of the ROMs with an adapter')
    .description(
      "Computes the adapter that best undoes known defects of a chip's ROMs within its rank, measures what it leaves, " +
        'and writes it as a PEFT adapter.',
    )
    .requiredOption('--defects <file>', 'JSON: what is wrong in the ROMs (docs/adapters.md)')
    .option('--config <file>', 'chip configuration (romulus.config.ts, when there is one)')
    .addOption(new Option('--preset <name>', 'a chip known by name').choices([...presetNames]))
    .option('--model <file>', 'checkpoint: llama2.c, GGUF or safetensors (the bundled model)')
    .option('--tokenizer <file>', 'tokenizer, when it is not in the checkpoint or beside it')
    .option('--bits <n>', 'bits of a code: 8, 4, 2, or ternary', oneOf(codeBitsChoices))
    .option(
      '--head-bits <n>',
      'bits of the codes of embedding and head, or ternary',
      oneOf(codeBitsChoices),
    )
    .option('--group <n>', 'weights that share a scale: 32, 64 or 128', wholeNumber)
    .option('--kv <format>', 'KV cache: int8, int16 or e4m3')
    .option('--adapter-rank <n>', "rank of the chip's slots for adapters", wholeNumber)
    .option('--adapter <path>', 'LoRA adapter to use besides; the repair has the rest of the rank')
    .option('--text <file>', 'text to measure the loss on, texts separated by <|endoftext|>')
    .option('--out <directory>', 'write the adapter here, together with the one given')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  romulus repair --defects defects.json --adapter-rank 16 --out repaired\n' +
        '  romulus repair --defects defects.json --config romulus.config.ts --adapter lora --text sample.txt --json\n',
    )
    .action(async (options: RepairOptions) => {
      const { json, config: configFile, preset, ...rest } = options
      const config = await loadChipConfig({
        ...(configFile !== undefined && { config: configFile }),
        ...(preset !== undefined && { preset }),
        settings: settingsOf(options),
      })
      const report = await repair({ ...rest, config }, openProgress())
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printRepair(report))
    })
}

/** Settings of the configuration that options give. */
function settingsOf(options: RepairOptions): Record<string, unknown> {
  const { model, bits, headBits, group, kv, adapterRank } = options
  const settings = {
    model,
    bits,
    headBits,
    group,
    kv: kv === undefined ? undefined : { format: kv },
    adapter: adapterRank === undefined ? undefined : { rank: adapterRank },
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function printRepair(report: RepairReport): string {
  const { projections, loss, fillers, adapter, adapterRank, written } = report
  const style = { head: [], border: [] }
  const repairs = new Table({
    head: ['projection', 'wrong weights', 'rank', 'by', 'error with defects', 'repaired'],
    style,
  })
  const percent = (value: number) => `${(100 * value).toPrecision(3)} %`
  for (const { tensor, defects, rank, method, error } of projections) {
    repairs.push([tensor, defects, rank, method, percent(error.before), percent(error.after)])
  }
  const lines = [
    `chip of rank ${adapterRank}${adapter === undefined ? '' : `, with the adapter ${adapter}`}`,
    repairs.toString(),
  ]
  if (fillers > 0) lines.push(`${fillers} bits of ROMs hold no weight: without effect`)
  if (loss !== undefined) {
    const losses = new Table({ head: ['chip', 'nats per token', 'difference'], style })
    const { intact, defective, repaired } = loss
    losses.push(['without defects', intact.toFixed(4), ''])
    losses.push(['with the defects', defective.toFixed(4), (defective - intact).toFixed(4)])
    losses.push(['repaired', repaired.toFixed(4), (repaired - intact).toFixed(4)])
    lines.push(`${loss.tokens} tokens of ${loss.text}`, losses.toString())
  }
  if (written !== undefined) lines.push(`written to ${written}`)
  return `${lines.join('\n')}\n`
}
