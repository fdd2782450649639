import { InputError } from '../common/input-error.js'
import { Random } from '../common/random.js'

/** Chooses a token by its logits, one of every token of the vocabulary. */
export type Sampler = (logits: Float32Array) => number

/** Which tokens can be drawn, and how likely: `temperature` changes the logits, then `topK` cuts, then `topP`. */
export interface Distribution {
  /** Divides the logits: below 1 likely tokens become likelier, and 0 leaves the largest logit alone. 1 by default. */
  readonly temperature?: number
  /** Only so many tokens, the likeliest. */
  readonly topK?: number
  /** Only the nucleus: the fewest tokens, likeliest first, which have this probability together; above 0, at most 1. */
  readonly topP?: number
}

export interface SamplingOptions extends Distribution {
  /** A 32-bit integer; equal seeds choose equal tokens. */
  readonly seed: number
}

/** A token and its probability. */
export interface LikelyToken {
  readonly token: number
  readonly probability: number
}

/**
 * Draws tokens from {@link distribution}.
 *
 * @throws InputError for options out of range
 */
export function openSampler({ seed, ...options }: SamplingOptions): Sampler {
  checkDistribution(options)
  const random = spread(seed)
  return (logits) => {
    const likely = distribution(logits, options)
    let left = random.fraction()
    const drawn = likely.find(({ probability }) => {
      left -= probability
      return left < 0
    })
    return (drawn ?? likely[0]!).token
  }
}

/**
 * The tokens that can be drawn, likeliest first (among equals the first one, as the chip does), with probabilities that add up
 * to 1. The nucleus is that of Holtzman et al., arXiv 1904.09751.
 *
 * @param logits finite, at least one
 */
export function distribution(
  logits: Float32Array,
  { temperature = 1, topK = logits.length, topP = 1 }: Distribution,
): LikelyToken[] {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b)
  const largest = logits[order[0]!]!
  const kept = order.slice(0, temperature === 0 ? 1 : topK)
  const weights = kept.map((token) =>
    temperature === 0 ? 1 : Math.exp((logits[token]! - largest) / temperature),
  )
  const count = topP === 1 ? weights.length : nucleus(weights, topP)
  const sum = total(weights.slice(0, count))
  return kept.slice(0, count).map((token, i) => ({ token, probability: weights[i]! / sum }))
}

/** How many of the largest weights have the part `p` of all. */
function nucleus(weights: readonly number[], p: number): number {
  const enough = p * total(weights)
  let sum = 0
  const last = weights.findIndex((weight) => {
    sum += weight
    return sum >= enough
  })
  return last + 1
}

function total(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0)
}

/**
 * Random numbers that have nothing in common for neighbouring seeds: the finaliser of MurmurHash3 (Appleby) spreads the seed,
 * and the generator's first numbers, in which few of its bits have an effect, are left out.
 */
function spread(seed: number): Random {
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  const random = new Random(mixed ^ (mixed >>> 16))
  for (let skipped = 0; skipped < 8; skipped++) random.fraction()
  return random
}

function checkDistribution({ temperature = 1, topK = 1, topP = 1 }: Distribution): void {
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new InputError(`is a number from 0 on, not ${temperature}`, { field: 'temperature' })
  }
  if (!(Number.isInteger(topK) && topK >= 1)) {
    throw new InputError(`is a whole number from 1 on, not ${topK}`, { field: 'topK' })
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new InputError(`is above 0 and at most 1, not ${topP}`, { field: 'topP' })
  }
}
