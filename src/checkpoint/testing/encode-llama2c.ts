import type { ModelConfig } from '../model-config.js'
import { encodeF32 } from './encode-values.js'
import { tinyTensors } from './tiny-model.js'

const kindsInFile = [
  'tok_embeddings',
  'attention_norm',
  'attention.wq',
  'attention.wk',
  'attention.wv',
  'attention.wo',
  'ffn_norm',
  'feed_forward.w1',
  'feed_forward.w2',
  'feed_forward.w3',
  'norm',
  'frequencies',
  'output',
]

/** The seven integers at the start of a llama2.c checkpoint. */
export function encodeLlama2cHeader(fields: readonly number[]): Buffer {
  const header = Buffer.alloc(28)
  for (const [i, field] of fields.entries()) header.writeInt32LE(field, 4 * i)
  return header
}

/** A llama2.c checkpoint of version 0 with the values of `tinyTensors`. */
export function encodeLlama2c(config: ModelConfig): Buffer {
  const { dim, hiddenDim, layers, heads, kvHeads, vocabulary, contextLength, tiedHead } = config
  const tensors = tinyTensors(config)
  const frequencies = new Float32Array(2 * contextLength * (dim / heads / 2)).fill(0.5)
  const bodies = kindsInFile.flatMap((kind) =>
    kind === 'frequencies'
      ? [encodeF32(frequencies)]
      : tensors.filter(({ role }) => role.kind === kind).map(({ values }) => encodeF32(values)),
  )
  const signedVocabulary = tiedHead ? vocabulary : -vocabulary
  return Buffer.concat([
    encodeLlama2cHeader([dim, hiddenDim, layers, heads, kvHeads, signedVocabulary, contextLength]),
    ...bodies,
  ])
}

/** A llama2.c tokenizer. */
export function encodeLlama2cTokenizer(
  tokens: readonly { text: string; score: number }[],
  longest = 16,
): Buffer {
  const parts = [int32(longest)]
  for (const { text, score } of tokens) {
    parts.push(encodeF32([score]), int32(Buffer.byteLength(text)), Buffer.from(text))
  }
  return Buffer.concat(parts)
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32LE(value)
  return buffer
}
