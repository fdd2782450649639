import { Random } from '../../common/random.js'
import { attend, gated, normalise, project, rotate, sum } from './batch-operations.js'
import type { FloatModel } from './float-model.js'

/** Sequences of tokens of equal length, one after the other. */
export interface TokenSequences {
  readonly tokens: Uint32Array
  readonly length: number
}

/**
 * Text that the model writes itself, each token drawn with its probability (temperature 1).
 * @param bos token that every sequence starts with
 * @param count sequences
 * @param length tokens of each
 */
export function sampleTokens(
  model: FloatModel,
  bos: number,
  count: number,
  length: number,
  seed: number,
): TokenSequences {
  const { config, layers } = model
  const { dim, heads, kvHeads, hiddenDim, normEpsilon, vocabulary } = config
  const kvDim = (dim / heads) * kvHeads
  const random = new Random(seed)
  const tokens = new Uint32Array(count * length)
  const caches = layers.map(() => ({
    keys: new Float32Array(count * length * kvDim),
    values: new Float32Array(count * length * kvDim),
  }))
  for (let s = 0; s < count; s++) tokens[s * length] = bos
  for (let position = 0; position + 1 < length; position++) {
    let x: Float32Array = new Float32Array(count * dim)
    for (let s = 0; s < count; s++) {
      const token = tokens[s * length + position]!
      x.set(model.embedding.subarray(token * dim, (token + 1) * dim), s * dim)
    }
    for (const [index, layer] of layers.entries()) {
      const cache = caches[index]!
      const y = normalise(x, layer.attention_norm, normEpsilon)
      const queries = project(y, layer['attention.wq'], dim)
      const keys = project(y, layer['attention.wk'], dim)
      const values = project(y, layer['attention.wv'], dim)
      const mixed = new Float32Array(count * dim)
      for (let s = 0; s < count; s++) {
        rotate(queries, s * dim, dim, position, config)
        rotate(keys, s * kvDim, kvDim, position, config)
        const row = s * length + position
        cache.keys.set(keys.subarray(s * kvDim, (s + 1) * kvDim), row * kvDim)
        cache.values.set(values.subarray(s * kvDim, (s + 1) * kvDim), row * kvDim)
        attend(config, queries, s, cache.keys, cache.values, s * length, position + 1, mixed)
      }
      x = sum(x, project(mixed, layer['attention.wo'], dim))
      const z = normalise(x, layer.ffn_norm, normEpsilon)
      const gate = project(z, layer['feed_forward.w1'], dim)
      const hidden = gated(gate, project(z, layer['feed_forward.w3'], dim))
      x = sum(x, project(hidden, layer['feed_forward.w2'], hiddenDim))
    }
    const logits = project(normalise(x, model.norm, normEpsilon), model.head, dim)
    for (let s = 0; s < count; s++) {
      const own = logits.subarray(s * vocabulary, (s + 1) * vocabulary)
      tokens[s * length + position + 1] = draw(own, random.fraction())
    }
  }
  return { tokens, length }
}

/** The token at `fraction` of the probability. */
function draw(logits: Float32Array, fraction: number): number {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity)
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - largest))
  let left = fraction * weights.reduce((total, weight) => total + weight, 0)
  const token = weights.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return token === -1 ? logits.length - 1 : token
}
