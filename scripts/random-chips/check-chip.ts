import { Random } from '../../src/common/random.js'
import { adapterImage } from '../../src/compiler/adapter-image.js'
import { parseChipConfig } from '../../src/compiler/chip-config.js'
import { tokenCycles } from '../../src/compiler/schedule.js'
import { type BuiltChip, buildChip } from '../../src/flow/chip/build-chip.js'
import { argmax, ChipDecoder } from '../../src/golden/index.js'
import { type Design, elaborate } from '../../src/hdl/index.js'
import { type ChipHost, openChip } from '../../src/host/index.js'
import type { AdapterRank, ChipAdapter, ChipModel } from '../../src/quantize/index.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import type { Engine } from '../../src/sim/index.js'
import type { ChipCase } from './chip-case.js'
import { randomAdapter } from './random-adapter.js'
import { randomModel } from './random-model.js'

/** A chip of a case with its model. */
export interface CaseChip extends BuiltChip {
  readonly model: ChipModel
  readonly design: Design
}

/** @throws InputError for a shape that is refused; Error, DesignError for faults of the generator */
export function buildCase({ seed, scales, model: config, settings }: ChipCase): CaseChip {
  const chipConfig = parseChipConfig(settings)
  const model = randomModel(config, { ...chipConfig, seed, scales })
  const built = buildChip(chipConfig, model)
  return { ...built, model, design: elaborate(built.definition) }
}

/** The first thing in which a chip differs from its golden model or its schedule. */
export interface Difference {
  /** 0 or 1. */
  readonly request: number
  readonly position: number
  readonly what: 'logit' | 'token' | 'cycles' | 'last'
  /** Number of the logit; none when it is their number that differs. */
  readonly index?: number
  readonly expected: unknown
  readonly simulated: unknown
}

export interface CheckedChip {
  readonly tokens: number
  /** Of the answers' tokens. */
  readonly cycles: number
  readonly difference: Difference | undefined
}

/** {@link checkChip} in the embedded engine. */
export function checkCase(given: ChipCase, chip: CaseChip): CheckedChip {
  const engine = openEmbedded(chip.design.flat)
  try {
    return checkChip(given, chip, engine)
  } finally {
    engine.close()
  }
}

/**
 * Two requests, one after the other, until the cache is full: every logit, every token, every token's cycles. In the second
 * one the host draws the tokens. Adapters are loaded before each request, and one of them or none is chosen for each token.
 */
export function checkChip(given: ChipCase, chip: CaseChip, engine: Engine): CheckedChip {
  const { schedule, shape, model } = chip
  const { kv } = parseChipConfig(given.settings)
  const random = new Random(given.seed)
  const host = openChip(engine, { patience: 20 * schedule.cycles })
  let [tokens, cycles] = [0, 0]
  for (const [request, length] of given.prompts.entries()) {
    const golden = new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: kv.format })
    const prompt = Array.from({ length }, () => random.integer(0, shape.vocabulary - 1))
    const adapters = loadAdapters(given, chip, host, request)
    const choose = () => chooseAdapter(adapters, host, random)
    let chosen = choose()
    golden.useAdapter(chosen)
    for (const token of prompt.slice(0, -1)) golden.step(token)
    let token = prompt.at(-1)!
    const draws = { sampler: () => random.integer(0, shape.vocabulary - 1) }
    for (const answer of host.generate(prompt, request === 0 ? { logits: true } : draws)) {
      const position = golden.position
      const logits = golden.step(token)
      const expected = argmax(logits)
      token = answer.token
      tokens++
      cycles += answer.cycles
      const found =
        firstLogit(logits, answer.logits!) ??
        differing('token', expected, answer.chipToken) ??
        differing('cycles', tokenCycles(schedule, position), answer.cycles) ??
        differing('last', position === shape.positions - 1, answer.last)
      if (found !== undefined) {
        return { tokens, cycles, difference: { request, position, ...found } }
      }
      const before = chosen
      chosen = choose()
      // Unless the host draws the next token, the chip has started with it.
      golden.useAdapter(request === 0 ? before : chosen)
    }
  }
  return { tokens, cycles, difference: undefined }
}

/** Fills both slots of a chip that has any. */
function loadAdapters(
  { seed, adapters }: ChipCase,
  chip: CaseChip,
  host: ChipHost,
  request: number,
): readonly ChipAdapter[] {
  const { adapter: slots, group } = chip.shape
  if (slots === undefined || adapters === undefined) return []
  host.selectAdapter(undefined)
  return adapters.map((given, slot) => {
    const format = { seed: seed + 2 * request + slot, rank: slots.rank as AdapterRank, group }
    const adapter = randomAdapter(chip.model.config, given, format)
    host.loadAdapter(adapterImage(chip, adapter, slot))
    return adapter
  })
}

/** For the next token that starts. */
function chooseAdapter(
  adapters: readonly ChipAdapter[],
  host: ChipHost,
  random: Random,
): ChipAdapter | undefined {
  if (adapters.length === 0) return undefined
  const slot = ([undefined, 0, 1] as const)[random.integer(0, 2)]
  host.selectAdapter(slot)
  return slot === undefined ? undefined : adapters[slot]
}

type Finding = Omit<Difference, 'request' | 'position'>

function differing(
  what: Difference['what'],
  expected: unknown,
  simulated: unknown,
): Finding | undefined {
  return expected === simulated ? undefined : { what, expected, simulated }
}

function firstLogit(expected: Float32Array, simulated: Float32Array): Finding | undefined {
  if (expected.length !== simulated.length) {
    return { what: 'logit', expected: expected.length, simulated: simulated.length }
  }
  const index = expected.findIndex((logit, i) => !Object.is(logit, simulated[i]))
  if (index < 0) return undefined
  return { what: 'logit', index, expected: expected[index], simulated: simulated[index] }
}
