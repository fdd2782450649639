import { expect, test } from 'vitest'
import type { Adapter, FloatModel, LowRankUpdate, Projection } from '../checkpoint/index.js'
import { randomAdapter } from '../checkpoint/testing/random-adapter.js'
import { tinyConfig, tinyTensors } from '../checkpoint/testing/tiny-model.js'
import { ReferenceDecoder } from './reference-decoder.js'

const tensors = new Map(tinyTensors().map(({ name, values }) => [name, values]))
const layer = (index: number) => ({
  attention_norm: tensors.get(`layers.${index}.attention_norm`)!,
  'attention.wq': tensors.get(`layers.${index}.attention.wq`)!,
  'attention.wk': tensors.get(`layers.${index}.attention.wk`)!,
  'attention.wv': tensors.get(`layers.${index}.attention.wv`)!,
  'attention.wo': tensors.get(`layers.${index}.attention.wo`)!,
  ffn_norm: tensors.get(`layers.${index}.ffn_norm`)!,
  'feed_forward.w1': tensors.get(`layers.${index}.feed_forward.w1`)!,
  'feed_forward.w2': tensors.get(`layers.${index}.feed_forward.w2`)!,
  'feed_forward.w3': tensors.get(`layers.${index}.feed_forward.w3`)!,
})
const model: FloatModel = {
  config: tinyConfig,
  embedding: tensors.get('tok_embeddings')!,
  layers: [layer(0), layer(1)],
  norm: tensors.get('norm')!,
  head: tensors.get('output')!,
}

/** Few bits, so that binary32 holds the merged weights exactly. */
function exactAdapter(seed: number): Adapter {
  const rounded = (values: Float32Array) => values.map((value) => Math.round(64 * value) / 64)
  const adapter = randomAdapter(tinyConfig, seed, { rank: 4 })
  const layers = adapter.layers.map((updates) =>
    Object.fromEntries(
      Object.entries(updates).map(([kind, { a, b, ...rest }]) => [
        kind,
        { ...rest, a: rounded(a), b: rounded(b) },
      ]),
    ),
  )
  return { ...adapter, layers }
}

function merged(weights: Float32Array, { rank, scale, a, b }: LowRankUpdate): Float32Array {
  const columns = a.length / rank
  return weights.map((weight, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    let sum = weight
    for (let k = 0; k < rank; k++) sum += scale * b[row * rank + k]! * a[k * columns + column]!
    expect(Math.fround(sum)).toBe(sum)
    return sum
  })
}

test('an adapter beside the weights is the decoder with merged weights', () => {
  const seed = 12
  const adapter = exactAdapter(seed)
  const layers = model.layers.map((weights, index) => {
    const updates = Object.entries(adapter.layers[index]!) as [Projection, LowRankUpdate][]
    const changed = updates.map(([kind, update]) => [kind, merged(weights[kind], update)])
    return { ...weights, ...Object.fromEntries(changed) }
  })
  const [beside, within, plain] = [model, { ...model, layers }, model].map(
    (model) => new ReferenceDecoder(model),
  )
  beside!.useAdapter(adapter)
  for (const token of [1, 4, 2]) {
    const logits = beside!.step(token)
    const expected = within!.step(token)
    const unchanged = plain!.step(token)
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (const [i, logit] of logits.entries()) {
      const wrong = Math.abs(logit - expected[i]!)
      expect(wrong, `seed ${seed}, token ${token}`).toBeLessThan(1e-12 * largest)
    }
    expect(Math.abs(logits[0]! - unchanged[0]!)).toBeGreaterThan(1e-3)
  }
})

test('adapters are switched between tokens, and keys and values stay', () => {
  const adapter = exactAdapter(13)
  const logits = (adapters: readonly (Adapter | undefined)[]) => {
    const decoder = new ReferenceDecoder(model)
    decoder.useAdapter(adapter)
    return adapters.map((adapter) => {
      decoder.useAdapter(adapter)
      return [...decoder.step(3)]
    })
  }
  const plain = new ReferenceDecoder(model)
  const [first, second] = [[...plain.step(3)], [...plain.step(3)]]
  expect(logits([undefined, undefined])).toEqual([first, second])
  const switched = logits([undefined, adapter])
  expect(switched[0]).toEqual(first)
  expect(switched[1]).not.toEqual(second)
  expect(switched[1]).not.toEqual(logits([adapter, adapter])[1])
})
