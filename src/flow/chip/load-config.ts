import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { InputError } from '../../common/input-error.js'
import { type ChipConfig, parseChipConfig } from '../../compiler/chip-config.js'
import { type PresetName, presetNames, presets } from '../../compiler/presets.js'

const usualFile = 'romulus.config.ts'

export interface ConfigSource {
  /** A TypeScript or JavaScript module whose default export is a configuration; `romulus.config.ts` when that exists. */
  readonly config?: string
  readonly preset?: string
  /** Settings that come before those of file and preset. */
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * The configuration of a chip: settings over file over preset over defaults; of a setting that has parts, part over part.
 *
 * @throws InputError naming the file and the setting
 */
export async function loadChipConfig(source: ConfigSource): Promise<ChipConfig> {
  const preset = presetConfig(source.preset)
  const file = source.config ?? (await existing(usualFile))
  const fromFile = file === undefined ? {} : await importConfig(file)
  const settings = [preset, fromFile, source.settings].reduce(laidOver)
  const { shape, ...others } = settings
  return parseChipConfig(source.settings.model === undefined ? settings : others, file)
}

type Settings = Readonly<Record<string, unknown>>

function laidOver(below: Settings, above: Settings): Settings {
  const parts = Object.entries(above).map(([name, value]) => {
    const other = below[name]
    return [name, isSettings(other) && isSettings(value) ? { ...other, ...value } : value]
  })
  return { ...below, ...Object.fromEntries(parts) }
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null
}

function presetConfig(name: string | undefined): Settings {
  if (name === undefined) return {}
  if (!presetNames.includes(name as PresetName)) {
    throw new InputError(
      `there is no preset ${name}`,
      { field: '--preset' },
      presetNames.join(', '),
    )
  }
  return presets[name as PresetName]
}

async function existing(file: string): Promise<string | undefined> {
  return access(file).then(
    () => file,
    () => undefined,
  )
}

async function importConfig(file: string): Promise<Settings> {
  // A configuration gets `defineChip` from this very package, wherever its file lies.
  const chipConfig = new URL('../../compiler/chip-config.js', import.meta.url)
  const alias = { romulus: fileURLToPath(chipConfig) }
  const jiti = createJiti(import.meta.url, { alias, interopDefault: false })
  let loaded: unknown
  try {
    loaded = (await jiti.import<{ default?: unknown }>(resolve(file))).default
  } catch (error) {
    throw new InputError(firstLine(error), { file })
  }
  if (!isSettings(loaded)) {
    throw new InputError(
      'has no configuration as its default export',
      { file },
      'export default defineChip({...})',
    )
  }
  return loaded
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!
}
