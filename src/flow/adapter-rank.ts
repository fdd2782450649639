import type { Adapter } from '../checkpoint/index.js'
import { type AdapterRank, adapterRankChoices } from '../quantize/index.js'

/**
 * The least rank of a chip that some adapters fit; the largest choice when none is enough, which is refused then.
 *
 * @param vectorLanes which have to divide the rank, powers of two
 */
export function leastRank(adapters: readonly Adapter[], vectorLanes: number): AdapterRank {
  const ranks = adapters.flatMap(({ layers }) =>
    layers.flatMap((updates) => Object.values(updates).map(({ rank }) => rank)),
  )
  const least = Math.max(vectorLanes, ...ranks)
  return adapterRankChoices.find((choice) => choice >= least) ?? 128
}
