import { limbs } from '../arena.js'
import type { ValueId } from '../graph/graph.js'
import { Op } from '../wasm/opcodes.js'
import type { FunctionEmitter } from './function-emitter.js'
import { pushAmount, pushWordOffset, wordTable } from './narrow-operators.js'

/** Pushes bits `low + count - 1 .. low` of a value of any width, zero-extended, as a 64- or 32-bit word. */
export function pushBits(
  emitter: FunctionEmitter,
  value: ValueId,
  low: number,
  count: number,
): void {
  const { writer } = emitter
  const width = emitter.width(value)
  const present = Math.min(count, width - low)
  const pattern = emitter.context.graph.constantOf(value)
  if (present <= 0) {
    writer.i64Const(0n)
  } else if (pattern !== undefined) {
    writer.i64Const(BigInt.asUintN(present, pattern >> BigInt(low)))
  } else if (width > 64) {
    pushWideBits(emitter, value, low, present)
  } else {
    emitter.valueAs(value, 'zero', 64)
    shiftRight(emitter, low)
    if (low + present < width) mask(emitter, present)
  }
}

/** {@link pushBits} of a value in memory, of more than 64 bits. */
export function pushWideBits(
  emitter: FunctionEmitter,
  value: ValueId,
  low: number,
  count: number,
  bits: 32 | 64 = 64,
): void {
  const { writer } = emitter
  const location = emitter.wide(value)
  const present = Math.min(count, emitter.width(value) - low)
  const inByte = low & 7
  const byte = location.offset + (low >> 3)
  if (bits === 32) {
    emitter.base(location)
    const size = inByte + present
    if (size > 32) {
      writer.access(Op.i64Load, byte)
      shiftRight(emitter, inByte)
      writer.op(Op.i32WrapI64)
      if (present < 32) maskWord(emitter, present)
      return
    }
    writer.access(size <= 8 ? Op.i32Load8U : size <= 16 ? Op.i32Load16U : Op.i32Load, byte)
    if (inByte > 0) {
      writer.i32Const(inByte)
      writer.op(Op.i32ShrU)
    }
    if (size !== 8 && size !== 16 && size !== 32) maskWord(emitter, present)
    return
  }
  const inLimb = low & 63
  emitter.base(location)
  if (inLimb + present <= 64) {
    writer.access(Op.i64Load, location.offset + ((low >> 6) << 3))
    shiftRight(emitter, inLimb)
    if (inLimb + present < 64 && low + present < emitter.width(value)) mask(emitter, present)
    return
  }
  writer.access(Op.i64Load, byte)
  shiftRight(emitter, inByte)
  if (inByte + present > 64) {
    emitter.base(location)
    writer.access(Op.i64Load8U, byte + 8)
    writer.i64Const(BigInt(64 - inByte))
    writer.op(Op.i64Shl)
    writer.op(Op.i64Or)
  }
  if (present < 64) mask(emitter, present)
}

/**
 * Pushes element `index` of a wide value as a 64-bit word; `width` bits of it count, from bit `low` of
 * the element on. Elements beyond the end are zero.
 */
export function pushDynamicBits(
  emitter: FunctionEmitter,
  value: ValueId,
  index: ValueId,
  width: number,
): void {
  const position = pushElementPosition(emitter, value, index, width)
  pushBitsAt(emitter, position, 0, width)
}

interface ElementPosition {
  readonly address: number
  /** Local with the bit in the byte at the address, or undefined when elements are whole bytes. */
  readonly bit: number | undefined
}

function pushElementPosition(
  emitter: FunctionEmitter,
  value: ValueId,
  index: ValueId,
  width: number,
): ElementPosition {
  const { writer } = emitter
  const count = emitter.width(value) / width
  const element = emitter.local32()
  const address = emitter.local32()
  pushAmount(emitter, index, count)
  writer.set(element)
  emitter.wideAddress(value)
  writer.get(element)
  writer.i32Const(width)
  writer.op(Op.i32Mul)
  let bit: number | undefined
  if (width % 8 !== 0) {
    bit = emitter.local32()
    writer.tee(bit)
  }
  writer.i32Const(3)
  writer.op(Op.i32ShrU)
  writer.op(Op.i32Add)
  writer.i32Const(emitter.context.storage.zeros)
  writer.get(element)
  writer.i32Const(count)
  writer.op(Op.i32LtU)
  writer.op(Op.select)
  writer.set(address)
  return { address, bit }
}

