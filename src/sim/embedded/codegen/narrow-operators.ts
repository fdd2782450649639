import type { ValueId, ValueOp } from '../graph/graph.js'
import type { WordTable } from '../storage.js'
import { Op } from '../wasm/opcodes.js'
import { type Form, fillsStorage, wordBits } from './forms.js'
import type { FunctionEmitter } from './function-emitter.js'
import { emitNarrowOfWide, pushDynamicBits, pushWideBits } from './wide-operators.js'

type OpcodePair = readonly [word32: number, word64: number]

const arithmetic: Partial<Record<ValueOp, OpcodePair>> = {
  add: [Op.i32Add, Op.i64Add],
  sub: [Op.i32Sub, Op.i64Sub],
  mul: [Op.i32Mul, Op.i64Mul],
  and: [Op.i32And, Op.i64And],
  or: [Op.i32Or, Op.i64Or],
  xor: [Op.i32Xor, Op.i64Xor],
}

const comparisons: Partial<Record<ValueOp, OpcodePair>> = {
  eq: [Op.i32Eq, Op.i64Eq],
  ne: [Op.i32Ne, Op.i64Ne],
  ult: [Op.i32LtU, Op.i64LtU],
  ule: [Op.i32LeU, Op.i64LeU],
  slt: [Op.i32LtS, Op.i64LtS],
  sle: [Op.i32LeS, Op.i64LeS],
}

/** Computes a value of at most 64 bits onto the stack; every operand is evaluated once. */
export function emitNarrow(emitter: FunctionEmitter, value: ValueId, form: Form): void {
  const { graph } = emitter.context
  const op = graph.ops[value]!
  const width = emitter.width(value)
  const bits = wordBits(width)
  const { writer } = emitter
  const pair = arithmetic[op]
  if (pair !== undefined) {
    emitter.operandValue(value, 0, form)
    emitter.operandValue(value, 1, form)
    writer.op(pair[bits === 32 ? 0 : 1])
    if (op === 'add' || op === 'sub' || op === 'mul') emitter.convert(width, 'any', form)
    return
  }
  const firstIsWide = emitter.width(emitter.operand(value, 0)) > 64
  switch (op) {
    case 'not':
      emitter.operandValue(value, 0, form)
      pushOnes(emitter, width, form)
      writer.op(bits === 32 ? Op.i32Xor : Op.i64Xor)
      return
    case 'neg':
      pushWord(emitter, bits, 0)
      emitter.operandValue(value, 0, form)
      writer.op(bits === 32 ? Op.i32Sub : Op.i64Sub)
      emitter.convert(width, 'any', form)
      return
    case 'reduceAnd':
    case 'reduceOr':
    case 'reduceXor':
    case 'eq':
    case 'ne':
    case 'ult':
    case 'ule':
    case 'slt':
    case 'sle':
      if (firstIsWide) emitNarrowOfWide(emitter, value)
      else emitPredicate(emitter, value, op)
      emitter.convert(1, 'zero', form)
      return
    case 'shl':
    case 'lshr':
    case 'ashr':
      emitShift(emitter, value, op, form)
      return
    case 'slice':
      emitSlice(emitter, value, form)
      return
    case 'index':
      emitIndex(emitter, value, form)
      return
    case 'concat':
      emitConcat(emitter, value, form)
      return
    case 'mux':
      emitter.operandValue(value, 1, form)
      emitter.operandValue(value, 2, form)
      emitter.operandValue(value, 0, form)
      writer.op(Op.select)
      return
    case 'zext':
      emitter.valueAs(emitter.operand(value, 0), 'zero', bits)
      return
    case 'sext':
      emitter.valueAs(emitter.operand(value, 0), 'sign', bits)
      emitter.convert(width, 'sign', form)
      return
    case 'romRead':
    case 'memoryWord': {
      const table = wordTable(emitter, value)
      pushWordOffset(emitter, emitter.operand(value, 0), table)
      const { address, bytesPerWord: bytes } = table
      emitter.load(width, { address, bytes, form: form === 'sign' ? 'sign' : 'zero' })
      if (!fillsStorage(width)) emitter.convert(width, 'zero', form)
      return
    }
    default:
      throw new Error(`${op} is not computed`)
  }
}

