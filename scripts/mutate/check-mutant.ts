import { adapterFrame } from '../../src/compiler/adapter-frame.js'
import { adapterHeader } from '../../src/compiler/adapter-layout.js'
import { DiagnosticSink } from '../../src/hdl/diagnostics/diagnostic.js'
import { checkLoops } from '../../src/hdl/elaborate/check-loops.js'
import { flatten } from '../../src/hdl/elaborate/flatten.js'
import type { ModuleNode } from '../../src/hdl/ir/module-node.js'
import { portsOf } from '../../src/hdl/ir/module-node.js'
import { replaceModule } from '../../src/hdl/ir/rewrite-module.js'
import { type AnswerOptions, ChipHost } from '../../src/host/chip-host.js'
import { ChipPins } from '../../src/host/chip-pins.js'
import { type EmbeddedEngine, openEmbedded } from '../../src/sim/embedded/index.js'
import type { Engine } from '../../src/sim/index.js'
import { type CaseChip, checkChip } from '../random-chips/check-chip.js'
import type { ChipCase } from '../random-chips/chip-case.js'
import type { Mutant } from './mutants.js'

/** What finds a mutant. */
export type Verdict =
  /** The chip's logits, tokens, cycles or answers to its host differ, or an assertion fails. */
  | { readonly found: 'chip'; readonly how: string }
  /** The module alone answers random inputs otherwise; its unit test compares it with exact arithmetic. */
  | { readonly found: 'module'; readonly how: string }
  | { readonly found: undefined; readonly how?: undefined }

/** Whether the flipped module has a combinational loop, which the generator refuses. */
export function isRefused(mutant: Mutant): boolean {
  const sink = new DiagnosticSink()
  checkLoops(mutant.mutated(), sink)
  return sink.diagnostics.length > 0
}

/** Runs the chip with a module flipped, and when it shows nothing the module alone. */
export function checkMutant(given: ChipCase, chip: CaseChip, mutant: Mutant): Verdict {
  const flipped = mutant.mutated()
  const how = chipDifference(given, chip, replaceModule(chip.design.top, mutant.module, flipped))
  if (how !== undefined) return { found: 'chip', how }
  const cycle = moduleDifference(mutant.module, flipped)
  return cycle === undefined
    ? { found: undefined }
    : { found: 'module', how: `differs in cycle ${cycle}` }
}

/** How a chip shows that it is not the one that was generated; undefined when it does not. */
export function chipDifference(
  given: ChipCase,
  chip: CaseChip,
  top: ModuleNode,
): string | undefined {
  let engine: EmbeddedEngine | undefined
  try {
    engine = openEmbedded(flatten(top))
    const { difference } = checkChip(given, chip, engine)
    if (difference !== undefined) {
      const { what, request, position } = difference
      return `${what} at position ${position} of request ${request}`
    }
    return hostDifference(chip, engine)
  } catch (error) {
    return String((error as Error).message).split('\n')[0]
  } finally {
    engine?.close()
  }
}

/** What a host sees apart from tokens: registers, ends of answers, a prompt that does not fit. */
function hostDifference(chip: CaseChip, engine: Engine): string | undefined {
  const { schedule, shape } = chip
  const pins = new ChipPins(engine, 20 * schedule.cycles)
  const host = new ChipHost(pins)
  const answer = (options: AnswerOptions) => [...host.generate([0], options)]
  const [first, second] = answer({ maxTokens: 2 })
  if (first === undefined || second?.last !== true) return 'the limit of tokens'
  const { busy, position } = host.status()
  if (position !== 1) return 'register POSITION'
  if (busy) return 'register STATUS'
  if (pins.readRegister('MAX_TOKENS') !== 2) return 'register MAX_TOKENS'
  if (answer({ stopToken: first.token }).length !== 1) return 'the stop token'
  if (pins.readRegister('STOP_TOKEN') !== 2 ** 31 + first.token) return 'register STOP_TOKEN'
  const tokens = answer({}).map(({ token }) => token)
  const slow: number[] = []
  for (const { token } of host.generate([0])) {
    slow.push(token)
    pins.step(2 * schedule.cycles)
  }
  if (slow.join() !== tokens.join()) return 'an answer that is taken slowly'
  answer({ maxTokens: 1 })
  if ([...host.continueText([])].length !== shape.positions - 1) return 'a text that goes on'
  pins.writeRegister('CONTROL', 0)
  for (let i = shape.positions + 2; i >= 0; i--) pins.sendPromptToken(0, i === 0)
  pins.step(schedule.cycles)
  if (!host.status().promptOverflow) return 'the overflow of a prompt'
  if (answer({ maxTokens: 1 })[0]?.token !== first.token) return 'the answer after an overflow'
  return shape.adapter && adapterDifference(chip, pins, host)
}