/** Pushes 64 bits from `low` of an element on, masked to `count`. */
function pushBitsAt(
  emitter: FunctionEmitter,
  { address, bit }: ElementPosition,
  low: number,
  count: number,
): void {
  const { writer } = emitter
  const pushBit = () => {
    writer.get(bit!)
    writer.i32Const(7)
    writer.op(Op.i32And)
    writer.op(Op.i64ExtendI32U)
  }
  writer.get(address)
  writer.access(Op.i64Load, low >> 3)
  if (bit !== undefined) {
    pushBit()
    writer.op(Op.i64ShrU)
    if (count > 57) {
      writer.get(address)
      writer.access(Op.i64Load8U, (low >> 3) + 8)
      writer.i64Const(1n)
      writer.op(Op.i64Shl)
      writer.i64Const(63n)
      pushBit()
      writer.op(Op.i64Sub)
      writer.op(Op.i64Shl)
      writer.op(Op.i64Or)
    }
  }
  if (count < 64) mask(emitter, count)
}

/** Pushes the address of a wide value that is a choice among values in memory. */
export function selectWide(emitter: FunctionEmitter, value: ValueId): void {
  const { writer, context } = emitter
  const [a, b, c] = context.graph.operands[value] as [ValueId, ValueId, ValueId]
  switch (context.graph.ops[value]) {
    case 'mux':
      emitter.wideAddress(b)
      emitter.wideAddress(c)
      emitter.value(a, 'zero')
      writer.op(Op.select)
      return
    case 'index':
      writer.get(pushElementPosition(emitter, a, b, emitter.width(value)).address)
      return
    default: {
      const table = wordTable(emitter, value)
      pushWordOffset(emitter, a, table)
      writer.i32Const(table.address)
      writer.op(Op.i32Add)
    }
  }
}

/** Computes a wide value into memory. */
export function computeWide(emitter: FunctionEmitter, value: ValueId, address: number): void {
  const { graph } = emitter.context
  const op = graph.ops[value]!
  const [a, b] = graph.operands[value] as [ValueId, ValueId]
  switch (op) {
    case 'add':
      addWithCarry(emitter, value, address)
      return
    case 'sub':
      subtract(emitter, value, address, a, b)
      return
    case 'neg':
      subtract(emitter, value, address, undefined, a)
      return
    case 'mul':
    case 'shl':
    case 'lshr':
    case 'ashr':
      callHelper(emitter, value, op, address)
      return
    case 'sext':
      signExtend(emitter, value, address)
      return
    case 'index': {
      const position = pushElementPosition(emitter, a, b, emitter.width(value))
      storeLimbs(emitter, value, address, (low, count) => pushBitsAt(emitter, position, low, count))
      return
    }
    default:
      storeLimbs(emitter, value, address, (low, count) => limbOf(emitter, value, low, count))
  }
}

function limbOf(emitter: FunctionEmitter, value: ValueId, low: number, count: number): void {
  const { graph } = emitter.context
  const { writer } = emitter
  const operands = graph.operands[value]!
  const [a, b] = operands as [ValueId, ValueId]
  const op = graph.ops[value]!
  switch (op) {
    case 'and':
    case 'or':
    case 'xor':
      pushBits(emitter, a, low, count)
      pushBits(emitter, b, low, count)
      writer.op({ and: Op.i64And, or: Op.i64Or, xor: Op.i64Xor }[op])
      return
    case 'not':
      pushBits(emitter, a, low, count)
      writer.i64Const((1n << BigInt(count)) - 1n)
      writer.op(Op.i64Xor)
      return
    case 'zext':
      pushBits(emitter, a, low, count)
      return
    case 'slice':
      pushBits(emitter, a, graph.payloads[value]! + low, count)
      return
    case 'concat':
      concatLimb(emitter, operands, low, count)
      return
    default:
      throw new Error(`${op} is not computed by limbs`)
  }
}

function concatLimb(
  emitter: FunctionEmitter,
  parts: readonly ValueId[],
  low: number,
  count: number,
): void {
  const { writer } = emitter
  let position = 0
  let pushed = false
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index]!
    const from = Math.max(low, position)
    const to = Math.min(low + count, position + emitter.width(part))
    if (from < to) {
      pushBits(emitter, part, from - position, to - from)
      if (from > low) {
        writer.i64Const(BigInt(from - low))
        writer.op(Op.i64Shl)
      }
      if (pushed) writer.op(Op.i64Or)
      pushed = true
    }
    position += emitter.width(part)
  }
}

function storeLimbs(
  emitter: FunctionEmitter,
  value: ValueId,
  address: number,
  push: (low: number, count: number) => void,
): void {
  const width = emitter.width(value)
  for (let low = 0; low < width; low += 64) {
    emitter.writer.i32Const(0)
    push(low, Math.min(64, width - low))
    emitter.writer.access(Op.i64Store, address + (low >> 3))
  }
}