export function wordTable(emitter: FunctionEmitter, value: ValueId): WordTable {
  const { graph, storage } = emitter.context
  const tables = graph.ops[value] === 'romRead' ? storage.roms : storage.memories
  return tables[graph.payloads[value]!]!
}

/** Pushes the byte offset of a word; addresses beyond the depth get the zero word behind the last one. */
export function pushWordOffset(
  emitter: FunctionEmitter,
  address: ValueId,
  { depth, bytesPerWord }: WordTable,
): void {
  pushAmount(emitter, address, depth)
  if (bytesPerWord === 1) return
  emitter.writer.i32Const(bytesPerWord)
  emitter.writer.op(Op.i32Mul)
}

/** Pushes `min(value, limit)` as a 32-bit word, for unsigned values of any width. */
export function pushAmount(emitter: FunctionEmitter, value: ValueId, limit: number): void {
  const { writer } = emitter
  const width = emitter.width(value)
  if (width <= 32) {
    emitter.value(value, 'zero')
    if (width < 32 && 2 ** width - 1 <= limit) return
    const amount = emitter.local32()
    writer.tee(amount)
    writer.i32Const(limit)
    writer.get(amount)
    writer.i32Const(limit)
    writer.op(Op.i32LtU)
    writer.op(Op.select)
    return
  }
  const amount = emitter.local64()
  if (width <= 64) emitter.value(value, 'zero')
  else pushWideBits(emitter, value, 0, 64)
  writer.tee(amount)
  writer.i64Const(BigInt(limit))
  writer.get(amount)
  writer.i64Const(BigInt(limit))
  writer.op(Op.i64LtU)
  for (let low = 64; low < width; low += 64) {
    pushWideBits(emitter, value, low, 64)
    writer.op(Op.i64Eqz)
    writer.op(Op.i32And)
  }
  writer.op(Op.select)
  writer.op(Op.i32WrapI64)
}

function pushWord(emitter: FunctionEmitter, bits: 32 | 64, number: number): void {
  if (bits === 32) emitter.writer.i32Const(number)
  else emitter.writer.i64Const(BigInt(number))
}

function pushOnes(emitter: FunctionEmitter, width: number, form: Form): void {
  if (form !== 'zero') pushWord(emitter, wordBits(width), -1)
  else if (width <= 32) emitter.writer.i32Const(2 ** width - 1)
  else emitter.writer.i64Const((1n << BigInt(width)) - 1n)
}

function emitPredicate(emitter: FunctionEmitter, value: ValueId, op: ValueOp): void {
  const { writer } = emitter
  const width = emitter.width(emitter.operand(value, 0))
  const narrow = width <= 32
  emitter.operandValue(value, 0, 'zero')
  const comparison = comparisons[op]
  if (comparison !== undefined) {
    emitter.operandValue(value, 1, 'zero')
    writer.op(comparison[narrow ? 0 : 1])
  } else if (op === 'reduceXor') {
    writer.op(narrow ? Op.i32Popcnt : Op.i64Popcnt)
    if (!narrow) writer.op(Op.i32WrapI64)
    writer.i32Const(1)
    writer.op(Op.i32And)
  } else if (op === 'reduceAnd') {
    pushOnes(emitter, width, 'zero')
    writer.op(narrow ? Op.i32Eq : Op.i64Eq)
  } else {
    pushWord(emitter, wordBits(width), 0)
    writer.op(narrow ? Op.i32Ne : Op.i64Ne)
  }
}

