import { type Command, InvalidArgumentError } from 'commander'
import { InputError } from '../common/input-error.js'
import type { SamplingOptions } from '../host/index.js'

/** Options of `simulate` that say how tokens are drawn, as far as they were given. */
export interface SamplingFlags {
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly seed?: string
}

export function addSamplingOptions(command: Command): void {
  const number = (says: string, holds: (value: number) => boolean) => (text: string) => {
    if (!/^[0-9.]+(e-?[0-9]+)?$/.test(text) || !holds(Number(text))) {
      throw new InvalidArgumentError(says)
    }
    return Number(text)
  }
  command
    .option(
      '--temperature <t>',
      'draw tokens, from logits divided by this (the largest logit is taken, as with 0)',
      number('A number from 0 on.', (t) => t >= 0 && t < Number.POSITIVE_INFINITY),
    )
    .option(
      '--top-k <k>',
      'draw from the k likeliest tokens',
      number('A whole number from 1 on.', (k) => Number.isInteger(k) && k >= 1),
    )
    .option(
      '--top-p <p>',
      'draw from the fewest tokens that have this probability together',
      number('A number above 0, at most 1.', (p) => p > 0 && p <= 1),
    )
}

/**
 * How tokens are to be drawn; undefined when the chip is to take the largest logit.
 *
 * @throws InputError for options of which one leaves nothing for another
 */
export function samplingOf(flags: SamplingFlags): SamplingOptions | undefined {
  const { temperature, topK, topP, seed } = flags
  const cuts = topK !== undefined || topP !== undefined
  const draws = temperature === undefined ? cuts : temperature > 0
  if (!draws) {
    const useless = Object.entries({ '--top-k': topK, '--top-p': topP, '--seed': seed })
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name)
    if (useless.length > 0) {
      throw new InputError(
        'without a draw there is nothing to choose: the largest logit is taken',
        { field: useless.join(', ') },
        'a --temperature above 0',
      )
    }
    return undefined
  }
  if (seed !== undefined && !/^[0-9]{1,9}$/.test(seed)) {
    throw new InputError(`${seed} is no whole number of up to nine digits`, { field: '--seed' })
  }
  return {
    seed: Number(seed ?? 1),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
  }
}
