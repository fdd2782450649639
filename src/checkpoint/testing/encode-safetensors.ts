import type { LayerTensor, ModelTensor, TensorRole } from '../tensor-names.js'
import { u64 } from './encode-gguf.js'
import { encodeBF16, encodeF16, encodeF32 } from './encode-values.js'
import { tinyConfig, tinyTensors } from './tiny-model.js'

const names: Readonly<Record<ModelTensor | LayerTensor, string>> = {
  tok_embeddings: 'model.embed_tokens',
  norm: 'model.norm',
  output: 'lm_head',
  'attention.wq': 'self_attn.q_proj',
  'attention.wk': 'self_attn.k_proj',
  'attention.wv': 'self_attn.v_proj',
  'attention.wo': 'self_attn.o_proj',
  'feed_forward.w1': 'mlp.gate_proj',
  'feed_forward.w2': 'mlp.down_proj',
  'feed_forward.w3': 'mlp.up_proj',
  attention_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
}

/** Hugging Face's name of a tensor. */
export function huggingFaceName(role: TensorRole): string {
  const stem = names[role.kind]
  return role.layer === undefined ? `${stem}.weight` : `model.layers.${role.layer}.${stem}.weight`
}

export interface SafetensorsTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: Buffer
}

/** The header text and the data of a safetensors file. */
export function safetensorsParts(tensors: readonly SafetensorsTensor[]): {
  header: string
  data: Buffer
} {
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let end = 0
  for (const { name, dtype, shape, data } of tensors) {
    entries[name] = { dtype, shape, data_offsets: [end, end + data.length] }
    end += data.length
  }
  return {
    header: JSON.stringify(entries),
    data: Buffer.concat(tensors.map((tensor) => tensor.data)),
  }
}

/** A safetensors file from any header text; nothing is checked. */
export function safetensorsFile(
  header: string | Buffer,
  data: Buffer,
  headerLength: number | bigint = Buffer.byteLength(header),
): Buffer {
  return Buffer.concat([u64(headerLength), Buffer.from(header), data])
}

/** The tensors of the tiny model in the given type. */
export function tinySafetensorsTensors(dtype: 'F32' | 'F16' | 'BF16'): SafetensorsTensor[] {
  const encode = { F32: encodeF32, F16: encodeF16, BF16: encodeBF16 }[dtype]
  return tinyTensors().map(({ role, shape, values }) => ({
    name: huggingFaceName(role),
    dtype,
    shape,
    data: encode(values),
  }))
}

/** The tiny model as one safetensors file. */
export function tinySafetensors(dtype: 'F32' | 'F16' | 'BF16' = 'F32'): Buffer {
  const { header, data } = safetensorsParts(tinySafetensorsTensors(dtype))
  return safetensorsFile(header, data)
}

/** The `config.json` of the tiny model. */
export const tinyHuggingFaceConfig = {
  model_type: 'llama',
  hidden_size: tinyConfig.dim,
  intermediate_size: tinyConfig.hiddenDim,
  num_hidden_layers: tinyConfig.layers,
  num_attention_heads: tinyConfig.heads,
  num_key_value_heads: tinyConfig.kvHeads,
  vocab_size: tinyConfig.vocabulary,
  max_position_embeddings: tinyConfig.contextLength,
  rms_norm_eps: 1e-5,
  rope_theta: tinyConfig.ropeBase,
  tie_word_embeddings: false,
} as const
