import { storedBytes } from '../arena.js'
import type { ValueId } from '../graph/graph.js'
import type { PackId } from '../lanes/pack.js'
import { laneAddress } from '../lanes/record-layout.js'
import { Transition } from '../storage.js'
import type { FunctionWriter } from '../wasm/function-writer.js'
import { Op } from '../wasm/opcodes.js'
import { Simd } from '../wasm/simd-opcodes.js'
import type { Form } from './forms.js'
import type { FunctionEmitter } from './function-emitter.js'
import { pushAmount } from './narrow-operators.js'
import type { Statement } from './statement.js'
import { pushBits } from './wide-operators.js'

/** Groups up to this size are copied by vector moves in line. */
const largestInlineCopy = 512

/**
 * Emits one statement.
 * @param usedHere whether the function itself reads the value of a `value` statement
 * @param fail index of the imported function (check) that reports a failed check
 */
export function emitStatement(
  emitter: FunctionEmitter,
  statement: Statement,
  usedHere: boolean,
  fail: number,
): void {
  const { program, storage } = emitter.context
  const { writer } = emitter
  switch (statement.kind) {
    case 'value':
      emitter.keep(statement.value, usedHere)
      return
    case 'asyncReset':
      emitter.value(statement.asserted, 'zero')
      writer.open(Op.if)
      program.groups.forEach(({ reset }, group) => {
        if (reset?.style !== 'async' || reset.asserted !== statement.asserted) return
        const { state, resetImage, bytes } = storage.groups[group]!
        copy(writer, resetImage!, state, bytes)
      })
      writer.end()
      return
    case 'peek':
      storeValue(emitter, statement.value, [emitter.context.peekSlot(statement.value)])
      return
    case 'trace': {
      const { address, offsets } = emitter.context.trace!
      storeValue(emitter, statement.value, [address + offsets.get(statement.value)!])
      return
    }
    case 'next': {
      const { next, width } = program.registers[statement.register]!
      const { shadows, bytes, form } = storage.registers[statement.register]!
      if (width > 64) storeValue(emitter, next, shadows)
      else storeNarrow(emitter, next, shadows, { bytes, form })
      return
    }
    case 'gather':
      emitGather(emitter, statement.pack)
      return
    case 'check': {
      const { kind, fires } = program.checks[statement.check]!
      if (kind === 'cover') {
        addToCounter(writer, storage.coverCounters[statement.check]!, () =>
          emitter.valueAs(fires, 'zero', 64),
        )
        return
      }
      emitter.value(fires, 'zero')
      writer.open(Op.if)
      writer.i32Const(statement.check)
      writer.call(fail)
      writer.end()
      return
    }
    case 'condition':
      emitCondition(emitter, statement.group)
      return
    case 'update':
      emitUpdate(emitter, statement.group)
      return
    case 'write':
      emitWrite(emitter, statement.write)
      return
    default:
      throw new Error(`${statement.kind} is no scalar statement`)
  }
}

/** Adds a 64-bit word to a counter in memory. */
export function addToCounter(writer: FunctionWriter, address: number, push: () => void): void {
  writer.i32Const(0)
  writer.i32Const(0)
  writer.access(Op.i64Load, address)
  push()
  writer.op(Op.i64Add)
  writer.access(Op.i64Store, address)
}

/** Stores a value zero-extended at addresses. */
function storeValue(emitter: FunctionEmitter, value: ValueId, addresses: readonly number[]): void {
  const width = emitter.width(value)
  if (width > 64) {
    for (const offset of addresses) {
      emitter.copyWide(emitter.wide(value), { base: undefined, offset }, width)
    }
  } else {
    storeNarrow(emitter, value, addresses, { bytes: storedBytes(width), form: 'zero' })
  }
}

/** Stores a value of at most 64 bits in a form at addresses. */
function storeNarrow(
  emitter: FunctionEmitter,
  value: ValueId,
  addresses: readonly number[],
  { bytes, form }: { readonly bytes: number; readonly form: Form },
): void {
  const { writer } = emitter
  const width = emitter.width(value)
  const wanted = bytes * 8 > width ? form : 'any'
  let local: number | undefined
  addresses.forEach((address, index) => {
    writer.i32Const(0)
    if (local !== undefined) {
      writer.get(local)
    } else {
      emitter.value(value, wanted)
      if (index < addresses.length - 1) {
        local = width <= 32 ? emitter.local32() : emitter.local64()
        writer.tee(local)
      }
    }
    emitter.store(width, bytes, address)
  })
}

function emitGather(emitter: FunctionEmitter, pack: PackId): void {
  const { plan } = emitter.context
  const array = emitter.context.packArray(pack)!
  const { form } = plan.types.of(pack)
  plan.packs.list[pack]!.values.forEach((value, lane) => {
    storeNarrow(emitter, value, [laneAddress(array, lane)], { bytes: array.laneBytes, form })
  })
}

function emitCondition(emitter: FunctionEmitter, group: number): void {
  const { program, storage } = emitter.context
  const { reset, enable } = program.groups[group]!
  const { writer } = emitter
  writer.i32Const(0)
  if (reset !== undefined) writer.i32Const(Transition.reset)
  if (enable !== undefined) emitter.value(enable, 'zero')
  else writer.i32Const(Transition.load)
  if (reset !== undefined) {
    emitter.value(reset.asserted, 'zero')
    writer.op(Op.select)
  }
  writer.access(Op.i32Store8, storage.groups[group]!.transition)
}

