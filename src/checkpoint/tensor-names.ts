/** Canonical name, GGUF name and Hugging Face name of the tensors that a model has once. */
const modelTensors = [
  ['tok_embeddings', 'token_embd', 'model.embed_tokens'],
  ['norm', 'output_norm', 'model.norm'],
  ['output', 'output', 'lm_head'],
] as const

/** The same for the tensors of one layer, without the layer's prefix; in the order in which a decoder uses them. */
const layerTensors = [
  ['attention_norm', 'attn_norm', 'input_layernorm'],
  ['attention.wq', 'attn_q', 'self_attn.q_proj'],
  ['attention.wk', 'attn_k', 'self_attn.k_proj'],
  ['attention.wv', 'attn_v', 'self_attn.v_proj'],
  ['attention.wo', 'attn_output', 'self_attn.o_proj'],
  ['ffn_norm', 'ffn_norm', 'post_attention_layernorm'],
  ['feed_forward.w1', 'ffn_gate', 'mlp.gate_proj'],
  ['feed_forward.w2', 'ffn_down', 'mlp.down_proj'],
  ['feed_forward.w3', 'ffn_up', 'mlp.up_proj'],
] as const

/** What a tensor of one layer is, without the number of the layer. */
export type LayerTensor = (typeof layerTensors)[number][0]

/** All of them, in the order in which a decoder uses them. */
export const layerTensorKinds: readonly LayerTensor[] = layerTensors.map(([kind]) => kind)

/** The matrices of one layer. */
export type Projection = Exclude<LayerTensor, 'attention_norm' | 'ffn_norm'>

/** True for a matrix of a layer, false for its norms. */
export function isProjection(kind: ModelTensor | LayerTensor): kind is Projection {
  return kind.startsWith('attention.') || kind.startsWith('feed_forward.')
}

/** What a tensor is that the model has once. */
export type ModelTensor = (typeof modelTensors)[number][0]

/** A tensor of the LLaMA architecture; `layer` is there for the tensors that every layer has. */
export type TensorRole =
  | { readonly kind: ModelTensor; readonly layer?: undefined }
  | { readonly kind: LayerTensor; readonly layer: number }

const layerPrefixes = ['layers', 'blk', 'model.layers'] as const

const modelTensorByName: ReadonlyMap<string, ModelTensor> = new Map(
  modelTensors.flatMap((names) => names.map((name) => [name, names[0]] as const)),
)
const layerTensorByName: ReadonlyMap<string, LayerTensor> = new Map(
  layerTensors.flatMap((names) =>
    names.map((name, convention) => [`${layerPrefixes[convention]} ${name}`, names[0]] as const),
  ),
)

/**
 * What the tensor `name` is, written in any of the three conventions (llama2.c's, GGUF's, Hugging Face's) and with
 * or without the ending `.weight`; undefined for a name of none of them.
 */
export function tensorRole(name: string): TensorRole | undefined {
  const stem = name.endsWith('.weight') ? name.slice(0, -'.weight'.length) : name
  const modelTensor = modelTensorByName.get(stem)
  if (modelTensor !== undefined) return { kind: modelTensor }
  const match = /^(layers|blk|model\.layers)\.(0|[1-9]\d{0,5})\.(.+)$/.exec(stem)
  const kind = match === null ? undefined : layerTensorByName.get(`${match[1]} ${match[3]}`)
  return kind === undefined ? undefined : { kind, layer: Number(match![2]) }
}

/** The name that the command line and every layer above use, such as `norm` and `layers.0.attention.wq`. */
export function roleName(role: TensorRole): string {
  return role.layer === undefined ? role.kind : `layers.${role.layer}.${role.kind}`
}

/** Hugging Face's name of the module of a projection, such as `model.layers.0.self_attn.q_proj`. */
export function projectionModule(layer: number, kind: Projection): string {
  const [, , name] = layerTensors.find(([canonical]) => canonical === kind)!
  return `model.layers.${layer}.${name}`
}

/** The canonical name of a tensor named in any convention; undefined when the name belongs to none. */
export function canonicalName(name: string): string | undefined {
  const role = tensorRole(name)
  return role === undefined ? undefined : roleName(role)
}
