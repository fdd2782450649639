import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import type { WeightScaleUse } from './bitnet.js'
import { FileBytes } from './file-bytes.js'
import { parseJson } from './json-text.js'
import { checkHeads, type ModelConfig } from './model-config.js'
import { parseSettings, positiveSetting, sizeSetting } from './settings.js'

const CONFIG_NAME = 'config.json'
const LARGEST_CONFIG = 2 ** 20

const modelTypeSchema = z.object({ model_type: z.string().optional() })

/** Source: `BitNetQuantConfig` of https://github.com/huggingface/transformers, with its defaults. */
const quantizationSchema = z.object({
  quantization_config: z
    .object({
      quant_method: z.string().optional(),
      linear_class: z.enum(['bitlinear', 'autobitlinear']).optional().catch(undefined),
    })
    .nullish(),
})

const ropeSchema = z
  .object({
    rope_type: z.string().optional(),
    type: z.string().optional(),
    rope_theta: positiveSetting.optional(),
  })
  .nullish()

/** Source: `LlamaConfig` of https://github.com/huggingface/transformers, with its defaults. */
const llamaSchema = z.object({
  hidden_size: sizeSetting,
  intermediate_size: sizeSetting,
  num_hidden_layers: sizeSetting,
  num_attention_heads: sizeSetting,
  num_key_value_heads: sizeSetting.nullish(),
  head_dim: sizeSetting.nullish(),
  vocab_size: sizeSetting,
  max_position_embeddings: sizeSetting,
  rms_norm_eps: positiveSetting.default(1e-6),
  rope_theta: positiveSetting.nullish(),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.string().default('silu'),
})

/** What the `config.json` beside a safetensors file says. */
export interface HuggingFaceSettings {
  /** Undefined when there is no such file, or when its `model_type` is not `llama`. */
  readonly config: ModelConfig | undefined
  /** That `model_type`. */
  readonly otherModel?: string
  /** Weights are packed as trits, whose scales are used in this way. */
  readonly trits?: WeightScaleUse
}

/**
 * Reads the `config.json` beside a safetensors file.
 * @throws InputError for a llama model with missing or contradicting settings.
 */
export async function readHuggingFaceConfig(checkpointPath: string): Promise<HuggingFaceSettings> {
  const path = join(dirname(checkpointPath), CONFIG_NAME)
  if (!(await exists(path))) return { config: undefined }
  const json = await readJsonFile(path, LARGEST_CONFIG)
  const { model_type: modelType } = parseSettings(modelTypeSchema, json, path)
  const { quantization_config: quantization } = parseSettings(quantizationSchema, json, path)
  const isFactor = quantization?.linear_class === 'autobitlinear'
  return {
    config: modelType === 'llama' ? llamaConfig(json, path) : undefined,
    ...(modelType === undefined || modelType === 'llama'
      ? {}
      : { otherModel: printable(modelType) }),
    ...(quantization?.quant_method === 'bitnet' && { trits: isFactor ? 'factor' : 'divisor' }),
  }
}

function llamaConfig(json: unknown, path: string): ModelConfig {
  const settings = parseSettings(llamaSchema, json, path)
  const rope = settings.rope_parameters ?? settings.rope_scaling
  const ropeType = rope?.rope_type ?? rope?.type ?? 'default'
  const config: ModelConfig = {
    dim: settings.hidden_size,
    hiddenDim: settings.intermediate_size,
    layers: settings.num_hidden_layers,
    heads: settings.num_attention_heads,
    kvHeads: settings.num_key_value_heads ?? settings.num_attention_heads,
    vocabulary: settings.vocab_size,
    contextLength: settings.max_position_embeddings,
    tiedHead: settings.tie_word_embeddings,
    ropeBase: settings.rope_theta ?? rope?.rope_theta ?? 10000,
    ropePairs: 'half-split',
    ...(ropeType === 'default' ? {} : { ropeScaling: ropeType }),
    normEpsilon: Math.fround(settings.rms_norm_eps),
  }
  checkHeads(
    config,
    { dim: 'hidden_size', heads: 'num_attention_heads', kvHeads: 'num_key_value_heads' },
    path,
  )
  if (settings.hidden_act !== 'silu') {
    throw new InputError(`is ${printable(settings.hidden_act)}, but only silu is supported`, {
      file: path,
      field: 'hidden_act',
    })
  }
  const headDim = settings.head_dim ?? config.dim / config.heads
  if (headDim !== config.dim / config.heads) {
    throw new InputError(
      `is ${headDim}, but only heads of ${config.dim / config.heads} elements are supported`,
      { file: path, field: 'head_dim' },
    )
  }
  return config
}

/** The parsed contents of a whole JSON file of at most `largest` bytes. */
export async function readJsonFile(path: string, largest: number): Promise<unknown> {
  const bytes = await FileBytes.open(path)
  try {
    if (bytes.size > largest) {
      throw new InputError(`${bytes.size} bytes are more than the ${largest} read at most`, {
        file: path,
      })
    }
    return parseJson(await bytes.read(0, bytes.size), path)
  } finally {
    await bytes.close()
  }
}

/** Whether there is something of that path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return !missing
  }
}
