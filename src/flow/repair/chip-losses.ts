import { ChipDecoder, type ChipFormat } from '../../golden/index.js'
import type { ChipAdapter, ChipModel } from '../../quantize/index.js'
import { meanLoss } from '../evaluate/loss.js'
import type { Progress } from '../progress.js'

/** A model with an adapter, or without, under a name. */
export interface AdaptedModel {
  readonly name: string
  readonly model: ChipModel
  readonly adapter?: ChipAdapter
}

/**
 * Mean loss of models on texts in a chip's arithmetic, in nats per predicted token.
 * @param texts tokens of each, at most one more than the chip has positions
 */
export async function chipLosses(
  models: readonly AdaptedModel[],
  texts: readonly (readonly number[])[],
  format: ChipFormat,
  progress: Progress,
): Promise<number[]> {
  const total = predictedTokens(texts)
  const losses: number[] = []
  for (const { name, model, adapter } of models) {
    const open = () => {
      const decoder = new ChipDecoder(model, format)
      decoder.useAdapter(adapter)
      return decoder
    }
    losses.push(
      await progress.step(name, (update) =>
        meanLoss(texts, open, async (done) => {
          update(`${done}/${total} tokens`)
          await new Promise(setImmediate)
        }),
      ),
    )
  }
  return losses
}

/** Every token but the first of each text. */
export function predictedTokens(texts: readonly (readonly number[])[]): number {
  return texts.reduce((sum, text) => sum + Math.max(0, text.length - 1), 0)
}
