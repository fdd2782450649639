import {
  type Checkpoint,
  type LayerTensor,
  type ModelConfig,
  type ModelTensor,
  modelConfigOf,
  type Projection,
  roleName,
} from '../checkpoint/index.js'
import type { CodeBits } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import { quantizeTensor } from './quantize-tensor.js'
import type { GroupSize, QuantizedMatrix } from './quantized-matrix.js'

/** The weights of a decoder layer in the chip's numbers. */
export interface LayerModel {
  readonly attentionNorm: Float32Array
  readonly wq: QuantizedMatrix
  readonly wk: QuantizedMatrix
  readonly wv: QuantizedMatrix
  readonly wo: QuantizedMatrix
  readonly ffnNorm: Float32Array
  readonly w1: QuantizedMatrix
  readonly w2: QuantizedMatrix
  readonly w3: QuantizedMatrix
}

/** What a layer calls the matrix of each projection. */
export const projectionMatrix = {
  'attention.wq': 'wq',
  'attention.wk': 'wk',
  'attention.wv': 'wv',
  'attention.wo': 'wo',
  'feed_forward.w1': 'w1',
  'feed_forward.w2': 'w2',
  'feed_forward.w3': 'w3',
} as const satisfies Readonly<Record<Projection, keyof LayerModel>>

/** A model in the chip's numbers. A tied head is the embedding, the same object. */
export interface ChipModel {
  readonly config: ModelConfig
  readonly embedding: QuantizedMatrix
  readonly layers: readonly LayerModel[]
  readonly norm: Float32Array
  readonly head: QuantizedMatrix
}

export interface ChipModelFormat {
  /** Bits of the projections' codes. */
  readonly bits: CodeBits
  /** Bits of the codes of embedding and head. */
  readonly headBits: CodeBits
  readonly group: GroupSize
  /** How codes are found; ternary ones with `absmean` have one scale a tensor. */
  readonly quantizer?: 'search' | 'calibrated' | 'absmean'
}

/** Called with what is being done, such as a tensor's name, how many of it are done, and how many there are; awaited. */
export type QuantizationListener = (
  what: string,
  done: number,
  total: number,
) => void | Promise<void>

/**
 * Quantises a whole model. Weights that the file stores in groups of the asked format are taken code for code.
 *
 * @throws InputError when the checkpoint describes no LLaMA-family model; for an embedding that is stored in groups of the
 * asked format with offsets, and for such a head when the layers are ternary
 */
export async function quantizeModel(
  checkpoint: Checkpoint,
  format: ChipModelFormat,
  onProgress: QuantizationListener = () => {},
): Promise<ChipModel> {
  const config = modelConfigOf(checkpoint)
  const total = config.layers * 9 + (config.tiedHead ? 2 : 3)
  let done = 0
  const matrix = async (name: string, bits: CodeBits) => {
    const absmean = format.quantizer === 'absmean'
    const options = { bits, group: format.group, requantize: true, absmean }
    const quantized = await quantizeTensor(checkpoint, name, options)
    await onProgress(name, ++done, total)
    return quantized.matrix
  }
  const vector = async (name: string) => {
    const values = await checkpoint.readFloat32(name)
    await onProgress(name, ++done, total)
    return values
  }
  const layers: LayerModel[] = []
  for (let layer = 0; layer < config.layers; layer++) {
    const name = (kind: LayerTensor) => roleName({ kind, layer })
    layers.push({
      attentionNorm: await vector(name('attention_norm')),
      wq: await matrix(name('attention.wq'), format.bits),
      wk: await matrix(name('attention.wk'), format.bits),
      wv: await matrix(name('attention.wv'), format.bits),
      wo: await matrix(name('attention.wo'), format.bits),
      ffnNorm: await vector(name('ffn_norm')),
      w1: await matrix(name('feed_forward.w1'), format.bits),
      w2: await matrix(name('feed_forward.w2'), format.bits),
      w3: await matrix(name('feed_forward.w3'), format.bits),
    })
  }
  const modelTensor = (kind: ModelTensor) => roleName({ kind })
  const embedding = await matrix(modelTensor('tok_embeddings'), format.headBits)
  if (embedding.offsets !== undefined) {
    throw new InputError(
      'has offsets, which an embedding in ROM cannot have',
      { file: checkpoint.path, field: modelTensor('tok_embeddings') },
      'head-bits 8',
    )
  }
  const head = config.tiedHead ? embedding : await matrix(modelTensor('output'), format.headBits)
  if (format.bits === 'ternary' && head.offsets !== undefined) {
    throw new InputError(
      'has offsets, which ternary L-Units cannot have',
      { file: checkpoint.path, field: modelTensor('output') },
      'head-bits 8',
    )
  }
  return { config, embedding, layers, norm: await vector(modelTensor('norm')), head }
}
