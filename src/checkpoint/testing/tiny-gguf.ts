import { numberToFloat16 } from '../../common/float16.js'
import type { LayerTensor, ModelTensor, TensorRole } from '../tensor-names.js'
import type { GgufField, GgufFile, GgufTensor } from './encode-gguf.js'
import {
  encodeBF16,
  encodeF16,
  encodeF32,
  encodeQ4_0Block,
  encodeQ4_1Block,
  encodeQ8_0Block,
} from './encode-values.js'
import { tinyConfig, tinyTensors } from './tiny-model.js'

const names: Readonly<Record<ModelTensor | LayerTensor, string>> = {
  tok_embeddings: 'token_embd',
  norm: 'output_norm',
  output: 'output',
  'attention.wq': 'attn_q',
  'attention.wk': 'attn_k',
  'attention.wv': 'attn_v',
  'attention.wo': 'attn_output',
  'feed_forward.w1': 'ffn_gate',
  'feed_forward.w2': 'ffn_down',
  'feed_forward.w3': 'ffn_up',
  attention_norm: 'attn_norm',
  ffn_norm: 'ffn_norm',
}

/** GGUF's name of a tensor. */
export function ggufName(role: TensorRole): string {
  const stem = names[role.kind]
  return role.layer === undefined ? `${stem}.weight` : `blk.${role.layer}.${stem}.weight`
}

/** A vocabulary for `tinyConfig`: three marks, one byte and three pieces. */
export const tinyTokenizerFields: readonly GgufField[] = [
  ['tokenizer.ggml.model', 'string', 'llama'],
  ['tokenizer.ggml.tokens', 'strings', ['<unk>', '<s>', '</s>', '<0x41>', '▁', 'b', '▁b']],
  ['tokenizer.ggml.scores', 'f32s', [0, 0, 0, 0, -3, -2, -1]],
  ['tokenizer.ggml.token_type', 'i32s', [2, 3, 3, 6, 1, 1, 1]],
  ['tokenizer.ggml.bos_token_id', 'u32', 1],
  ['tokenizer.ggml.eos_token_id', 'u32', 2],
]

/** The metadata of `tinyConfig`. */
export const tinyModelFields: readonly GgufField[] = [
  ['general.architecture', 'string', 'llama'],
  ['llama.context_length', 'u32', tinyConfig.contextLength],
  ['llama.embedding_length', 'u32', tinyConfig.dim],
  ['llama.feed_forward_length', 'u32', tinyConfig.hiddenDim],
  ['llama.attention.head_count', 'u32', tinyConfig.heads],
  ['llama.attention.head_count_kv', 'u32', tinyConfig.kvHeads],
  ['llama.block_count', 'u32', tinyConfig.layers],
  ['llama.attention.layer_norm_rms_epsilon', 'f32', tinyConfig.normEpsilon],
]

export type TinyStoredType = 'F32' | 'F16' | 'BF16' | 'Q4_0' | 'Q4_1' | 'Q8_0'

const typeNumbers: Readonly<Record<TinyStoredType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 8,
  BF16: 30,
}

/** The tiny model as GGUF: matrices in the given type, vectors in F32. Quantised codes are a fixed pattern. */
export function tinyGguf(type: TinyStoredType = 'F32'): GgufFile {
  const tensors = tinyTensors().map(({ role, shape, values }): GgufTensor => {
    const stored = shape.length === 1 ? 'F32' : type
    return {
      name: ggufName(role),
      dims: shape.toReversed(),
      type: typeNumbers[stored],
      data: encodeAs(stored, values),
    }
  })
  return { fields: [...tinyModelFields, ...tinyTokenizerFields], tensors }
}

function encodeAs(type: TinyStoredType, values: Float32Array): Buffer {
  if (type === 'F32') return encodeF32(values)
  if (type === 'F16') return encodeF16(values)
  if (type === 'BF16') return encodeBF16(values)
  const scale = numberToFloat16(-0.125)
  const blocks = Array.from({ length: values.length / 32 }, (_, block) => {
    const codes = Array.from({ length: 32 }, (_, i) => (block + 5 * i) % 16)
    if (type === 'Q4_0') return encodeQ4_0Block(scale, codes)
    if (type === 'Q4_1') return encodeQ4_1Block(scale, numberToFloat16(0.3), codes)
    return encodeQ8_0Block(scale, codes)
  })
  return Buffer.concat(blocks)
}
