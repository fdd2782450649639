import type { EmittedPort } from '../../emit/emitted-design.js'
import type { FlatDesign } from '../../hdl/ir/flat.js'
import { type Engine, stepUntil, type VectorBatch } from '../engine.js'
import { storedBytes } from './arena.js'
import { type CompiledModule, compileModule } from './codegen/compile-module.js'
import type { ModuleExports } from './codegen/drivers.js'
import type { Roots } from './codegen/sinks.js'
import { recordWords } from './codegen/vector-records.js'
import type { ValueId } from './graph/graph.js'
import { importDesign, type Program } from './graph/program.js'
import { type LanePlan, planLanes, scalarPlan } from './lanes/lane-plan.js'
import { findLaneSets, laneRegistersOf } from './lanes/lane-sets.js'
import { LinearMemory } from './linear-memory.js'
import { CheckError, type CheckFailure, type CoverCount, type EmbeddedOptions } from './options.js'
import { layoutStorage, type Storage } from './storage.js'
import { instantiate } from './wasm/runtime.js'
import { traceTargets } from './waves/trace-targets.js'
import { WaveTracer } from './waves/wave-tracer.js'

/** Bytes of the stimulus and result records that are handed over at a time. */
const batchBytes = 1 << 18
const longestRun = 2 ** 31 - 1

/**
 * Compiles a flat design to WebAssembly and runs it in process: two-state and cycle-accurate.
 * @throws InputError when the design holds a black box or needs more than 4 GiB
 */
export function openEmbedded(design: FlatDesign, options: EmbeddedOptions = {}): EmbeddedEngine {
  return new EmbeddedEngine(design, options)
}

interface LoadedModule {
  readonly compiled: CompiledModule
  readonly exports: ModuleExports
}

export class EmbeddedEngine implements Engine {
  readonly name = 'embedded'
  /** Inputs in their order, then outputs in theirs. */
  readonly ports: readonly EmittedPort[]
  readonly #program: Program
  readonly #plan: LanePlan
  readonly #storage: Storage
  readonly #memory: LinearMemory
  readonly #main: LoadedModule
  readonly #options: EmbeddedOptions
  readonly #failures: CheckFailure[] = []
  readonly #probes = new Map<ValueId, LoadedModule>()
  readonly #waves: WaveTracer | undefined
  #settled = false

  constructor(design: FlatDesign, options: EmbeddedOptions) {
    this.#options = options
    this.ports = portsOf(design)
    const laneSets = findLaneSets(design)
    this.#program = importDesign(design, laneRegistersOf(design, laneSets))
    this.#plan = planLanes(this.#program, laneSets)
    this.#storage = layoutStorage(this.#program, this.#plan)
    this.#memory = new LinearMemory(this.#storage.arena)
    for (const { address, bytes } of this.#storage.initial) this.#memory.write(address, bytes)
    const targets = options.waves && traceTargets(this.#program, options.waves)
    this.#main = this.#load(this.#plan, {
      peeked: this.#program.outputs,
      traced: targets?.stored,
      clocks: this.#program.clocks.map((_, clock) => clock),
    })
    // Asynchronous resets that zero inputs assert take effect now.
    this.#settle()
    if (targets !== undefined) {
      this.#waves = new WaveTracer(targets, this.#memory, this.#main.compiled.trace!)
    }
  }

