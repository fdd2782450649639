import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { LanePlan } from '../lanes/lane-plan.js'
import type { InitialBytes, Storage } from '../storage.js'
import { FunctionWriter } from '../wasm/function-writer.js'
import { ModuleWriter } from '../wasm/module-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { addDrivers, type Segment } from './drivers.js'
import { FunctionEmitter } from './function-emitter.js'
import { ModuleContext } from './module-context.js'
import { type StatementList, schedule } from './schedule.js'
import type { Roots } from './sinks.js'
import { emitStatement } from './statements.js'
import type { TraceRegion } from './trace-region.js'
import { VectorEmitter } from './vector-emitter.js'
import { addWideHelpers } from './wide-helpers.js'

export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly initial: readonly InitialBytes[]
  readonly trace: TraceRegion | undefined
  /** Address of a peeked value after settling. */
  readonly addressOf: (value: ValueId) => number
}

/**
 * Compiles what is needed to peek and trace values and to clock the design. Imports `env.memory`,
 * `env.fail(check)` and `env.flush(end)`.
 */
export function compileModule(
  program: Program,
  storage: Storage,
  plan: LanePlan,
  roots: Roots,
): CompiledModule {
  const module = new ModuleWriter()
  const fail = module.importFunction('fail', [Type.i32])
  const flush = module.importFunction('flush', [Type.i32])
  const helpers = addWideHelpers(module)
  const order = schedule(program, plan.packs, storage.registers, roots)
  const context = new ModuleContext(program, storage, plan, order, helpers, roots.traced)
  const segments = addSegments(module, context, fail)
  addDrivers(module, context, segments, roots, flush)
  return {
    bytes: module.finish(Math.ceil(storage.arena.size / 65536)),
    initial: context.initial,
    trace: context.trace,
    addressOf: (value) => context.peekAddress(value),
  }
}

/** The lists of a lane group with several chunks get one function that computes all chunks. */
function addSegments(module: ModuleWriter, context: ModuleContext, fail: number): Segment[] {
  const segments: Segment[] = []
  const { lists } = context.schedule
  for (let first = 0; first < lists.length; ) {
    const { phase, purposes, laneGroup, segment } = lists[first]!
    let functions: number[] = []
    let next = first
    for (; next < lists.length && lists[next]!.segment === segment; next++) {
      functions.push(module.add(emitList(context, lists[next]!, fail)))
    }
    const chunks = laneGroup === -1 ? 1 : context.plan.packs.groups[laneGroup]!.chunks
    if (chunks > 1) functions = [module.add(emitChunks(functions, chunks))]
    segments.push({ phase, purposes, functions })
    first = next
  }
  return segments
}

function emitChunks(functions: readonly number[], chunks: number): FunctionWriter {
  const writer = new FunctionWriter([], [])
  const chunk = writer.declareLocal(Type.i32)
  writer.open(Op.loop)
  for (const callee of functions) {
    writer.get(chunk)
    writer.call(callee)
  }
  writer.get(chunk)
  writer.i32Const(1)
  writer.op(Op.i32Add)
  writer.tee(chunk)
  writer.i32Const(chunks)
  writer.op(Op.i32LtU)
  writer.branch(Op.brIf, 0)
  writer.end()
  return writer
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
  const uses = new Map<number, number>()
  for (const statement of list.statements) {
    context.forEachReference(statement, (unit) => uses.set(unit, (uses.get(unit) ?? 0) + 1))
  }
  const shared = new Set<ValueId>()
  for (const [unit, times] of uses) if (times > 1) shared.add(unit)
  const { laneGroup } = list
  const chunked = laneGroup !== -1 && context.plan.packs.groups[laneGroup]!.chunks > 1
  const writer = new FunctionWriter(chunked ? [Type.i32] : [], [])
  const scalars = new FunctionEmitter(context, writer, shared)
  if (laneGroup !== -1) {
    const vectors = new VectorEmitter(scalars, laneGroup)
    for (const statement of list.statements) {
      if (statement.kind === 'pack') vectors.keep(statement.pack)
      else if (statement.kind === 'nextPack') vectors.storeNext(statement.pack)
    }
    return writer
  }
  for (const statement of list.statements) {
    const usedHere = statement.kind === 'value' && uses.has(statement.value)
    emitStatement(scalars, statement, usedHere, fail)
  }
  return writer
}
