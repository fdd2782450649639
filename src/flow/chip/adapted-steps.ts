import type { ChipDecoder } from '../../golden/index.js'
import type { AdapterSlot } from '../../host/index.js'
import type { ChipAdapter } from '../../quantize/index.js'

/** Adapters in the slots of a chip, and the tokens that use them. */
export interface AdaptersInUse {
  /** Of slot 0, or of both. */
  readonly adapters: readonly ChipAdapter[]
  /** The frames that load them. */
  readonly frames: readonly Uint32Array[]
  /** The slot for the token at a position of the text. */
  slotAt(position: number): AdapterSlot
}

/** Steps of a golden decoder with the adapters of their positions. */
export function adaptedSteps(
  decoder: ChipDecoder,
  inUse: AdaptersInUse | undefined,
): (token: number) => Float32Array {
  let used: AdapterSlot
  return (token) => {
    const slot = inUse?.slotAt(decoder.position)
    if (slot !== used) decoder.useAdapter(slot === undefined ? undefined : inUse!.adapters[slot])
    used = slot
    return decoder.step(token)
  }
}
