import type { Adapter } from '../checkpoint/index.js'
import { InputError } from '../common/input-error.js'
import type { ChipConfig } from '../compiler/chip-config.js'
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

/**
 * The rank of a chip's slots for adapters.
 * @throws InputError when it has none
 */
export function slotRank({ adapter }: Pick<ChipConfig, 'adapter'>): AdapterRank {
  if (adapter === undefined) {
    const hint = '--adapter-rank 16'
    throw new InputError('the chip has no slots for adapters', { field: 'adapter' }, hint)
  }
  return adapter.rank
}
