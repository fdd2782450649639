import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint, type Tokenizer } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import type { ModelShapeName } from '../../compiler/model-shapes.js'
import { tokenReport } from '../../compiler/token-report.js'
import { type EmittedDesign, emitDesign, writeDesign } from '../../emit/index.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { type Design, elaborate } from '../../hdl/index.js'
import type { ChipModel } from '../../quantize/index.js'
import { type EngineName, openEngine } from '../../sim/index.js'
import { type AreaReport, openCache, openYosys, synthesize } from '../../synth/index.js'
import { tokenizerOf } from '../evaluate/evaluate.js'
import { type LintResult, lintDesign } from '../lint.js'
import type { Progress } from '../progress.js'
import { quantizedModel } from '../quantize/quantized-model.js'
import { type BuiltChip, buildChip } from './build-chip.js'
import { bundledModel } from './bundled-model.js'
import { type Divergence, findDivergence } from './divergence/find-divergence.js'
import type { ChipPlan } from './plan-chip.js'
import { runChip } from './run-chip.js'
import { structuralChip } from './structural-chip.js'

/** A chip that is generated, perhaps without weights. */
export interface GeneratedChip extends ChipPlan {
  readonly config: ChipConfig
  readonly design: Design
  readonly emitted: EmittedDesign
}

/** A chip with all that its commands need. */
export interface LoadedChip extends GeneratedChip, BuiltChip {
  readonly placement: BuiltChip['placement']
  readonly model: ChipModel
  readonly tokenizer: Tokenizer
}

/** Generates the chip of a shape, with placeholders in its ROMs. */
export async function loadStructure(
  config: ChipConfig,
  name: ModelShapeName,
  progress: Progress,
): Promise<GeneratedChip> {
  const built = await progress.step('scheduling', () => structuralChip(config, name))
  return { ...built, ...(await generated(built, progress)), config }
}

async function generated(
  { definition }: Pick<BuiltChip, 'definition'>,
  progress: Progress,
): Promise<Pick<GeneratedChip, 'design' | 'emitted'>> {
  const design = await progress.step('elaborating', () => elaborate(definition))
  const emitted = await progress.step('emitting', () => emitDesign(design))
  return { design, emitted }
}

/**
 * Reads and quantises the model of a configuration (the bundled one by default), and generates its chip.
 *
 * @throws InputError for faults of configuration and checkpoint
 */
export async function loadChip(
  config: ChipConfig,
  tokenizerFile: string | undefined,
  progress: Progress,
): Promise<LoadedChip> {
  const checkpoint = await openCheckpoint(config.model ?? bundledModel())
  try {
    const tokenizer = await tokenizerOf(checkpoint, tokenizerFile)
    const calibration = { bos: tokenizer.bos }
    const model = await quantizedModel(
      checkpoint,
      config.quantizer === 'calibrated' ? { ...config, calibration } : config,
      progress,
    )
    const built = await progress.step('scheduling', () => buildChip(config, model))
    return { ...built, ...(await generated(built, progress)), config, model, tokenizer }
  } finally {
    await checkpoint.close()
  }
}

/** Writes the design with its lists, and the schedule with where a token's cycles go. */
export async function writeChip(
  { emitted, schedule, config }: GeneratedChip,
  out: string,
): Promise<void> {
  const clocks = [{ port: 'clk_i', periodNs: 1000 / config.clockMHz }]
  await writeDesign(emitted, out, { clocks })
  const contents = { ...schedule, token: tokenReport(schedule) }
  await writeFile(join(out, 'schedule.json'), `${JSON.stringify(contents, null, 1)}\n`)
}

export async function lintChip(
  { emitted }: GeneratedChip,
  which: 'wasm' | 'native',
  onProgress: (message: string) => void,
): Promise<LintResult[]> {
  const yosys = openYosys({ engine: which })
  try {
    return await lintDesign(emitted, yosys, { cache: openCache('lint'), onProgress })
  } finally {
    yosys.close()
  }
}

export async function synthesizeChip(
  { emitted }: GeneratedChip,
  liberty: readonly string[],
  which: 'wasm' | 'native',
  onProgress: (message: string) => void,
): Promise<AreaReport> {
  const yosys = openYosys({ engine: which })
  try {
    return await synthesize(emitted, { yosys, liberty: [...liberty], onProgress })
  } finally {
    yosys.close()
  }
}

export interface SimulationRequest {
  readonly prompt: string
  /** Tokens of the answer at the most. */
  readonly tokens: number
  readonly engine: EngineName
  /** Compare every token with the golden model. */
  readonly check: boolean
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
  const golden = new ChipDecoder(model, format)
  const text = tokenizer.stream()
  for (const token of prompt) text.write(token)
  const tokens: number[] = []
  const cycles: number[] = []
  let unscheduled = 0
  let written = ''
  let difference: TokenDifference | undefined
  const write = (part: string) => {
    written += part
    onText(part)
  }
  const start = performance.now()
  try {
    const options = { logits: request.check }
    for (const given of runChip(engine, schedule, prompt, request.tokens, options)) {
      if (request.check) {
        const inputs = tokens.length === 0 ? prompt : [tokens.at(-1)!]
        let logits: Float32Array = new Float32Array()
        for (const token of inputs) logits = golden.step(token)
        const expected = argmax(logits)
        const logit = differingLogit(logits, given.logits!)
        if (expected !== given.token || logit !== undefined) {
          const divergence = await progress.step('looking for the first difference', () =>
            findDivergence(chip, model, format, { prompt, answered: tokens }),
          )
          difference = {
            position: golden.position - 1,
            expected,
            simulated: given.token,
            ...(logit === undefined ? {} : { logit }),
            ...(divergence === undefined ? {} : { divergence }),
          }
          break
        }
      }
      tokens.push(given.token)
      cycles.push(given.cycles)
      if (given.cycles !== given.scheduledCycles) unscheduled++
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
