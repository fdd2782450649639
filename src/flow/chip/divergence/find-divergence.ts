import type { ChipFormat } from '../../../golden/index.js'
import type { Design } from '../../../hdl/index.js'
import { openChip } from '../../../host/index.js'
import type { ChipModel } from '../../../quantize/index.js'
import { ProbedEngine, type Recording } from '../../../sim/index.js'
import type { AdaptersInUse } from '../adapted-steps.js'
import type { BuiltChip } from '../build-chip.js'
import { goldenValues } from './golden-values.js'
import { numberOf, type Tap, type TappedOperation } from './tap.js'
import { tapsOf } from './taps.js'

/** The first number within a chip that is not the golden model's. */
export interface Divergence {
  readonly position: number
  readonly operation: TappedOperation
  /** -1 outside the layers. */
  readonly layer: number
  /** Number within the operation's vector. */
  readonly element: number
  /** Hierarchical name of the signal, and its lane. */
  readonly signal: string
  readonly lane: number
  /** Cycle of the token, 0 being that of its first instruction. */
  readonly cycle: number
  readonly expected: number
  readonly simulated: number
}

/** A request whose last token so far differs. */
export interface Request {
  readonly prompt: readonly number[]
  /** Tokens that the chip gave before. */
  readonly answered: readonly number[]
  /** The host chose them. */
  readonly sampled: boolean
  readonly adapters?: AdaptersInUse
}

const start = 'u_controller.vector_start_o'
const operation = 'u_controller.vector_operation_o'
/** The operation with which a token starts: `embed`. */
const firstOperation = 0n

/**
 * Runs a request again in the embedded engine and compares the numbers within the chip with the golden model's, in the
 * order of their cycles; of the prompt's tokens too, when the first token of the answer differs.
 *
 * @returns undefined when all numbers are equal
 */
export function findDivergence(
  chip: BuiltChip & { readonly design: Design },
  model: ChipModel,
  format: ChipFormat,
  request: Request,
): Divergence | undefined {
  const { prompt, answered, adapters } = request
  const tokens = [...prompt, ...answered]
  const first = answered.length === 0 ? 0 : tokens.length - 1
  const values = [...goldenValues(model, format, tokens, first, adapters)]
  const taps = values.map((golden) =>
    tapsOf(chip, model, format.kvFormat, golden, golden.position >= prompt.length - 1),
  )
  const signals = new Set(taps.flat().map(({ signal }) => signal))
  const engine = new ProbedEngine(chip.design.flat, [start, operation, ...signals])
  try {
    const recording = record(engine, request)
    const starts = tokenStarts(recording)
    for (const [i, ofToken] of taps.entries()) {
      const found = firstDifference(recording, starts[i], ofToken)
      if (found !== undefined) return { position: first + i, ...found }
    }
    return undefined
  } finally {
    engine.close()
  }
}

/** The cycles of the token that differs; of the first one, with the prompt. */
function record(engine: ProbedEngine, { prompt, answered, sampled, adapters }: Request): Recording {
  let given = 0
  const sampler = () => answered[given++] ?? 0
  const host = openChip(engine)
  for (const frame of adapters?.frames ?? []) host.loadAdapter(frame)
  const run = host.generate(prompt, {
    ...(sampled && { sampler }),
    ...(adapters && { adapterAt: (position: number) => adapters.slotAt(position) }),
  })
  for (let before = 0; before < answered.length; before++) run.next()
  engine.startRecording()
  run.next()
  return engine.takeRecording()
}

/** The cycles in which the first instruction's unit starts. */
function tokenStarts(recording: Recording): number[] {
  return Array.from({ length: recording.cycles }, (_, cycle) => cycle).filter(
    (cycle) =>
      recording.at(start, cycle) === 1n && recording.at(operation, cycle) === firstOperation,
  )
}

function firstDifference(
  recording: Recording,
  startCycle: number | undefined,
  taps: readonly Tap[],
): Omit<Divergence, 'position'> | undefined {
  for (const { bits, numbers, expected, ...tap } of taps) {
    const cycle = (startCycle ?? 0) + tap.cycle
    if (cycle >= recording.cycles) continue
    const lane = recording.at(tap.signal, cycle) >> BigInt(tap.lane * bits)
    const simulated = BigInt.asUintN(bits, lane)
    if (simulated === expected) continue
    return {
      ...tap,
      expected: numberOf(expected, bits, numbers),
      simulated: numberOf(simulated, bits, numbers),
    }
  }
  return undefined
}