function addWithCarry(emitter: FunctionEmitter, value: ValueId, address: number): void {
  const { writer } = emitter
  const [a, b] = emitter.context.graph.operands[value] as [ValueId, ValueId]
  const width = emitter.width(value)
  const [sum, limb, carry] = [emitter.local64(), emitter.local64(), emitter.local64()]
  for (let low = 0; low < width; low += 64) {
    pushBits(emitter, a, low, 64)
    writer.tee(limb)
    pushBits(emitter, b, low, 64)
    writer.op(Op.i64Add)
    writer.set(sum)
    if (low > 0) {
      writer.get(sum)
      writer.get(carry)
      writer.op(Op.i64Add)
      writer.set(sum)
    }
    if (low + 64 < width) {
      // A limb overflowed when it came out below an addend, or equal to it with a carry in.
      writer.get(sum)
      writer.get(limb)
      writer.op(Op.i64LtU)
      if (low > 0) {
        writer.get(sum)
        writer.get(limb)
        writer.op(Op.i64Eq)
        writer.get(carry)
        writer.op(Op.i32WrapI64)
        writer.op(Op.i32And)
        writer.op(Op.i32Or)
      }
      writer.op(Op.i64ExtendI32U)
      writer.set(carry)
    }
    storeLimb(emitter, sum, address, low, width)
  }
}

/** `a - b`, or `-b` without an `a`. */
function subtract(
  emitter: FunctionEmitter,
  value: ValueId,
  address: number,
  a: ValueId | undefined,
  b: ValueId,
): void {
  const { writer } = emitter
  const width = emitter.width(value)
  const [left, right, difference, borrow] = [
    emitter.local64(),
    emitter.local64(),
    emitter.local64(),
    emitter.local64(),
  ]
  for (let low = 0; low < width; low += 64) {
    if (a === undefined) writer.i64Const(0n)
    else pushBits(emitter, a, low, 64)
    writer.tee(left)
    pushBits(emitter, b, low, 64)
    writer.tee(right)
    writer.op(Op.i64Sub)
    if (low > 0) {
      writer.get(borrow)
      writer.op(Op.i64Sub)
    }
    writer.set(difference)
    if (low + 64 < width) {
      writer.get(left)
      writer.get(right)
      writer.op(Op.i64LtU)
      if (low > 0) {
        writer.get(left)
        writer.get(right)
        writer.op(Op.i64Eq)
        writer.get(borrow)
        writer.op(Op.i32WrapI64)
        writer.op(Op.i32And)
        writer.op(Op.i32Or)
      }
      writer.op(Op.i64ExtendI32U)
      writer.set(borrow)
    }
    storeLimb(emitter, difference, address, low, width)
  }
}

function storeLimb(
  emitter: FunctionEmitter,
  local: number,
  address: number,
  low: number,
  width: number,
): void {
  const { writer } = emitter
  writer.i32Const(0)
  writer.get(local)
  if (width - low < 64) mask(emitter, width - low)
  writer.access(Op.i64Store, address + (low >> 3))
}

function signExtend(emitter: FunctionEmitter, value: ValueId, address: number): void {
  const { writer } = emitter
  const a = emitter.operand(value, 0)
  const widthA = emitter.width(a)
  const sign = emitter.local64()
  writer.i64Const(0n)
  pushBits(emitter, a, widthA - 1, 1)
  writer.op(Op.i64Sub)
  writer.set(sign)
  storeLimbs(emitter, value, address, (low, count) => {
    const present = Math.min(count, Math.max(0, widthA - low))
    pushBits(emitter, a, low, present)
    if (present === count) return
    writer.get(sign)
    if (present > 0) {
      writer.i64Const(BigInt(present))
      writer.op(Op.i64Shl)
    }
    if (count < 64) mask(emitter, count)
    writer.op(Op.i64Or)
  })
}

function callHelper(
  emitter: FunctionEmitter,
  value: ValueId,
  op: 'mul' | 'shl' | 'lshr' | 'ashr',
  address: number,
): void {
  const { writer } = emitter
  const { helpers } = emitter.context
  const width = emitter.width(value)
  const [a, b] = emitter.context.graph.operands[value] as [ValueId, ValueId]
  writer.i32Const(address)
  emitter.wideAddress(a)
  if (op === 'mul') emitter.wideAddress(b)
  else pushAmount(emitter, b, width)
  writer.i32Const(limbs(width))
  if (op === 'mul') writer.call(helpers.multiply)
  else if (op === 'shl') writer.call(helpers.shiftLeft)
  else {
    pushFill(emitter, a, op === 'ashr')
    writer.call(helpers.shiftRight)
  }
  if (width % 64 === 0) return
  const top = address + 8 * (limbs(width) - 1)
  writer.i32Const(0)
  writer.i32Const(0)
  writer.access(Op.i64Load, top)
  mask(emitter, width % 64)
  writer.access(Op.i64Store, top)
}

