import { type Adapter, type ModelConfig, openAdapter } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import {
  type AdapterRank,
  adapterRankChoices,
  type ChipAdapter,
  type GroupSize,
  quantizeAdapter,
} from '../../quantize/index.js'

export interface AdapterRequest {
  /** A LoRA adapter: a PEFT folder or file, or GGUF. */
  readonly adapter?: string
  /** The chip's rank; by default the least that the adapter fits. */
  readonly adapterRank?: AdapterRank
  readonly group: GroupSize
}

/** An adapter as its file has it, and in the chip's numbers. */
export interface RequestedAdapter {
  readonly float: Adapter
  readonly chip: ChipAdapter
}

/**
 * Reads and quantises the adapter that is asked for.
 * @throws InputError for faults of the adapter, for one that does not fit, and for a rank without an adapter
 */
export async function requestedAdapter(
  { adapter: path, adapterRank, group }: AdapterRequest,
  config: ModelConfig,
): Promise<RequestedAdapter | undefined> {
  if (path === undefined) {
    if (adapterRank === undefined) return undefined
    throw new InputError('there is no adapter', { field: '--adapter-rank' }, 'see --adapter')
  }
  const float = await openAdapter(path, config)
  return { float, chip: quantizeAdapter(float, { group, rank: adapterRank ?? leastRank(float) }) }
}

/** The largest choice when none is enough, which is refused then. */
function leastRank({ layers }: Adapter): AdapterRank {
  const ranks = layers.flatMap((updates) => Object.values(updates).map(({ rank }) => rank))
  return adapterRankChoices.find((choice) => choice >= Math.max(...ranks)) ?? 128
}
