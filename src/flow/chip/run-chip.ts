import type { Schedule } from '../../compiler/schedule.js'
import type { Engine } from '../../sim/index.js'
import { ChipPins } from './chip-pins.js'

/** A token of an answer. */
export interface GivenToken {
  readonly token: number
  readonly last: boolean
  /** Clock cycles from the token before (for the first one, from the last prompt token's start). */
  readonly cycles: number
  /** What the schedule says. */
  readonly scheduledCycles: number
  /** Those that the token is the largest of, when they were asked for. */
  readonly logits?: Float32Array
}

export interface RunOptions {
  /** Read the logits at their port. */
  readonly logits?: boolean
}

/** Cycles of a token at a position. */
export function tokenCycles(
  { cycles, cyclesPerPosition }: Pick<Schedule, 'cycles' | 'cyclesPerPosition'>,
  position: number,
): number {
  return cycles + position * cyclesPerPosition
}

/** Cycles at the end of a token in which its logits come. */
function logitCycles({ cycles, activities }: Pick<Schedule, 'cycles' | 'activities'>): number {
  return cycles - 1 - activities.find(({ name }) => name === 'logits')!.start
}

/**
 * Gives a chip a prompt after a reset and yields the tokens of its answer as they come.
 *
 * @param most tokens at the most; 0 leaves the end to the chip
 * @throws Error when the chip does not answer in ten times the scheduled time
 */
export function* runChip(
  engine: Engine,
  schedule: Schedule,
  prompt: readonly number[],
  most: number,
  options: RunOptions = {},
): Generator<GivenToken, void> {
  const pins = new ChipPins(engine)
  pins.reset()
  sendRequest(pins, prompt, most)
  yield* answers(pins, schedule, prompt.length, options)
}

/** Gives a prompt to a chip that waits for one. */
export function sendRequest(pins: ChipPins, prompt: readonly number[], most: number): void {
  pins.writeRegister('MAX_TOKENS', most)
  pins.sendPrompt(prompt)
}

/** The answer to a prompt of so many tokens, whose last one was sent by the last clock edge. */
export function* answers(
  pins: ChipPins,
  schedule: Schedule,
  promptTokens: number,
  options: RunOptions = {},
): Generator<GivenToken, void> {
  let start = pins.cycles
  for (let position = promptTokens - 1; ; position++) {
    const scheduledCycles = tokenCycles(schedule, position)
    const early = start + scheduledCycles - 1 - pins.cycles
    const window = options.logits === true ? logitCycles(schedule) : 0
    if (early > window) pins.step(early - window)
    const logits = window > 0 ? pins.stepReadingLogits(window) : undefined
    if (pins.waitForToken(10 * scheduledCycles) === undefined) {
      throw new Error(`no token at position ${position} after ${pins.cycles - start} cycles`)
    }
    const cycles = pins.cycles - start
    start = pins.cycles
    const { token, last } = pins.takeToken()
    yield { token, last, cycles, scheduledCycles, ...(logits === undefined ? {} : { logits }) }
    if (last) return
  }
}
