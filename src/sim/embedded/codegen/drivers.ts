import { FunctionWriter } from '../wasm/function-writer.js'
import type { ModuleWriter } from '../wasm/module-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import type { ModuleContext } from './module-context.js'
import type { StatementList } from './schedule.js'
import { clockPurpose, type Roots, settlePurpose } from './sinks.js'
import { addToCounter } from './statements.js'
import { emitTraceSample, TraceEvent } from './trace-region.js'
import { emitRecordReader, emitRecordWriter, recordWords } from './vector-records.js'

/** Functions that a compiled module exports; `run0` and `vectors0` belong to clock 0. */
export type ModuleExports = {
  readonly settle: () => void
  /** Adds a sample to the waveform, in traced modules. */
  readonly sample: (event: number) => void
} & {
  readonly [name: `run${number}`]: (cycles: number) => void
  readonly [name: `vectors${number}`]: (cycles: number, stimulus: number, results: number) => void
}

/** Functions that are called together. */
export interface Segment {
  readonly phase: StatementList['phase']
  readonly purposes: number
  readonly functions: readonly number[]
}

/**
 * Adds and exports the functions that run cycles.
 * @param flush index of the imported function that empties the trace buffer
 */
export function addDrivers(
  module: ModuleWriter,
  context: ModuleContext,
  segments: readonly Segment[],
  roots: Roots,
  flush: number,
): void {
  new Drivers(module, context, segments, flush).add(roots)
}

class Drivers {
  readonly #sample: number | undefined

  constructor(
    readonly module: ModuleWriter,
    readonly context: ModuleContext,
    readonly segments: readonly Segment[],
    flush: number,
  ) {
    const { trace } = context
    if (trace === undefined) return
    this.#sample = module.add(emitTraceSample(trace, flush))
    module.export('sample', this.#sample)
  }

  add({ clocks }: Roots): void {
    const settle = new FunctionWriter([], [])
    this.#evaluate(settle, settlePurpose, 0)
    this.module.export('settle', this.module.add(settle))
    if (clocks.length === 0) return
    const readRecord = this.module.add(emitRecordReader(this.context))
    const writeRecord = this.module.add(emitRecordWriter(this.context))
    for (const clock of clocks) {
      const edge = this.#edge(clock)
      this.module.export(`run${clock}`, this.module.add(this.#run(clock, edge)))
      const vectors = this.#vectors(clock, edge, readRecord, writeRecord)
      this.module.export(`vectors${clock}`, this.module.add(vectors))
    }
  }

  /** Calls the evaluations that serve a purpose and do not serve another. */
  #evaluate(writer: FunctionWriter, purposes: number, except: number): void {
    for (const { phase, purposes: served, functions } of this.segments) {
      if (phase !== 'evaluate' || (served & purposes) === 0 || (served & except) !== 0) continue
      for (const callee of functions) writer.call(callee)
    }
  }

  /** The rise of a clock once everything is evaluated; a waveform shows what follows from it. */
  #edge(clock: number): number {
    const edge = new FunctionWriter([], [])
    for (const { phase, purposes, functions } of this.segments) {
      if (phase !== 'commit' || (purposes & clockPurpose(clock)) === 0) continue
      for (const callee of functions) edge.call(callee)
    }
    addToCounter(edge, this.context.storage.cycleCounters[clock]!, () => edge.i64Const(1n))
    if (this.#sample !== undefined) {
      this.#evaluate(edge, settlePurpose, 0)
      this.#addSample(edge, TraceEvent.high(clock))
    }
    return this.module.add(edge)
  }

  /** (cycles): with the inputs held, what has settled after an edge is what the next one starts from. */
  #run(clock: number, edge: number): FunctionWriter {
    const purpose = clockPurpose(clock)
    const run = new FunctionWriter([Type.i32], [])
    if (this.#sample !== undefined) this.#evaluate(run, settlePurpose, 0)
    repeat(run, 0, () => {
      this.#addSample(run, TraceEvent.low)
      this.#evaluate(run, purpose, this.#sample === undefined ? 0 : settlePurpose)
      run.call(edge)
    })
    return run
  }

  /** (cycles, address of stimulus records, address of result records) */
  #vectors(clock: number, edge: number, readRecord: number, writeRecord: number): FunctionWriter {
    const { program } = this.context
    const vectors = new FunctionWriter([Type.i32, Type.i32, Type.i32], [])
    repeat(vectors, 0, () => {
      advance(vectors, 1, readRecord, 4 * recordWords(program, 'inputs'))
      if (this.#sample === undefined) {
        this.#evaluate(vectors, clockPurpose(clock) | settlePurpose, 0)
      } else {
        // A failing check ends the simulation after the sample that shows why.
        this.#evaluate(vectors, settlePurpose, 0)
        this.#addSample(vectors, TraceEvent.low)
        this.#evaluate(vectors, clockPurpose(clock), settlePurpose)
      }
      advance(vectors, 2, writeRecord, 4 * recordWords(program, 'outputs'))
      vectors.call(edge)
    })
    return vectors
  }

  #addSample(writer: FunctionWriter, event: number): void {
    if (this.#sample === undefined) return
    writer.i32Const(event)
    writer.call(this.#sample)
  }
}

/** Runs `body` as often as a parameter says, counting it down. */
function repeat(writer: FunctionWriter, counter: number, body: () => void): void {
  writer.open(Op.block)
  writer.get(counter)
  writer.op(Op.i32Eqz)
  writer.branch(Op.brIf, 0)
  writer.open(Op.loop)
  body()
  writer.get(counter)
  writer.i32Const(1)
  writer.op(Op.i32Sub)
  writer.tee(counter)
  writer.branch(Op.brIf, 0)
  writer.end()
  writer.end()
}

/** Calls a function with an address and moves the address on. */
function advance(writer: FunctionWriter, address: number, callee: number, bytes: number): void {
  writer.get(address)
  writer.call(callee)
  writer.get(address)
  writer.i32Const(bytes)
  writer.op(Op.i32Add)
  writer.set(address)
}
