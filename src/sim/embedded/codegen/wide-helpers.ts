import { FunctionWriter } from '../wasm/function-writer.js'
import type { ModuleWriter } from '../wasm/module-writer.js'
import { Op, Type } from '../wasm/opcodes.js'

const { i32, i64 } = Type

/** Function indices of the operations on values of many 64-bit limbs. */
export interface WideHelpers {
  /** (destination, a, b, limbs): the product modulo 2^(64 limbs). */
  readonly multiply: number
  /** (destination, a, amount, limbs) */
  readonly shiftLeft: number
  /** (destination, a, amount, limbs, fill, top): fill is shifted in, top is or-ed into the highest limb first. */
  readonly shiftRight: number
}

/** The destination must not overlap an operand. */
export function addWideHelpers(module: ModuleWriter): WideHelpers {
  return {
    multiply: module.add(multiply()),
    shiftLeft: module.add(shiftLeft()),
    shiftRight: module.add(shiftRight()),
  }
}

/** Schoolbook multiplication with 32-bit digits. */
function multiply(): FunctionWriter {
  const f = new FunctionWriter([i32, i32, i32, i32], [])
  const [destination, a, b, limbs] = [0, 1, 2, 3]
  const bytes = f.declareLocal(i32)
  const i = f.declareLocal(i32)
  const j = f.declareLocal(i32)
  const carry = f.declareLocal(i64)
  const digit = f.declareLocal(i64)
  const sum = f.declareLocal(i64)
  f.get(limbs)
  f.i32Const(3)
  f.op(Op.i32Shl)
  f.set(bytes)
  f.open(Op.loop)
  addressOf(f, destination, j)
  f.i64Const(0n)
  f.access(Op.i64Store, 0)
  nextIndex(f, j, 8, () => f.get(bytes))
  f.end()
  f.open(Op.loop)
  addressOf(f, a, i)
  f.access(Op.i64Load32U, 0)
  f.set(digit)
  f.i64Const(0n)
  f.set(carry)
  f.i32Const(0)
  f.set(j)
  f.open(Op.loop)
  f.get(digit)
  addressOf(f, b, j)
  f.access(Op.i64Load32U, 0)
  f.op(Op.i64Mul)
  addressOf(f, destination, i, j)
  f.access(Op.i64Load32U, 0)
  f.op(Op.i64Add)
  f.get(carry)
  f.op(Op.i64Add)
  f.set(sum)
  addressOf(f, destination, i, j)
  f.get(sum)
  f.access(Op.i64Store32, 0)
  f.get(sum)
  f.i64Const(32n)
  f.op(Op.i64ShrU)
  f.set(carry)
  nextIndex(f, j, 4, () => {
    f.get(bytes)
    f.get(i)
    f.op(Op.i32Sub)
  })
  f.end()
  nextIndex(f, i, 4, () => f.get(bytes))
  f.end()
  return f
}

function shiftLeft(): FunctionWriter {
  const f = new FunctionWriter([i32, i32, i32, i32], [])
  const [destination, a, amount, limbs] = [0, 1, 2, 3]
  const index = f.declareLocal(i32)
  const source = f.declareLocal(i32)
  f.open(Op.loop)
  f.get(index)
  f.get(amount)
  f.i32Const(6)
  f.op(Op.i32ShrU)
  f.op(Op.i32Sub)
  f.set(source)
  limbAddress(f, destination, index)
  limbOrZero(f, a, source, 0, () => f.i32Const(0), Op.i32GeS)
  amountInLimb(f, amount)
  f.op(Op.i64Shl)
  limbOrZero(f, a, source, -1, () => f.i32Const(0), Op.i32GeS)
  f.i64Const(1n)
  f.op(Op.i64ShrU)
  f.i64Const(63n)
  amountInLimb(f, amount)
  f.op(Op.i64Sub)
  f.op(Op.i64ShrU)
  f.op(Op.i64Or)
  f.access(Op.i64Store, 0)
  nextIndex(f, index, 1, () => f.get(limbs))
  f.end()
  return f
}

