import { ChipDecoder, type ChipFormat, type OperationName } from '../../../golden/index.js'
import type { ChipModel } from '../../../quantize/index.js'
import { type AdaptersInUse, adaptedSteps } from '../adapted-steps.js'

/** Everything that the golden decoder computes for one token. */
export interface GoldenValues {
  readonly token: number
  readonly position: number
  /** An adapter is in use. */
  readonly hasAdapter: boolean
  /** @param layer -1 outside the layers */
  of(operation: OperationName, layer: number): Float32Array | Int32Array
}

/** The golden decoder's values for tokens in order, with the adapters of their positions, from the position `first` on. */
export function* goldenValues(
  model: ChipModel,
  format: ChipFormat,
  tokens: readonly number[],
  first: number,
  adapters?: AdaptersInUse,
): Generator<GoldenValues, void> {
  let values = new Map<string, Float32Array | Int32Array>()
  const decoder = new ChipDecoder(model, format, (operation, layer, vector) => {
    if (decoder.position >= first) values.set(`${layer} ${operation}`, vector.slice())
  })
  const step = adaptedSteps(decoder, adapters)
  for (const [position, token] of tokens.entries()) {
    values = new Map()
    step(token)
    if (position < first) continue
    const own = values
    yield {
      token,
      position,
      hasAdapter: adapters?.slotAt(position) !== undefined,
      of: (operation, layer) => own.get(`${layer} ${operation}`)!,
    }
  }
}
