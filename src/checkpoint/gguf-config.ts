import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import type { GgufMetadata } from './gguf-metadata.js'
import { checkHeads, type ModelConfig } from './model-config.js'
import { parseSettings, positiveSetting, sizeSetting } from './settings.js'

/** The keys of a llama model. Source: ggml's `docs/gguf.md` and llama.cpp's `gguf-py/gguf/constants.py`. */
const keys = {
  layers: 'llama.block_count',
  dim: 'llama.embedding_length',
  hiddenDim: 'llama.feed_forward_length',
  contextLength: 'llama.context_length',
  heads: 'llama.attention.head_count',
  kvHeads: 'llama.attention.head_count_kv',
  keyLength: 'llama.attention.key_length',
  valueLength: 'llama.attention.value_length',
  rotated: 'llama.rope.dimension_count',
  ropeBase: 'llama.rope.freq_base',
  ropeScaling: 'llama.rope.scaling.type',
  normEpsilon: 'llama.attention.layer_norm_rms_epsilon',
  vocabulary: 'llama.vocab_size',
} as const

const settingsSchema = z.object({
  [keys.layers]: sizeSetting,
  [keys.dim]: sizeSetting,
  [keys.hiddenDim]: sizeSetting,
  [keys.contextLength]: sizeSetting,
  [keys.heads]: sizeSetting,
  [keys.kvHeads]: sizeSetting.optional(),
  [keys.keyLength]: sizeSetting.optional(),
  [keys.valueLength]: sizeSetting.optional(),
  [keys.rotated]: sizeSetting.optional(),
  [keys.ropeBase]: positiveSetting.optional(),
  [keys.ropeScaling]: z.string().optional(),
  [keys.normEpsilon]: positiveSetting,
  [keys.vocabulary]: sizeSetting.optional(),
})

/** What the tensors tell about the model. */
export interface TensorFacts {
  /** Rows of the embedding; undefined when the file has none. */
  readonly embeddingRows: number | undefined
  readonly hasHead: boolean
  /** The file has a tensor of frequency factors, `rope_freqs`. */
  readonly hasFrequencyFactors: boolean
}

/**
 * The model that the metadata describes; undefined for architectures other than `llama` and for adapters.
 * @throws InputError for a llama model with missing or contradicting settings.
 */
export function ggufConfig(
  metadata: GgufMetadata,
  tensors: TensorFacts,
  file: string,
): ModelConfig | undefined {
  if (metadata.get('general.architecture') !== 'llama') return undefined
  if (metadata.get('general.type') === 'adapter') return undefined
  const settings = parseSettings(settingsSchema, Object.fromEntries(metadata), file)
  const vocabulary = settings[keys.vocabulary] ?? tensors.embeddingRows ?? tokenCount(metadata)
  if (vocabulary === undefined) {
    throw new InputError('is missing, and there is no embedding to count', {
      file,
      field: keys.vocabulary,
    })
  }
  const scaling = settings[keys.ropeScaling]
  const ropeScaling =
    scaling !== undefined && scaling !== 'none'
      ? scaling
      : tensors.hasFrequencyFactors
        ? 'rope_freqs'
        : undefined
  const config: ModelConfig = {
    dim: settings[keys.dim],
    hiddenDim: settings[keys.hiddenDim],
    layers: settings[keys.layers],
    heads: settings[keys.heads],
    kvHeads: settings[keys.kvHeads] ?? settings[keys.heads],
    vocabulary,
    contextLength: settings[keys.contextLength],
    tiedHead: !tensors.hasHead,
    ropeBase: settings[keys.ropeBase] ?? 10000,
    ropePairs: 'interleaved',
    ...(ropeScaling === undefined ? {} : { ropeScaling }),
    normEpsilon: Math.fround(settings[keys.normEpsilon]),
  }
  checkHeads(config, keys, file)
  for (const key of [keys.keyLength, keys.valueLength, keys.rotated]) {
    const length = settings[key]
    if (length !== undefined && length !== config.dim / config.heads) {
      throw new InputError(
        `is ${length}, but only heads of ${config.dim / config.heads} elements, rotated whole, are supported`,
        { file, field: key },
      )
    }
  }
  return config
}

function tokenCount(metadata: GgufMetadata): number | undefined {
  const tokens = metadata.get('tokenizer.ggml.tokens')
  return typeof tokens === 'object' && tokens.count > 0 ? tokens.count : undefined
}
