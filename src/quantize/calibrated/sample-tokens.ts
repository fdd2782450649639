import type { FloatModel } from '../../checkpoint/index.js'
import { Random } from '../../common/random.js'
import { attend, type Batch, gated, normalise, Rotation, sum } from './batch-operations.js'
import { timesTransposed } from './matrix-kernels.js'

/** Sequences of tokens of equal length, one after the other. */
export interface TokenSequences {
  readonly tokens: Uint32Array
  readonly length: number
}

/** What a layer sees of every token, all in one batch each. */
export interface LayerActivations {
  /** The residual stream before the layer. */
  readonly input: Batch
  /** What goes into the output projection of the attention. */
  readonly mixed: Batch
  /** The residual stream between attention and feed-forward network. */
  readonly middle: Batch
  /** What goes into the last projection. */
  readonly hidden: Batch
}

/** A text, and what happened in the float model that wrote it. */
export interface SampledText extends TokenSequences {
  readonly layers: readonly LayerActivations[]
}

/**
 * Text that the model writes itself, each token drawn with its probability (temperature 1).
 * @param bos token that every sequence starts with
 * @param count sequences
 * @param length tokens of each
 * @param onPosition called with the number of positions that are done; awaited
 */
export async function sampleTokens(
  model: FloatModel,
  bos: number,
  count: number,
  length: number,
  seed: number,
  onPosition: (done: number) => void | Promise<void>,
): Promise<SampledText> {
  const { config, layers } = model
  const { dim, heads, kvHeads, hiddenDim, normEpsilon, vocabulary } = config
  const kvDim = (dim / heads) * kvHeads
  const random = new Random(seed)
  const rotation = new Rotation(config, length)
  const tokens = new Uint32Array(count * length)
  const wholeText = (width: number) => new Float32Array(count * length * width)
  const caches = layers.map(() => ({ keys: wholeText(kvDim), values: wholeText(kvDim) }))
  const seen = layers.map((): LayerActivations => {
    const [input, mixed, middle] = [wholeText(dim), wholeText(dim), wholeText(dim)]
    return { input, mixed, middle, hidden: wholeText(hiddenDim) }
  })
  for (let s = 0; s < count; s++) tokens[s * length] = bos
  for (let position = 0; position < length; position++) {
    const keep = (batch: Batch, all: Batch) => {
      const width = batch.length / count
      for (let s = 0; s < count; s++) {
        all.set(batch.subarray(s * width, (s + 1) * width), (s * length + position) * width)
      }
    }
    let x: Float32Array = new Float32Array(count * dim)
    for (let s = 0; s < count; s++) {
      const token = tokens[s * length + position]!
      x.set(model.embedding.subarray(token * dim, (token + 1) * dim), s * dim)
    }
    for (const [index, layer] of layers.entries()) {
      const { keys: allKeys, values: allValues } = caches[index]!
      keep(x, seen[index]!.input)
      const y = normalise(x, layer.attention_norm, normEpsilon)
      const queries = timesTransposed(y, layer['attention.wq'], dim)
      const keys = timesTransposed(y, layer['attention.wk'], dim)
      const values = timesTransposed(y, layer['attention.wv'], dim)
      for (let s = 0; s < count; s++) {
        rotation.turn(queries, s * dim, dim, position)
        rotation.turn(keys, s * kvDim, kvDim, position)
      }
      keep(keys, allKeys)
      keep(values, allValues)
      const mixed = new Float32Array(count * dim)
      for (let s = 0; s < count; s++) {
        attend(config, queries, s, allKeys, allValues, s * length, position + 1, mixed)
      }
      keep(mixed, seen[index]!.mixed)
      x = sum(x, timesTransposed(mixed, layer['attention.wo'], dim))
      keep(x, seen[index]!.middle)
      const z = normalise(x, layer.ffn_norm, normEpsilon)
      const gate = timesTransposed(z, layer['feed_forward.w1'], dim)
      const hidden = gated(gate, timesTransposed(z, layer['feed_forward.w3'], dim))
      keep(hidden, seen[index]!.hidden)
      x = sum(x, timesTransposed(hidden, layer['feed_forward.w2'], hiddenDim))
    }
    await onPosition(position + 1)
    if (position + 1 === length) break
    const logits = timesTransposed(normalise(x, model.norm, normEpsilon), model.head, dim)
    for (let s = 0; s < count; s++) {
      const own = logits.subarray(s * vocabulary, (s + 1) * vocabulary)
      tokens[s * length + position + 1] = draw(own, random.fraction())
    }
  }
  return { tokens, length, layers: seen }
}

/** The token at `fraction` of the probability. */
function draw(logits: Float32Array, fraction: number): number {
  let largest = -Infinity
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!)
  const weights = new Float64Array(logits.length)
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    weights[i] = Math.exp(logits[i]! - largest)
    total += weights[i]!
  }
  let left = fraction * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return logits.length - 1
}