function emitUpdate(emitter: FunctionEmitter, group: number): void {
  const { program, storage } = emitter.context
  const { writer } = emitter
  const { reset, enable } = program.groups[group]!
  const { state, shadow, resetImage, transition, bytes } = storage.groups[group]!
  const ifTransition = (wanted: number, body: () => void) => {
    writer.i32Const(0)
    writer.access(Op.i32Load8U, transition)
    writer.i32Const(wanted)
    writer.op(Op.i32Eq)
    writer.open(Op.if)
    body()
    writer.end()
  }
  const load = () => copy(writer, shadow, state, bytes)
  if (reset === undefined && enable === undefined) load()
  else ifTransition(Transition.load, load)
  if (reset !== undefined) {
    ifTransition(Transition.reset, () => copy(writer, resetImage!, state, bytes))
  }
}

/** Copies whole vectors. */
function copy(writer: FunctionWriter, from: number, to: number, bytes: number): void {
  if (bytes > largestInlineCopy) {
    writer.i32Const(to)
    writer.i32Const(from)
    writer.i32Const(bytes)
    writer.memoryCopy()
    return
  }
  for (let byte = 0; byte < bytes; byte += 16) {
    writer.i32Const(0)
    writer.i32Const(0)
    writer.simdAccess(Simd.load, from + byte)
    writer.simdAccess(Simd.store, to + byte)
  }
}

function emitWrite(emitter: FunctionEmitter, index: number): void {
  const { writer, context } = emitter
  const { memory, enable } = context.program.writes[index]!
  emitter.value(enable, 'zero')
  writer.open(Op.if)
  emitter.conditionally(() => {
    const { depth } = context.storage.memories[memory]!
    const target = emitter.local32()
    pushTarget(emitter, index)
    writer.tee(target)
    writer.i32Const(depth)
    writer.op(Op.i32LtU)
    writer.open(Op.if)
    writer.get(target)
    writer.i32Const(context.storage.memories[memory]!.bytesPerWord)
    writer.op(Op.i32Mul)
    writer.set(target)
    storeWord(emitter, index, target)
    writer.end()
  })
  writer.end()
}

function pushTarget(emitter: FunctionEmitter, index: number): void {
  const { memory, address } = emitter.context.program.writes[index]!
  pushAmount(emitter, address, emitter.context.storage.memories[memory]!.depth)
}

function storeWord(emitter: FunctionEmitter, index: number, target: number): void {
  const { writer, context } = emitter
  const { memory, data, mask } = context.program.writes[index]!
  const { address } = context.storage.memories[memory]!
  const { laneWidth } = context.program.design.memories[memory]!
  const width = emitter.width(data)
  if (width <= 64 && mask === undefined) {
    writer.get(target)
    emitter.value(data, 'zero')
    emitter.store(width, storedBytes(width), address)
    return
  }
  if (width > 64 && mask === undefined) {
    emitter.copyWide(emitter.wide(data), { base: target, offset: address }, width)
    return
  }
  for (let low = 0; low < width; low += 64) {
    const count = Math.min(64, width - low)
    const bits = emitter.local64()
    pushMaskBits(emitter, mask!, low, count, laneWidth)
    writer.set(bits)
    writer.get(target)
    writer.get(target)
    if (width > 64) writer.access(Op.i64Load, address + (low >> 3))
    else loadWord64(emitter, width, address)
    writer.get(bits)
    writer.i64Const(-1n)
    writer.op(Op.i64Xor)
    writer.op(Op.i64And)
    pushBits(emitter, data, low, 64)
    writer.get(bits)
    writer.op(Op.i64And)
    writer.op(Op.i64Or)
    if (width > 64) writer.access(Op.i64Store, address + (low >> 3))
    else {
      if (width <= 32) writer.op(Op.i32WrapI64)
      emitter.store(width, storedBytes(width), address)
    }
  }
}

function loadWord64(emitter: FunctionEmitter, width: number, address: number): void {
  emitter.load(width, { address, bytes: storedBytes(width), form: 'zero' })
  if (width <= 32) emitter.writer.op(Op.i64ExtendI32U)
}

/** Pushes 64 bits, each the mask bit of its lane. */
function pushMaskBits(
  emitter: FunctionEmitter,
  mask: number,
  low: number,
  count: number,
  laneWidth: number,
): void {
  const { writer } = emitter
  if (laneWidth === 1) {
    pushBits(emitter, mask, low, count)
    return
  }
  let pushed = false
  const first = Math.floor(low / laneWidth)
  for (let lane = first; lane * laneWidth < low + count; lane++) {
    const from = Math.max(low, lane * laneWidth) - low
    const to = Math.min(low + count, (lane + 1) * laneWidth) - low
    writer.i64Const(0n)
    pushBits(emitter, mask, lane, 1)
    writer.op(Op.i64Sub)
    writer.i64Const(((1n << BigInt(to - from)) - 1n) << BigInt(from))
    writer.op(Op.i64And)
    if (pushed) writer.op(Op.i64Or)
    pushed = true
  }
}
