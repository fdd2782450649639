import { Random } from '../../common/random.js'
import type { Adapter, LowRankUpdate } from '../adapters/adapter.js'
import { expectedShape, type ModelConfig } from '../model-config.js'
import { isProjection, layerTensorKinds, type Projection } from '../tensor-names.js'

/** An adapter of random numbers for a model, of all projections or of those given; its rows keep the size of `x`. */
export function randomAdapter(
  config: ModelConfig,
  seed: number,
  { rank = 3, kinds = layerTensorKinds.filter(isProjection) } = {},
): Adapter {
  const random = new Random(seed)
  const numbers = (count: number, limit: number) =>
    Float32Array.from({ length: count }, () => (2 * random.fraction() - 1) * limit)
  const update = (kind: Projection, layer: number): LowRankUpdate => {
    const [outputs, inputs] = expectedShape(config, { kind, layer }) as [number, number]
    return {
      rank,
      scale: 2 / rank,
      a: numbers(rank * inputs, 1 / Math.sqrt(inputs)),
      b: numbers(outputs * rank, 1),
    }
  }
  return {
    path: `adapter of seed ${seed}`,
    format: 'PEFT',
    layers: Array.from({ length: config.layers }, (_, layer) =>
      Object.fromEntries(kinds.map((kind) => [kind, update(kind, layer)])),
    ),
  }
}
