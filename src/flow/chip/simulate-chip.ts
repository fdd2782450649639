import { InputError } from '../../common/input-error.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { openChip, openSampler, type SamplingOptions } from '../../host/index.js'
import type { ChipAdapter } from '../../quantize/index.js'
import { type EngineName, openEngine } from '../../sim/index.js'
import type { Progress } from '../progress.js'
import { adaptedSteps } from './adapted-steps.js'
import type { LoadedChip } from './chip-steps.js'
import { type Divergence, findDivergence } from './divergence/find-divergence.js'
import { type AdapterReport, type AdapterUse, SimulatedAdapters } from './simulated-adapters.js'

export interface SimulationRequest {
  readonly prompt: string
  /** Tokens of the answer at the most. */
  readonly tokens: number
  readonly engine: EngineName
  /** Compare every token with the golden model. */
  readonly check: boolean
  /** Draws the tokens; the chip takes the largest logit without. */
  readonly sampling?: SamplingOptions
  /** Adapters of the chip, with slots for them. */
  readonly adapters?: AdapterUse & { readonly adapters: readonly ChipAdapter[] }
  readonly wave?: string
  readonly docker?: string
}

/** A token that differs from the golden model's, or has other logits. */
export interface TokenDifference {
  readonly position: number
  readonly expected: number
  readonly simulated: number
  /** The first of the logits that differs. */
  readonly logit?: { readonly token: number; readonly expected: number; readonly simulated: number }
  /** Where the chip first computes something else; undefined when the embedded engine does not show the difference. */
  readonly divergence?: Divergence
}

export interface ChipSimulation {
  readonly engine: EngineName
  readonly text: string
  /** How the tokens were drawn, when they were. */
  readonly sampling?: SamplingOptions
  readonly adapter?: AdapterReport
  readonly promptTokens: number
  readonly tokens: readonly number[]
  /** Clock cycles of each token of the answer. */
  readonly cycles: readonly number[]
  /** Tokens whose cycles differ from the schedule's. */
  readonly unscheduled: number
  /** Tokens per second of this simulation, and of the chip at its clock. */
  readonly simulatedTokensPerSecond: number
  readonly chipTokensPerSecond: number
  readonly checked: boolean
  readonly difference?: TokenDifference
}

/**
 * Runs a prompt through the chip, and its golden model beside it.
 *
 * @param onText gets the answer's text as the tokens come
 */
export async function simulateChip(
  chip: LoadedChip,
  request: SimulationRequest,
  onText: (text: string) => void,
  progress: Progress,
): Promise<ChipSimulation> {
  const { shape, schedule, tokenizer, model, config } = chip
  const prompt = tokenizer.encode(request.prompt)
  if (prompt.length > shape.positions) {
    throw new InputError(
      `the prompt has ${prompt.length} tokens, the cache ${shape.positions} positions`,
      { field: '--prompt' },
    )
  }
  const { adapters: use } = request
  const adapters = use && new SimulatedAdapters(chip, use.adapters, use, prompt.length)
  const engine = await progress.step(`building the simulation (${request.engine})`, (update) =>
    openEngine(chip.design, {
      engine: request.engine,
      emitted: chip.emitted,
      onProgress: update,
      ...(request.docker === undefined ? {} : { docker: request.docker }),
      ...(request.wave === undefined ? {} : { waves: { file: request.wave } }),
    }),
  )
  const format = { ...shape, digitBits: shape.bits, kvFormat: config.kv.format }
  const goldenStep = adaptedSteps(new ChipDecoder(model, format), adapters)
  const text = tokenizer.stream()
  for (const token of prompt) text.write(token)
  const sampler = request.sampling === undefined ? {} : { sampler: openSampler(request.sampling) }
  const tokens: number[] = []
  const cycles: number[] = []
  let unscheduled = 0
  let written = ''
  let difference: TokenDifference | undefined
  let start = 0
  const write = (part: string) => {
    written += part
    onText(part)
  }
  try {
    const host = openChip(engine)
    await adapters?.load(host, progress)
    start = performance.now()
    const answer = host.generate(prompt, {
      maxTokens: request.tokens,
      logits: request.check,
      ...(adapters && { adapterAt: (position: number) => adapters.slotAt(position) }),
      ...sampler,
    })
    for (const given of answer) {
      if (request.check) {
        const inputs = tokens.length === 0 ? prompt : [tokens.at(-1)!]
        let logits: Float32Array = new Float32Array()
        for (const token of inputs) logits = goldenStep(token)
        const expected = argmax(logits)
        const logit = differingLogit(logits, given.logits!)
        if (expected !== given.chipToken || logit !== undefined) {
          const sampled = request.sampling !== undefined
          const divergence = await progress.step('looking for the first difference', () =>
            findDivergence(chip, model, format, {
              prompt,
              answered: tokens,
              sampled,
              ...(adapters && { adapters }),
            }),
          )
          difference = {
            position: given.position,
            expected,
            simulated: given.chipToken,
            ...(logit === undefined ? {} : { logit }),
            ...(divergence === undefined ? {} : { divergence }),
          }
          break
        }
      }
      tokens.push(given.token)
      cycles.push(given.cycles)
      if (given.cycles !== tokenCycles(schedule, given.position)) unscheduled++
      if (given.token === tokenizer.eos) break
      write(text.write(given.token))
      await new Promise(setImmediate)
    }
    write(text.end())
  } finally {
    engine.close()
  }
  const seconds = (performance.now() - start) / 1000
  const total = cycles.reduce((sum, count) => sum + count, 0)
  return {
    engine: request.engine,
    text: written,
    promptTokens: prompt.length,
    ...(request.sampling === undefined ? {} : { sampling: request.sampling }),
    ...(adapters && { adapter: adapters.report }),
    tokens,
    cycles,
    unscheduled,
    simulatedTokensPerSecond: tokens.length / seconds,
    chipTokensPerSecond: (tokens.length * config.clockMHz * 1e6) / total,
    checked: request.check,
    ...(difference === undefined ? {} : { difference }),
  }
}

/** The first logit whose bits differ; one that did not come is NaN. */
function differingLogit(
  expected: Float32Array,
  simulated: Float32Array,
): TokenDifference['logit'] | undefined {
  const [right, given] = [patternsOf(expected), patternsOf(simulated)]
  const token = right.findIndex((pattern, i) => pattern !== given[i])
  if (token < 0) return undefined
  return { token, expected: expected[token]!, simulated: simulated[token] ?? Number.NaN }
}

function patternsOf(numbers: Float32Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length)
}
