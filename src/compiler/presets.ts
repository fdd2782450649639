import type { ChipConfigInput } from './chip-config.js'

/** Chips that are known by name. */
export const presets = {
  tiny: { lUnits: 2, lanes: 8, group: 32, rom: 'table' },
  stories260k: { lUnits: 8, lanes: 16, group: 64 },
} as const satisfies Readonly<Record<string, ChipConfigInput>>

export type PresetName = keyof typeof presets
export const presetNames = Object.keys(presets) as readonly PresetName[]
