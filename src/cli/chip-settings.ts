import { type Command, InvalidArgumentError, Option } from 'commander'
import { type CodeBits, codeBitsChoices } from '../common/code-bits.js'
import type { ChipConfig } from '../compiler/chip-config.js'
import { presetNames } from '../compiler/presets.js'
import { loadChipConfig } from '../flow/chip/load-config.js'
import { type AdapterRank, adapterRankChoices } from '../quantize/index.js'
import { oneOf } from './one-of.js'
import { wholeNumber } from './whole-number.js'

/** Options that make a chip's configuration, as far as they were given. */
export interface SettingFlags {
  readonly config?: string
  readonly preset?: string
  readonly model?: string
  readonly bits?: CodeBits
  readonly headBits?: CodeBits
  readonly group?: string
  readonly lanes?: string
  readonly units?: string
  readonly mantissaBits?: string
  readonly absmean?: boolean
  readonly mesh?: MeshSize
  readonly rom?: string
  readonly romLevels?: number
  readonly romDelay?: number
  readonly romCosts?: string
  readonly liberty?: readonly string[]
  readonly kv?: string
  readonly context?: number
  readonly adapterRank?: AdapterRank
  readonly selfTest?: boolean
}

/** Adds the options of a configuration that commands on one projection have too, without defaults. */
export function addModelOptions(command: Command): void {
  command
    .option('--model <file>', 'checkpoint: llama2.c, GGUF or safetensors (the bundled model)')
    .option('--bits <n>', 'bits of a code: 8, 4, 2, or ternary', oneOf(codeBitsChoices))
    .option('--absmean', 'ternary codes with one scale a tensor, as BitNet trains them')
    .option('--group <n>', 'weights that share a scale: 32, 64 or 128')
    .option('--rom <policy>', 'construction of the ROMs')
    .option('--lanes <n>', 'codes in a ROM word')
    .option('--units <n>', 'L-Units of a matrix unit')
    .option('--mantissa-bits <n>', 'bits of an aligned activation, 10 to 16')
}

/** Adds the options of a configuration that commands on one projection do not have. */
export function addSettingOptions(command: Command): void {
  command
    .option('--config <file>', 'chip configuration (romulus.config.ts, when there is one)')
    .addOption(new Option('--preset <name>', 'a chip known by name').choices([...presetNames]))
    .option('--tokenizer <file>', 'tokenizer, when it is not in the checkpoint or beside it')
    .option(
      '--mesh <rows>x<columns>',
      'matrix units; --units are the L-Units of each (1x1)',
      meshSize,
    )
    .option(
      '--head-bits <n>',
      'bits of the codes of embedding and head, or ternary',
      oneOf(codeBitsChoices),
    )
    .option('--kv <format>', 'KV cache: int8, int16 or e4m3')
    .option('--context <n>', 'positions of the KV cache', wholeNumber)
    .option(
      '--adapter-rank <n>',
      'two slots for LoRA adapters of this rank or less',
      oneOf(adapterRankChoices),
    )
    .option('--self-test', 'the chip can test its ROMs (docs/self-test.md)')
}

interface MeshSize {
  readonly rows: number
  readonly columns: number
}

function meshSize(text: string): MeshSize {
  const [, rows, columns] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? []
  if (rows === undefined) throw new InvalidArgumentError('Rows and columns: 2x4.')
  return { rows: Number(rows), columns: Number(columns) }
}

/**
 * The configuration of options, file and preset.
 * @throws InputError naming the file and the setting
 */
export function configOf(options: SettingFlags): Promise<ChipConfig> {
  const { config, preset } = options
  return loadChipConfig({
    ...(config === undefined ? {} : { config }),
    ...(preset === undefined ? {} : { preset }),
    settings: settingsOf(options),
  })
}

/** Settings of the configuration that options give. */
function settingsOf(options: SettingFlags): Record<string, unknown> {
  const { model, bits, headBits, group, lanes, units, mantissaBits, rom, kv, context } = options
  const { mesh, adapterRank, absmean, selfTest } = options
  const { romLevels, romDelay, romCosts, liberty } = options
  const settings: Record<string, unknown> = {}
  const set = (name: string, value: unknown) => {
    if (value !== undefined) settings[name] = value
  }
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
  set('model', model)
  set('bits', bits)
  set('headBits', headBits)
  set('group', number(group))
  set('lanes', number(lanes))
  set('lUnits', number(units))
  set('mantissaBits', number(mantissaBits))
  set('rom', rom)
  set('romLevels', romLevels)
  set('romDelay', romDelay)
  set('romCosts', romCosts)
  set('romLiberty', liberty?.[0])
  set('quantizer', absmean ? 'absmean' : undefined)
  set('mesh', mesh)
  set('selfTest', selfTest)
  set('adapter', adapterRank === undefined ? undefined : { rank: adapterRank })
  if (kv !== undefined || context !== undefined) {
    settings.kv = {
      ...(kv === undefined ? {} : { format: kv }),
      ...(context === undefined ? {} : { length: context }),
    }
  }
  return settings
}
