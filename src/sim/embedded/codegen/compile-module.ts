import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { InitialBytes, Storage } from '../storage.js'
import { FunctionWriter } from '../wasm/function-writer.js'
import { ModuleWriter } from '../wasm/module-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { FunctionEmitter } from './function-emitter.js'
import { ModuleContext } from './module-context.js'
import { clockPurpose, type Roots, type StatementList, schedule } from './schedule.js'
import { addToCounter, emitStatement } from './statements.js'
import { emitRecordReader, emitRecordWriter } from './vector-records.js'
import { addWideHelpers } from './wide-helpers.js'

/** Functions that a compiled module exports; `run0` and `vectors0` belong to clock 0. */
export type ModuleExports = { readonly settle: () => void } & {
  readonly [name: `run${number}`]: (cycles: number) => void
  readonly [name: `vectors${number}`]: (cycles: number, stimulus: number, results: number) => void
}

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly initial: readonly InitialBytes[]
  /** Address of a peeked value after settling. */
  readonly addressOf: (value: ValueId) => number
}

/**
 * Compiles what is needed to peek values and to clock the design. Imports `env.memory` and
 * `env.fail(check)`.
 */
export function compileModule(program: Program, storage: Storage, roots: Roots): CompiledModule {
  const module = new ModuleWriter()
  const fail = module.importFunction('fail', [Type.i32])
  const helpers = addWideHelpers(module)
  const plan = schedule(program, roots)
  const context = new ModuleContext(program, storage, plan, helpers)
  const functions = plan.lists.map((list) => module.add(emitList(context, list, fail)))
  const calls = (writer: FunctionWriter, phase: StatementList['phase'], purposes: number) => {
    plan.lists.forEach((list, index) => {
      if (list.phase === phase && (list.purposes & purposes) !== 0) writer.call(functions[index]!)
    })
  }

  const settle = new FunctionWriter([], [])
  calls(settle, 'evaluate', 1)
  module.export('settle', module.add(settle))

  for (const clock of roots.clocks) {
    const purpose = clockPurpose(clock)
    const edge = new FunctionWriter([], [])
    calls(edge, 'commit', purpose)
    addToCounter(edge, storage.cycleCounters[clock]!, () => edge.i64Const(1n))
    const commit = module.add(edge)
    const run = new FunctionWriter([Type.i32], [])
    repeat(run, 0, () => {
      calls(run, 'evaluate', purpose)
      run.call(commit)
    })
    module.export(`run${clock}`, module.add(run))

    const vectors = new FunctionWriter([Type.i32, Type.i32, Type.i32], [])
    const readRecord = module.add(emitRecordReader(context))
    const writeRecord = module.add(emitRecordWriter(context))
    repeat(vectors, 0, () => {
      advance(vectors, 1, readRecord, 4 * recordWords(program, 'inputs'))
      calls(vectors, 'evaluate', purpose | 1)
      advance(vectors, 2, writeRecord, 4 * recordWords(program, 'outputs'))
      vectors.call(commit)
    })
    module.export(`vectors${clock}`, module.add(vectors))
  }
  const pages = Math.ceil(storage.arena.size / 65536)
  return {
    bytes: module.finish(pages),
    initial: context.initial,
    addressOf: (value) => context.peekAddress(value),
  }
}

/** 32-bit words of one record of a vector batch. */
export function recordWords({ design }: Program, side: 'inputs' | 'outputs'): number {
  let words = 0
  for (const port of design[side]) {
    if (!('role' in port) || port.role !== 'clock') words += Math.ceil(port.width / 32)
  }
  return words
}

function emitList(context: ModuleContext, list: StatementList, fail: number): FunctionWriter {
  const uses = new Map<ValueId, number>()
  for (const statement of list.statements) {
    context.forEachReference(statement, (value) => uses.set(value, (uses.get(value) ?? 0) + 1))
  }
  const shared = new Set<ValueId>()
  for (const [value, times] of uses) if (times > 1) shared.add(value)
  const emitter = new FunctionEmitter(context, new FunctionWriter([], []), shared)
  for (const statement of list.statements) {
    const usedHere = statement.kind === 'value' && uses.has(statement.value)
    emitStatement(emitter, statement, usedHere, fail)
  }
  return emitter.writer
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
