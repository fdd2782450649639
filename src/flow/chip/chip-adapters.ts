import {
  type Adapter,
  type ModelConfig,
  modelConfigOf,
  openAdapter,
  openCheckpoint,
} from '../../checkpoint/index.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { chipShape } from '../../compiler/chip-shape.js'
import { modelShapes } from '../../compiler/model-shapes.js'
import { type ChipAdapter, quantizeAdapter } from '../../quantize/index.js'
import { leastRank } from '../adapter-rank.js'
import { bundledModel } from './bundled-model.js'

/** Adapters as their files have them and in a chip's numbers, and the chip's configuration, which has slots for them. */
export interface ChipAdapters {
  readonly config: ChipConfig
  readonly files: readonly Adapter[]
  readonly adapters: readonly ChipAdapter[]
}

/**
 * Reads adapters for the chip of a configuration. One without slots gets slots of the least rank that fits the adapters and
 * the vector lanes.
 *
 * @throws InputError for faults of configuration and adapters, and for adapters that do not fit the model or the rank
 */
export async function readChipAdapters(
  config: ChipConfig,
  paths: readonly string[],
): Promise<ChipAdapters> {
  const model = await modelConfigFor(config)
  const files = await Promise.all(paths.map((path) => openAdapter(path, model)))
  const { vectorLanes } = chipShape(config, model)
  const rank = config.adapter?.rank ?? leastRank(files, vectorLanes)
  return {
    config: { ...config, adapter: { ...config.adapter, rank } },
    files,
    adapters: files.map((adapter) => quantizeAdapter(adapter, { rank, group: config.group })),
  }
}

async function modelConfigFor({ shape, model }: ChipConfig): Promise<ModelConfig> {
  if (shape !== undefined) return modelShapes[shape]
  const checkpoint = await openCheckpoint(model ?? bundledModel())
  try {
    return modelConfigOf(checkpoint)
  } finally {
    await checkpoint.close()
  }
}