  poke(port: number, value: bigint): void {
    const input = this.#program.design.inputs[port]
    if (input === undefined) throw new RangeError(`port ${port} is no input`)
    if (input.role === 'clock') throw new RangeError(`${input.name} is a clock: step() drives it`)
    this.#memory.writePattern(
      this.#storage.inputs[port]!,
      storedBytes(input.width),
      BigInt.asUintN(input.width, value),
    )
    this.#settled = false
  }

  peek(port: number): bigint {
    const { inputs, outputs } = this.#program.design
    const input = inputs[port]
    if (input !== undefined) {
      return this.#memory.readPattern(this.#storage.inputs[port]!, storedBytes(input.width))
    }
    const value = this.#program.outputs[port - inputs.length]
    if (value === undefined) throw new RangeError(`there is no port ${port}`)
    this.#settle()
    const { width } = outputs[port - inputs.length]!
    return this.#memory.readPattern(this.#main.compiled.addressOf(value), storedBytes(width))
  }

  step(clockPort: number, cycles: number): void {
    const clock = this.#clock(clockPort)
    const run = this.#main.exports[`run${clock}`]!
    this.#settled = false
    for (let left = cycles; left > 0; left -= longestRun) run(Math.min(left, longestRun))
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    return stepUntil(this, clockPort, port, value, maxCycles)
  }

  /** @throws RangeError when the stimulus is not `cycles` records long */
  runVectors({ clockPort, cycles, stimulus }: VectorBatch): Uint32Array {
    const clock = this.#clock(clockPort)
    const inputWords = recordWords(this.#program, 'inputs')
    const outputWords = recordWords(this.#program, 'outputs')
    if (stimulus.length !== cycles * inputWords) {
      throw new RangeError(
        `${cycles} cycles take ${cycles * inputWords} words of stimulus, not ${stimulus.length}`,
      )
    }
    const results = new Uint32Array(cycles * outputWords)
    const recordBytes = 4 * Math.max(1, inputWords, outputWords)
    const most = Math.max(1, Math.floor(batchBytes / recordBytes))
    const buffer = this.#memory.buffer(2 * most * recordBytes)
    const output = buffer + most * recordBytes
    const run = this.#main.exports[`vectors${clock}`]!
    this.#settled = false
    for (let first = 0; first < cycles; first += most) {
      const count = Math.min(most, cycles - first)
      const words = stimulus.subarray(first * inputWords, (first + count) * inputWords)
      this.#memory.words.set(words, buffer >>> 2)
      run(count, buffer, output)
      const from = output >>> 2
      const produced = this.#memory.words.subarray(from, from + count * outputWords)
      results.set(produced, first * outputWords)
    }
    return results
  }

  /** Rising edges that a clock port has seen. */
  cycle(clockPort: number): bigint {
    return this.#memory.readPattern(this.#storage.cycleCounters[this.#clock(clockPort)]!, 8)
  }

  /**
   * The settled value of a signal of the source by its hierarchical name below the top. The first look
   * at a signal that is neither a register nor a port compiles its logic; later ones are cheap.
   * @throws RangeError when the design has no such signal
   */
  peekSignal(path: string): bigint {
    const signal = this.#program.design.signals.find((candidate) => candidate.path === path)
    if (signal === undefined) throw new RangeError(`there is no signal ${path}`)
    const value = this.#program.netValues[signal.net]!
    let probe = this.#probes.get(value)
    if (probe === undefined) {
      probe = this.#load(scalarPlan(this.#program), {
        peeked: [value],
        traced: undefined,
        clocks: [],
      })
      this.#probes.set(value, probe)
    }
    probe.exports.settle()
    return this.#memory.readPattern(probe.compiled.addressOf(value), storedBytes(signal.width))
  }

  /** Counts of the design's covers. */
  coverage(): CoverCount[] {
    return this.#program.checks.flatMap(({ kind, path }, index) => {
      if (kind !== 'cover') return []
      const count = this.#memory.readPattern(this.#storage.coverCounters[index]!, 8)
      return [{ path, count }]
    })
  }

  /** Failures that were recorded with the option `checks: 'collect'`. */
  get failures(): readonly CheckFailure[] {
    return this.#failures
  }

  close(): void {
    this.#probes.clear()
    this.#waves?.close()
  }

  #settle(): void {
    if (this.#settled) return
    this.#main.exports.settle()
    this.#settled = true
  }

  #clock(port: number): number {
    const net = this.#program.design.inputs[port]?.net
    const clock = net === undefined ? -1 : this.#program.clocks.indexOf(net)
    if (clock === -1) throw new RangeError(`port ${port} is no clock`)
    return clock
  }

  #load(plan: LanePlan, roots: Roots): LoadedModule {
    const compiled = compileModule(this.#program, this.#storage, plan, roots)
    // Constants get their place in memory when they are first asked for.
    for (const value of roots.peeked) compiled.addressOf(value)
    this.#memory.reserve()
    for (const { address, bytes } of compiled.initial) this.#memory.write(address, bytes)
    const exports = instantiate<ModuleExports>(compiled.bytes, this.#memory.memory, {
      fail: (check) => this.#fail(check!),
      flush: (end) => this.#waves?.drain(end!),
    })
    return { compiled, exports }
  }

  #fail(index: number): void {
    const { kind, path, clock } = this.#program.checks[index]!
    if (kind === 'cover') return
    const cycle = this.#memory.readPattern(this.#storage.cycleCounters[clock]!, 8)
    const failure = { kind, path, cycle }
    if (this.#options.checks !== 'collect') throw new CheckError(failure)
    this.#failures.push(failure)
  }
}

function portsOf({ inputs, outputs }: FlatDesign): EmittedPort[] {
  return [
    ...inputs.map(({ name, width, signed, role }) => ({
      name,
      direction: 'input' as const,
      width,
      signed,
      role,
    })),
    ...outputs.map(({ name, width, signed }) => ({
      name,
      direction: 'output' as const,
      width,
      signed,
      role: 'data' as const,
    })),
  ]
}
