import type { LowRankUpdate, ModelConfig } from '../../src/checkpoint/index.js'
import { randomAdapter as fullAdapter } from '../../src/checkpoint/testing/random-adapter.js'
import { Random } from '../../src/common/random.js'
import { type ChipAdapter, type GroupSize, quantizeAdapter } from '../../src/quantize/index.js'
import type { AdapterCase } from './chip-case.js'

/** An adapter of a case, for the slots of a chip. */
export function randomAdapter(
  config: ModelConfig,
  { rank, share, sizes }: AdapterCase,
  format: { readonly seed: number; readonly rank: ChipAdapter['rank']; readonly group: GroupSize },
): ChipAdapter {
  const random = new Random(format.seed)
  const [a, b] = sizes.map((size) => 2 ** size) as [number, number]
  const resized = (update: LowRankUpdate): LowRankUpdate => ({
    ...update,
    scale: update.scale * b,
    a: update.a.map((value) => value * a),
  })
  const { layers, ...adapter } = fullAdapter(config, format.seed, { rank })
  const changed = layers.map((updates) =>
    Object.fromEntries(
      Object.entries(updates)
        .filter(() => random.chance(share))
        .map(([kind, update]) => [kind, resized(update)]),
    ),
  )
  return quantizeAdapter({ ...adapter, layers: changed }, format)
}
