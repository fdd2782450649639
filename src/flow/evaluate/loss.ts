/** Gives the logits of the next token. */
export interface Decoder {
  step(token: number): ArrayLike<number>
}

/** `-log softmax(logits)[token]`, in nats. */
export function negativeLogLikelihood(logits: ArrayLike<number>, token: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest)
  return Math.log(sum) - (logits[token]! - largest)
}

/**
 * Mean loss over texts, in nats per predicted token.
 *
 * @param texts tokens of each text, from its first on; the first one is not predicted
 * @param open makes a decoder at position 0
 * @param onToken called with the number of predicted tokens so far, now and then; awaited
 */
export async function meanLoss(
  texts: readonly (readonly number[])[],
  open: () => Decoder,
  onToken: (done: number) => void | Promise<void> = () => {},
): Promise<number> {
  let total = 0
  let count = 0
  for (const tokens of texts) {
    const decoder = open()
    for (let i = 0; i + 1 < tokens.length; i++) {
      total += negativeLogLikelihood(decoder.step(tokens[i]!), tokens[i + 1]!)
      count++
      if (count % 32 === 0) await onToken(count)
    }
  }
  return count === 0 ? 0 : total / count
}
