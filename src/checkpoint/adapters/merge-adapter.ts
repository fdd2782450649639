import type { FloatLayer, FloatModel } from '../float-model.js'
import type { Projection } from '../tensor-names.js'
import type { Adapter, LowRankUpdate } from './adapter.js'

/** `scale * B A`: [outputs, inputs], rows first. */
export function updateMatrix({ rank, scale, a, b }: LowRankUpdate): Float64Array {
  const inputs = a.length / rank
  const matrix = new Float64Array((b.length / rank) * inputs)
  for (const [i, value] of b.entries()) {
    if (value === 0) continue
    const factor = scale * value
    const to = Math.floor(i / rank) * inputs
    const from = (i % rank) * inputs
    for (let j = 0; j < inputs; j++) matrix[to + j]! += factor * a[from + j]!
  }
  return matrix
}

/** The model whose weights have an adapter of it added. */
export function mergedModel(model: FloatModel, adapter: Adapter): FloatModel {
  return {
    ...model,
    layers: model.layers.map((layer, index): FloatLayer => {
      const updates = Object.entries(adapter.layers[index] ?? {}) as [Projection, LowRankUpdate][]
      const merged = updates.map(([kind, update]) => {
        const added = updateMatrix(update)
        return [kind, layer[kind].map((weight, i) => weight + added[i]!)] as const
      })
      return { ...layer, ...Object.fromEntries(merged) }
    }),
  }
}
