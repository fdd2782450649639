import {
  type Checkpoint,
  type LayerTensor,
  type ModelConfig,
  roleName,
} from '../../checkpoint/index.js'

const layerTensors = [
  'attention_norm',
  'attention.wq',
  'attention.wk',
  'attention.wv',
  'attention.wo',
  'ffn_norm',
  'feed_forward.w1',
  'feed_forward.w2',
  'feed_forward.w3',
] as const satisfies readonly LayerTensor[]

export type FloatLayer = Record<(typeof layerTensors)[number], Float32Array>

/** The weights of a model as binary32, rows first. */
export interface FloatModel {
  readonly config: ModelConfig
  readonly embedding: Float32Array
  readonly layers: readonly FloatLayer[]
  readonly norm: Float32Array
  readonly head: Float32Array
}

/** Reads a whole model of a checkpoint that describes one. */
export async function readFloatModel(
  checkpoint: Checkpoint,
  config: ModelConfig,
): Promise<FloatModel> {
  const layers: FloatLayer[] = []
  for (let layer = 0; layer < config.layers; layer++) {
    const weights: Partial<FloatLayer> = {}
    for (const kind of layerTensors) {
      weights[kind] = await checkpoint.readFloat32(roleName({ kind, layer }))
    }
    layers.push(weights as FloatLayer)
  }
  return {
    config,
    embedding: await checkpoint.readFloat32('tok_embeddings'),
    layers,
    norm: await checkpoint.readFloat32('norm'),
    head: await checkpoint.readFloat32('output'),
  }
}