function shiftRight(): FunctionWriter {
  const f = new FunctionWriter([i32, i32, i32, i32, i64, i64], [])
  const [destination, a, amount, limbs, fill, top] = [0, 1, 2, 3, 4, 5]
  const index = f.declareLocal(i32)
  const source = f.declareLocal(i32)
  const limb = (offset: number) => {
    const last = () => {
      f.get(limbs)
      f.i32Const(1)
      f.op(Op.i32Sub)
    }
    f.get(a)
    plusOffset(f, source, offset)
    f.get(limbs)
    plusOffset(f, source, offset)
    f.get(limbs)
    f.op(Op.i32LtU)
    f.op(Op.select)
    f.i32Const(3)
    f.op(Op.i32Shl)
    f.op(Op.i32Add)
    f.access(Op.i64Load, 0)
    f.get(top)
    f.i64Const(0n)
    plusOffset(f, source, offset)
    last()
    f.op(Op.i32Eq)
    f.op(Op.select)
    f.op(Op.i64Or)
    f.get(fill)
    plusOffset(f, source, offset)
    f.get(limbs)
    f.op(Op.i32LtU)
    f.op(Op.select)
  }
  f.open(Op.loop)
  f.get(index)
  f.get(amount)
  f.i32Const(6)
  f.op(Op.i32ShrU)
  f.op(Op.i32Add)
  f.set(source)
  limbAddress(f, destination, index)
  limb(0)
  amountInLimb(f, amount)
  f.op(Op.i64ShrU)
  limb(1)
  f.i64Const(1n)
  f.op(Op.i64Shl)
  f.i64Const(63n)
  amountInLimb(f, amount)
  f.op(Op.i64Sub)
  f.op(Op.i64Shl)
  f.op(Op.i64Or)
  f.access(Op.i64Store, 0)
  nextIndex(f, index, 1, () => f.get(limbs))
  f.end()
  return f
}

function addressOf(f: FunctionWriter, base: number, ...offsets: readonly number[]): void {
  f.get(base)
  for (const offset of offsets) {
    f.get(offset)
    f.op(Op.i32Add)
  }
}

function limbAddress(f: FunctionWriter, base: number, index: number): void {
  f.get(base)
  f.get(index)
  f.i32Const(3)
  f.op(Op.i32Shl)
  f.op(Op.i32Add)
}

function plusOffset(f: FunctionWriter, local: number, offset: number): void {
  f.get(local)
  if (offset === 0) return
  f.i32Const(offset)
  f.op(Op.i32Add)
}

/** `base[local + offset]`, or 0 when the comparison of the index with a bound fails. */
function limbOrZero(
  f: FunctionWriter,
  base: number,
  local: number,
  offset: number,
  bound: () => void,
  comparison: number,
): void {
  f.get(base)
  plusOffset(f, local, offset)
  f.i32Const(0)
  plusOffset(f, local, offset)
  bound()
  f.op(comparison)
  f.op(Op.select)
  f.i32Const(3)
  f.op(Op.i32Shl)
  f.op(Op.i32Add)
  f.access(Op.i64Load, 0)
  f.i64Const(0n)
  plusOffset(f, local, offset)
  bound()
  f.op(comparison)
  f.op(Op.select)
}

function amountInLimb(f: FunctionWriter, amount: number): void {
  f.get(amount)
  f.i32Const(63)
  f.op(Op.i32And)
  f.op(Op.i64ExtendI32U)
}

/** Ends a loop body: steps the index and repeats below the limit. */
function nextIndex(f: FunctionWriter, index: number, step: number, limit: () => void): void {
  f.get(index)
  f.i32Const(step)
  f.op(Op.i32Add)
  f.tee(index)
  limit()
  f.op(Op.i32LtU)
  f.branch(Op.brIf, 0)
}