/** Pushes the sign of a value as a limb, and the same for the unused bits of its top limb. */
function pushFill(emitter: FunctionEmitter, a: ValueId, signed: boolean): void {
  const { writer } = emitter
  const width = emitter.width(a)
  if (!signed) {
    writer.i64Const(0n)
    writer.i64Const(0n)
    return
  }
  const sign = emitter.local64()
  writer.i64Const(0n)
  pushBits(emitter, a, width - 1, 1)
  writer.op(Op.i64Sub)
  writer.tee(sign)
  if (width % 64 === 0) {
    writer.i64Const(0n)
  } else {
    writer.get(sign)
    writer.i64Const(BigInt(width % 64))
    writer.op(Op.i64Shl)
  }
}

/** Pushes a comparison or reduction of wide operands as a 32-bit 0 or 1. */
export function emitNarrowOfWide(emitter: FunctionEmitter, value: ValueId): void {
  const { graph } = emitter.context
  const { writer } = emitter
  const op = graph.ops[value]!
  const [a, b] = graph.operands[value] as [ValueId, ValueId]
  const width = emitter.width(a)
  const eachLimb = (push: (low: number, count: number) => void, combine: number) => {
    for (let low = 0; low < width; low += 64) {
      push(low, Math.min(64, width - low))
      if (low > 0) writer.op(combine)
    }
  }
  switch (op) {
    case 'eq':
    case 'ne':
      eachLimb((low) => {
        pushBits(emitter, a, low, 64)
        pushBits(emitter, b, low, 64)
        writer.op(Op.i64Xor)
      }, Op.i64Or)
      writer.op(Op.i64Eqz)
      if (op === 'ne') writer.op(Op.i32Eqz)
      return
    case 'reduceOr':
      eachLimb((low) => pushBits(emitter, a, low, 64), Op.i64Or)
      writer.op(Op.i64Eqz)
      writer.op(Op.i32Eqz)
      return
    case 'reduceXor':
      eachLimb((low) => pushBits(emitter, a, low, 64), Op.i64Xor)
      writer.op(Op.i64Popcnt)
      writer.op(Op.i32WrapI64)
      writer.i32Const(1)
      writer.op(Op.i32And)
      return
    case 'reduceAnd':
      eachLimb((low, count) => {
        pushBits(emitter, a, low, 64)
        writer.i64Const((1n << BigInt(count)) - 1n)
        writer.op(Op.i64Eq)
      }, Op.i32And)
      return
    default:
      compareWide(emitter, value)
  }
}

/** From the lowest limb up: a limb decides unless it is equal, then the limbs below it do. */
function compareWide(emitter: FunctionEmitter, value: ValueId): void {
  const { writer } = emitter
  const op = emitter.context.graph.ops[value]!
  const [a, b] = emitter.context.graph.operands[value] as [ValueId, ValueId]
  const width = emitter.width(a)
  const signed = op === 'slt' || op === 'sle'
  const [left, right, result] = [emitter.local64(), emitter.local64(), emitter.local32()]
  writer.i32Const(op === 'ule' || op === 'sle' ? 1 : 0)
  writer.set(result)
  for (let low = 0; low < width; low += 64) {
    const top = low + 64 >= width
    for (const [operand, local] of [
      [a, left],
      [b, right],
    ] as const) {
      pushBits(emitter, operand, low, 64)
      const spare = 64 - (width - low)
      if (signed && top && spare > 0) {
        writer.i64Const(BigInt(spare))
        writer.op(Op.i64Shl)
      }
      writer.set(local)
    }
    writer.get(left)
    writer.get(right)
    writer.op(signed && top ? Op.i64LtS : Op.i64LtU)
    writer.get(left)
    writer.get(right)
    writer.op(Op.i64Eq)
    writer.get(result)
    writer.op(Op.i32And)
    writer.op(Op.i32Or)
    writer.set(result)
  }
  writer.get(result)
}

function shiftRight(emitter: FunctionEmitter, amount: number): void {
  if (amount === 0) return
  emitter.writer.i64Const(BigInt(amount))
  emitter.writer.op(Op.i64ShrU)
}

function mask(emitter: FunctionEmitter, count: number): void {
  emitter.writer.i64Const((1n << BigInt(count)) - 1n)
  emitter.writer.op(Op.i64And)
}

function maskWord(emitter: FunctionEmitter, count: number): void {
  if (count === 32) return
  emitter.writer.i32Const(2 ** count - 1)
  emitter.writer.op(Op.i32And)
}