function emitShift(
  emitter: FunctionEmitter,
  value: ValueId,
  op: 'shl' | 'lshr' | 'ashr',
  form: Form,
): void {
  const { writer } = emitter
  const width = emitter.width(value)
  const bits = wordBits(width)
  const amount = emitter.operand(value, 1)
  const amountWidth = emitter.width(amount)
  const mayExceed = amountWidth > 30 || 2 ** amountWidth - 1 >= bits
  const opcodes = {
    shl: [Op.i32Shl, Op.i64Shl],
    lshr: [Op.i32ShrU, Op.i64ShrU],
    ashr: [Op.i32ShrS, Op.i64ShrS],
  } as const
  emitter.operandValue(value, 0, form)
  pushAmount(emitter, amount, op === 'ashr' ? bits - 1 : bits)
  const clamped = mayExceed && op !== 'ashr' ? emitter.local32() : undefined
  if (clamped !== undefined) writer.tee(clamped)
  if (bits === 64) writer.op(Op.i64ExtendI32U)
  writer.op(opcodes[op][bits === 32 ? 0 : 1])
  if (clamped !== undefined) {
    pushWord(emitter, bits, 0)
    writer.get(clamped)
    writer.i32Const(bits)
    writer.op(Op.i32LtU)
    writer.op(Op.select)
  }
  const natural = { shl: 'any', lshr: 'zero', ashr: 'sign' } as const
  emitter.convert(width, natural[op], form)
}

function emitSlice(emitter: FunctionEmitter, value: ValueId, form: Form): void {
  const { writer } = emitter
  const a = emitter.operand(value, 0)
  const low = emitter.context.graph.payloads[value]!
  const width = emitter.width(value)
  const widthA = emitter.width(a)
  const bits = wordBits(width)
  if (widthA > 64) {
    pushWideBits(emitter, a, low, width, bits)
    emitter.convert(width, 'zero', form)
    return
  }
  const bitsA = wordBits(widthA)
  emitter.operandValue(value, 0, form)
  const top = low + width === widthA
  if (low > 0) {
    pushWord(emitter, bitsA, low)
    const signed = top && form === 'sign'
    if (bitsA === 32) writer.op(signed ? Op.i32ShrS : Op.i32ShrU)
    else writer.op(signed ? Op.i64ShrS : Op.i64ShrU)
  }
  if (bitsA === 64 && bits === 32) writer.op(Op.i32WrapI64)
  if (!top) emitter.convert(width, 'any', form)
}

function emitIndex(emitter: FunctionEmitter, value: ValueId, form: Form): void {
  const { writer } = emitter
  const [a, index] = emitter.context.graph.operands[value] as [ValueId, ValueId]
  const width = emitter.width(value)
  const widthA = emitter.width(a)
  const bits = wordBits(width)
  if (widthA > 64) {
    pushDynamicBits(emitter, a, index, width)
    if (bits === 32) writer.op(Op.i32WrapI64)
    emitter.convert(width, 'zero', form)
    return
  }
  const bitsA = wordBits(widthA)
  const count = widthA / width
  emitter.value(a, 'any')
  pushAmount(emitter, index, count)
  const position = emitter.local32()
  writer.tee(position)
  writer.i32Const(width)
  writer.op(Op.i32Mul)
  if (bitsA === 64) writer.op(Op.i64ExtendI32U)
  writer.op(bitsA === 32 ? Op.i32ShrU : Op.i64ShrU)
  if (bitsA === 64 && bits === 32) writer.op(Op.i32WrapI64)
  const indexWidth = emitter.width(index)
  if (indexWidth > 30 || 2 ** indexWidth > count) {
    pushWord(emitter, bits, 0)
    writer.get(position)
    writer.i32Const(count)
    writer.op(Op.i32LtU)
    writer.op(Op.select)
  }
  emitter.convert(width, 'any', form)
}

function emitConcat(emitter: FunctionEmitter, value: ValueId, form: Form): void {
  const { writer } = emitter
  const parts = emitter.context.graph.operands[value]!
  const bits = wordBits(emitter.width(value))
  let low = emitter.width(value)
  parts.forEach((part, position) => {
    low -= emitter.width(part)
    emitter.valueAs(part, position === 0 ? form : 'zero', bits)
    if (low > 0) {
      pushWord(emitter, bits, low)
      writer.op(bits === 32 ? Op.i32Shl : Op.i64Shl)
    }
    if (position > 0) writer.op(bits === 32 ? Op.i32Or : Op.i64Or)
  })
}
