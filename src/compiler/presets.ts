import type { ChipConfigInput } from './chip-config.js'

/** L-Units of the published chip: 256 matrix units with 64 each (inferred). */
const published = { lUnits: 64, rom: 'macro', kv: { length: 4096 } } as const

/** Chips that are known by name. */
export const presets = {
  tiny: { lUnits: 2, lanes: 8, group: 32, rom: 'table' },
  stories260k: { lUnits: 8, lanes: 16, group: 64 },
  /** 16 four-bit weights a cycle and L-Unit, as on ROMA's chip. */
  'llama-3.2-3b-int4': {
    ...published,
    shape: 'llama-3.2-3b',
    bits: 4,
    headBits: 4,
    group: 64,
    lanes: 16,
    mesh: { rows: 16, columns: 16, registers: 2 },
    vectorLanes: 16,
  },
  /** 32 two-bit weights a cycle and L-Unit. */
  'llama-3-8b-int2': {
    ...published,
    shape: 'llama-3-8b',
    bits: 2,
    headBits: 2,
    group: 128,
    lanes: 32,
    mesh: { rows: 32, columns: 8, registers: 2 },
    vectorLanes: 32,
  },
  /** ROM words of 128 trits, a row of TOM's banks; a column for each key/value head. */
  'tom-bitnet-2b': {
    shape: 'bitnet-2b',
    rom: 'macro',
    kv: { length: 4096 },
    bits: 'ternary',
    headBits: 4,
    group: 128,
    lanes: 128,
    lUnits: 40,
    mesh: { rows: 1, columns: 5, registers: 2 },
    vectorLanes: 32,
  },
} as const satisfies Readonly<Record<string, ChipConfigInput>>

export type PresetName = keyof typeof presets
export const presetNames = Object.keys(presets) as readonly PresetName[]
