import { InputError } from '../common/input-error.js'
import type { Checkpoint } from './checkpoint.js'
import type { ModelConfig } from './model-config.js'
import { type LayerTensor, layerTensorKinds, roleName } from './tensor-names.js'

/** The tensors of one layer. */
export type FloatLayer = Readonly<Record<LayerTensor, Float32Array>>

/** All weights of a model as binary32, rows first. */
export interface FloatModel {
  readonly config: ModelConfig
  readonly embedding: Float32Array
  readonly layers: readonly FloatLayer[]
  readonly norm: Float32Array
  readonly head: Float32Array
}

/** The model that a checkpoint describes. @throws InputError when it describes no LLaMA-family model */
export function modelConfigOf(checkpoint: Checkpoint): ModelConfig {
  if (checkpoint.config === undefined) {
    const { path: file, otherModel } = checkpoint
    if (otherModel === undefined) throw new InputError('describes no LLaMA-family model', { file })
    const problem = `is a ${otherModel} model, not one of the LLaMA family`
    const isBitNet = otherModel.toLowerCase().startsWith('bitnet')
    throw isBitNet
      ? new InputError(problem, { file }, "BitNet's sub-norms and squared ReLU are not built")
      : new InputError(problem, { file })
  }
  return checkpoint.config
}

/** Reads a whole model. @throws InputError when the checkpoint describes no LLaMA-family model */
export async function readFloatModel(checkpoint: Checkpoint): Promise<FloatModel> {
  const config = modelConfigOf(checkpoint)
  const layers: FloatLayer[] = []
  for (let layer = 0; layer < config.layers; layer++) {
    const weights: Partial<Record<LayerTensor, Float32Array>> = {}
    for (const kind of layerTensorKinds) {
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
