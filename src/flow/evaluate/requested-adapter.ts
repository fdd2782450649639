import { type Adapter, type ModelConfig, openAdapter } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import {
  type AdapterRank,
  type ChipAdapter,
  type GroupSize,
  quantizeAdapter,
} from '../../quantize/index.js'
import { leastRank } from '../adapter-rank.js'

export interface AdapterRequest {
  /** A LoRA adapter: a PEFT folder or file, or GGUF. */
  readonly adapter?: string
  /** The chip's rank; by default the least that fits the adapter and the vector lanes. */
  readonly adapterRank?: AdapterRank
  readonly vectorLanes: number
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
  { adapter: path, adapterRank, vectorLanes, group }: AdapterRequest,
  config: ModelConfig,
): Promise<RequestedAdapter | undefined> {
  if (path === undefined) {
    if (adapterRank === undefined) return undefined
    throw new InputError('there is no adapter', { field: '--adapter-rank' }, 'see --adapter')
  }
  const float = await openAdapter(path, config)
  const rank = adapterRank ?? leastRank([float], vectorLanes)
  return { float, chip: quantizeAdapter(float, { group, rank }) }
}
