import type { ModelConfig } from '../checkpoint/index.js'
import type { ChipConfigInput } from './chip-config.js'

/** A chip that is known by name, with the shape of its model. */
export interface Preset {
  readonly config: ChipConfigInput
  /** Used when no checkpoint is given: structure and cycles, with ROM contents by placeholder. */
  readonly model: ModelConfig
}

const llama = {
  ropePairs: 'half-split',
  ropeBase: 500_000,
  normEpsilon: Math.fround(1e-5),
} as const

/** Shapes: Llama 3 model cards (Meta); the meshes: ROMA (arXiv 2503.12988), 256 matrix units. */
export const presets = {
  tiny: {
    config: { lUnits: 2, lanes: 8, group: 32, rom: 'table' },
    model: {
      dim: 32,
      hiddenDim: 88,
      layers: 2,
      heads: 4,
      kvHeads: 2,
      vocabulary: 96,
      contextLength: 64,
      tiedHead: true,
      ropeBase: 10_000,
      ropePairs: 'interleaved',
      normEpsilon: Math.fround(1e-5),
    },
  },
  stories260k: {
    config: { lUnits: 8, lanes: 16, group: 64 },
    model: {
      dim: 64,
      hiddenDim: 172,
      layers: 5,
      heads: 8,
      kvHeads: 4,
      vocabulary: 512,
      contextLength: 512,
      tiedHead: true,
      ropeBase: 10_000,
      ropePairs: 'interleaved',
      normEpsilon: Math.fround(1e-5),
    },
  },
  'llama-3.2-3b-int4': {
    config: {
      bits: 4,
      headBits: 4,
      group: 128,
      mesh: { rows: 16, columns: 16 },
      lUnits: 64,
      lanes: 16,
      kv: { length: 4096 },
    },
    model: {
      ...llama,
      dim: 3072,
      hiddenDim: 8192,
      layers: 28,
      heads: 24,
      kvHeads: 8,
      vocabulary: 128_256,
      contextLength: 131_072,
      tiedHead: true,
    },
  },
  'llama-3-8b-int2': {
    config: {
      bits: 2,
      headBits: 2,
      group: 128,
      mesh: { rows: 16, columns: 16 },
      lUnits: 64,
      lanes: 32,
      kv: { length: 4096 },
    },
    model: {
      ...llama,
      dim: 4096,
      hiddenDim: 14_336,
      layers: 32,
      heads: 32,
      kvHeads: 8,
      vocabulary: 128_256,
      contextLength: 8192,
      tiedHead: false,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof presets
export const presetNames = Object.keys(presets) as readonly PresetName[]