/** What a host sees of adapters: their layout, and what becomes of frames. */
function adapterDifference(
  { shape, placement }: CaseChip,
  pins: ChipPins,
  host: ChipHost,
): string | undefined {
  const header = adapterHeader(shape, placement.adapters!)
  if (pins.readRegister('ADAPTER_LAYOUT') !== header.at(-2)) return 'register ADAPTER_LAYOUT'
  const frame = adapterFrame({ slot: 0, header, payload: new Uint32Array(header.at(-1)!) })
  const statusOf = (words: Uint32Array) => {
    pins.startAdapter(words)
    pins.sendAdapterWords(words.length)
    const { lastFrame, loaded, loading, frames } = host.adapterStatus()
    return JSON.stringify([lastFrame, loaded, loading, frames])
  }
  const expected = (...status: unknown[]) => JSON.stringify(status)
  const changed = (at: number) => frame.map((word, i) => (i === at ? word ^ 2 : word))
  if (statusOf(frame) !== expected('loaded', [true, false], false, 1)) return 'a frame'
  host.selectAdapter(0)
  const refusals = [
    [changed(0), 'bad magic'],
    [changed(1), 'no such slot'],
    [changed(5), 'wrong shape'],
    [changed(7), 'wrong length'],
    [frame.subarray(0, 5), 'truncated'],
    [frame, 'slot in use'],
  ] as const
  for (const [i, [words, status]] of refusals.entries()) {
    const wanted = expected(status, [true, false], false, i + 2)
    if (statusOf(words) !== wanted) return `a frame: ${status}`
  }
  host.selectAdapter(undefined)
  const overLong = Uint32Array.of(...frame, 0)
  if (statusOf(overLong) !== expected('over-long', [false, false], false, 8)) return 'over-long'
  const last = frame.length - 1
  if (statusOf(changed(last)) !== expected('wrong CRC', [false, false], false, 9)) return 'CRC'
  return undefined
}

const moduleCycles = 50_000

/** The first cycle in which two modules answer the same random inputs differently. */
function moduleDifference(module: ModuleNode, flipped: ModuleNode): number | undefined {
  const engines = [module, flipped].map((top) => openEmbedded(flatten(top), { checks: 'collect' }))
  const inputs = portsOf(module).filter(({ kind, role }) => kind === 'input' && role !== 'clock')
  const words = inputs.map(({ width }) => Math.ceil(width / 32))
  const size = words.reduce((sum, count) => sum + count, 0)
  const stimulus = new Uint32Array(size * moduleCycles)
  let state = 1
  const word = () => {
    // xorshift32 (Marsaglia 2003): both modules see the same numbers.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  for (let cycle = 0, at = 0; cycle < moduleCycles; cycle++) {
    for (const [i, { role, width }] of inputs.entries()) {
      for (let w = 0; w < words[i]!; w++) {
        const bits = Math.min(32, width - 32 * w)
        const kept = 2 ** bits - 1
        stimulus[at++] = role === 'reset' ? (cycle > 1 ? 1 : 0) : (word() & kept) >>> 0
      }
    }
  }
  const clockPort = engines[0]!.ports.findIndex(({ role }) => role === 'clock')
  if (clockPort < 0) return combinationalDifference(engines, stimulus, size)
  const [a, b] = engines.map((engine) =>
    engine.runVectors({ clockPort, cycles: moduleCycles, stimulus }),
  )
  const at = a!.findIndex((value, i) => value !== b![i])
  return at < 0 ? undefined : Math.floor(at / (a!.length / moduleCycles))
}

function combinationalDifference(
  engines: readonly EmbeddedEngine[],
  stimulus: Uint32Array,
  size: number,
): number | undefined {
  const { ports } = engines[0]!
  for (let cycle = 0; cycle < moduleCycles; cycle++) {
    let at = cycle * size
    for (const [port, { direction, width }] of ports.entries()) {
      if (direction === 'output') continue
      let value = 0n
      for (let w = 0; w < Math.ceil(width / 32); w++) {
        value |= BigInt(stimulus[at++]!) << BigInt(32 * w)
      }
      for (const engine of engines) engine.poke(port, value)
    }
    for (const [port, { direction }] of ports.entries()) {
      if (direction === 'input') continue
      if (engines[0]!.peek(port) !== engines[1]!.peek(port)) return cycle
    }
  }
  return undefined
}
