import Table from 'cli-table3'
import { type Command, Option } from 'commander'
import { codeBitsName } from '../common/code-bits.js'
import { type EvaluationReport, evaluate } from '../flow/evaluate/evaluate.js'
import { openProgress } from '../flow/progress.js'
import type { KvFormat } from '../golden/index.js'
import {
  type AdapterRank,
  adapterRankChoices,
  type CodeBits,
  codeBitsChoices,
  groupSizeChoices,
} from '../quantize/index.js'
import { oneOf } from './one-of.js'

interface EvaluateOptions {
  readonly model: string
  readonly text: string
  readonly tokenizer?: string
  readonly bits: CodeBits
  readonly headBits: CodeBits
  readonly group: 32 | 64 | 128
  readonly calibrate?: boolean
  readonly absmean?: boolean
  readonly adapter?: string
  readonly adapterRank?: AdapterRank
  readonly kv: KvFormat | 'all'
  readonly vectorLanes: number
  readonly mantissaBits: number
  readonly json?: boolean
}

const kvFormats: readonly KvFormat[] = ['int8', 'int16', 'e4m3']

/** Adds `evaluate`. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .summary('measure what quantisation and the chip cost a model on a text')
    .description(
      'Mean loss in nats per token: float64, float64 with the quantised weights, the chip.\n' +
        'Texts are separated by <|endoftext|>, each is cut to the context.',
    )
    .requiredOption('--model <file>', 'checkpoint: llama2.c, GGUF or safetensors')
    .requiredOption('--text <file>', 'text to predict')
    .option('--tokenizer <file>', 'tokenizer, when it is not in the checkpoint or beside it')
    .option('--bits <n>', 'bits of a weight code, or ternary', oneOf(codeBitsChoices), 4)
    .option('--head-bits <n>', 'bits of the codes of embedding and head', oneOf(codeBitsChoices), 8)
    .option('--group <n>', 'weights that share a scale', oneOf(groupSizeChoices), 64)
    .option('--calibrate', 'fit the codes to text that the model writes itself')
    .option('--absmean', 'ternary codes with one scale a tensor, as BitNet trains them')
    .option('--adapter <path>', 'LoRA adapter to use: a PEFT folder or file, or GGUF')
    .option(
      '--adapter-rank <n>',
      "the chip's rank for adapters (default: the least for adapter and vector lanes)",
      oneOf(adapterRankChoices),
    )
    .addOption(
      new Option('--kv <format>', 'format of the KV cache')
        .choices([...kvFormats, 'all'])
        .default('int8'),
    )
    .option('--vector-lanes <n>', 'numbers of a vector beat', oneOf([2, 4, 8, 16, 32, 64]), 8)
    .option(
      '--mantissa-bits <n>',
      'bits of an aligned activation',
      oneOf([10, 11, 12, 13, 14, 15, 16]),
      12,
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  romulus evaluate --model stories260K.bin --text sample.txt\n' +
        '  romulus evaluate --model stories260K.bin --text sample.txt --group 32 --kv all --json\n' +
        '  romulus evaluate --model stories260K.bin --text sample.txt --adapter lora --adapter-rank 16\n',
    )
  command.action(async (options: EvaluateOptions) => {
    const { kv, json, absmean, ...rest } = options
    const request = {
      ...rest,
      kvFormats: kv === 'all' ? kvFormats : [kv],
      ...(absmean && { quantizer: 'absmean' as const }),
    }
    const report = await evaluate(request, openProgress())
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printEvaluation(report))
  })
}

function printEvaluation({
  loss,
  tokens,
  bits,
  headBits,
  group,
  weightBytes,
  adapter,
  chipTokensPerSecond,
}: EvaluationReport): string {
  const table = new Table({
    head: ['arithmetic', 'nats per token', 'difference', 'tokens a processor second'],
    style: { head: [], border: [] },
  })
  const difference = (value: number, base: number) => (value - base).toFixed(4)
  table.push(['float64, weights of the file', loss.reference.toFixed(4), '', ''])
  table.push([
    'float64, quantised weights',
    loss.quantized.toFixed(4),
    `${difference(loss.quantized, loss.reference)} over float`,
    '',
  ])
  for (const format of kvFormats) {
    const value = loss.chip[format]
    if (value === undefined) continue
    table.push([
      `chip, KV cache ${format}`,
      value.toFixed(4),
      `${difference(value, loss.quantized)} over quantised`,
      chipTokensPerSecond[format] ?? '',
    ])
  }
  const adapted =
    adapter === undefined
      ? ''
      : `with the adapter ${adapter.path} on a chip of rank ${adapter.rank}\n`
  return (
    `${tokens} tokens; ${codeBitsName(bits)} in groups of ${group}, embedding and head ${codeBitsName(headBits)}, ` +
    `${weightBytes} bytes\n${adapted}${table.toString()}\n`
  )
}
