import type { ValueId } from '../graph/graph.js'
import type { LaneBits, LaneType } from '../lanes/lane-types.js'
import type { Pack, PackId, PackOperand } from '../lanes/pack.js'
import { Op } from '../wasm/opcodes.js'
import { type ByLaneBits, LaneOp, Simd } from '../wasm/simd-opcodes.js'
import { pushAmount } from './narrow-operators.js'
import type { VectorEmitter, Vectors } from './vector-emitter.js'

/** Computes a pack in its lane type. */
export function computePack(emitter: VectorEmitter, id: PackId): Vectors {
  const pack = emitter.pack(id)
  const type = emitter.type(id)
  const { bits } = type
  const [a, b, c] = pack.operands as [PackOperand, PackOperand, PackOperand]
  const { writer } = emitter
  /** Operands of modular arithmetic: exact results need them sign-extended. */
  const arithmetic: LaneType = {
    bits,
    form: type.form === 'sign' && bits > pack.width ? 'sign' : 'any',
  }
  switch (pack.op) {
    case 'add':
    case 'sub':
    case 'mul':
      return binary(emitter, arithmetic, a, b, () => writer.simd(LaneOp[pack.op as 'add'][bits]!))
    case 'neg':
      return unary(emitter, arithmetic, a, () => writer.simd(LaneOp.neg[bits]!))
    case 'and':
    case 'or':
    case 'xor': {
      const opcode = { and: Simd.and, or: Simd.or, xor: Simd.xor }[pack.op]
      return binary(emitter, bitwise(pack, type), a, b, () => writer.simd(opcode))
    }
    case 'not':
      return unary(emitter, bitwise(pack, type), a, () => {
        const ones =
          type.form === 'zero' && bits > pack.width ? (1n << BigInt(pack.width)) - 1n : -1n
        emitter.constant(bits, ones)
        writer.simd(Simd.xor)
      })
    case 'mux': {
      const arms = bitwise(pack, type)
      const condition = emitter.operand(a, { bits, form: 'sign' })
      const whenTrue = emitter.operand(b, arms)
      const whenFalse = emitter.operand(c, arms)
      return emitter.map(bits, (index) => {
        writer.get(whenTrue[index]!)
        writer.get(whenFalse[index]!)
        writer.get(condition[index]!)
        writer.simd(Simd.bitselect)
      })
    }
    case 'eq':
    case 'ne':
    case 'ult':
    case 'ule':
    case 'slt':
    case 'sle':
      return compare(emitter, pack, a, b)
    case 'reduceOr':
      return unary(emitter, { bits, form: 'zero' }, a, () => {
        emitter.constant(bits, 0n)
        writer.simd(LaneOp.ne[bits]!)
      })
    case 'reduceAnd':
      return reduceAnd(emitter, bits, a)
    case 'reduceXor':
      return reduceXor(emitter, bits, a)
    case 'shl':
    case 'lshr':
    case 'ashr':
      return 'uniform' in b
        ? shiftUniform(emitter, pack.op, bits, a, b.uniform)
        : shiftByLane(emitter, pack.op, bits, a, b)
    case 'slice': {
      if (pack.payload === 0) return emitter.operand(a, bitwise(pack, type))
      // Lanes that end below the slice belong to an operand that has no higher bits.
      if (pack.payload >= bits) return emitter.map(bits, () => emitter.constant(bits, 0n))
      return unary(emitter, { bits, form: 'any' }, a, () => {
        writer.i32Const(pack.payload)
        writer.simd(LaneOp.shrU[bits]!)
      })
    }
    case 'zext':
    case 'sext':
      return emitter.operand(a, type)
    case 'concat':
      return concat(emitter, pack, bits)
    default:
      throw new Error(`${pack.op} is not computed`)
  }
}

/** Lanes narrower than the value, or as wide, need no form: every bit of them counts. */
function bitwise(pack: Pack, { bits, form }: LaneType): LaneType {
  return { bits, form: bits > pack.width ? form : 'any' }
}

function unary(emitter: VectorEmitter, type: LaneType, a: PackOperand, apply: () => void): Vectors {
  const vectors = emitter.operand(a, type)
  return emitter.map(type.bits, (index) => {
    emitter.writer.get(vectors[index]!)
    apply()
  })
}

function binary(
  emitter: VectorEmitter,
  type: LaneType,
  a: PackOperand,
  b: PackOperand,
  apply: () => void,
): Vectors {
  const left = emitter.operand(a, type)
  const right = emitter.operand(b, type)
  return emitter.map(type.bits, (index) => {
    emitter.writer.get(left[index]!)
    emitter.writer.get(right[index]!)
    apply()
  })
}

const comparisons: Partial<
  Record<Pack['op'], readonly [unsigned: ByLaneBits, signed: ByLaneBits]>
> = {
  eq: [LaneOp.eq, LaneOp.eq],
  ne: [LaneOp.ne, LaneOp.ne],
  ult: [LaneOp.ltU, LaneOp.ltS],
  ule: [LaneOp.leU, LaneOp.leS],
  slt: [LaneOp.ltS, LaneOp.ltS],
  sle: [LaneOp.leS, LaneOp.leS],
}

/** Vectors of 64-bit lanes are compared as signed numbers; flipping the top bits makes that unsigned. */
function compare(emitter: VectorEmitter, pack: Pack, a: PackOperand, b: PackOperand): Vectors {
  const { writer } = emitter
  const type = emitter.context.plan.types.comparisonType(pack)
  const { bits } = type
  const [unsigned, signed] = comparisons[pack.op]!
  const opcode = type.form === 'zero' ? unsigned[bits] : signed[bits]
  const width = emitter.context.plan.types.operandWidth(a)
  const operandType = bits === width ? { bits, form: 'any' as const } : type
  const left = emitter.operand(a, operandType)
  const right = emitter.operand(b, operandType)
  return emitter.map(bits, (index) => {
    for (const vector of [left[index]!, right[index]!]) {
      writer.get(vector)
      if (opcode !== undefined) continue
      emitter.constant(64, 1n << 63n)
      writer.simd(Simd.xor)
    }
    writer.simd(opcode ?? signed[bits]!)
  })
}

function reduceAnd(emitter: VectorEmitter, bits: LaneBits, a: PackOperand): Vectors {
  const width = emitter.context.plan.types.operandWidth(a)
  if (bits < width) return emitter.map(bits, () => emitter.constant(bits, 0n))
  return unary(emitter, { bits, form: 'zero' }, a, () => {
    emitter.constant(bits, (1n << BigInt(width)) - 1n)
    emitter.writer.simd(LaneOp.eq[bits]!)
  })
}

/** Folds the upper half onto the lower until one bit is left. */
function reduceXor(emitter: VectorEmitter, bits: LaneBits, a: PackOperand): Vectors {
  const { writer } = emitter
  let vectors = emitter.operand(a, { bits, form: 'zero' })
  for (let distance = bits / 2; distance >= 1; distance /= 2) {
    const before = vectors
    vectors = emitter.map(bits, (index) => {
      writer.get(before[index]!)
      writer.get(before[index]!)
      writer.i32Const(distance)
      writer.simd(LaneOp.shrU[bits]!)
      writer.simd(Simd.xor)
    })
  }
  return vectors
}

const shifts = {
  shl: { opcodes: LaneOp.shl, form: 'any' },
  lshr: { opcodes: LaneOp.shrU, form: 'zero' },
  ashr: { opcodes: LaneOp.shrS, form: 'sign' },
} as const

/** Shifts all lanes by one amount. */
function shiftUniform(
  emitter: VectorEmitter,
  op: 'shl' | 'lshr' | 'ashr',
  bits: LaneBits,
  a: PackOperand,
  amount: ValueId,
): Vectors {
  const { writer, scalars } = emitter
  const { opcodes, form } = shifts[op]
  const vectors = emitter.operand(a, { bits, form })
  const distance = scalars.local32()
  pushAmount(scalars, amount, op === 'ashr' ? bits - 1 : bits)
  writer.set(distance)
  const amountWidth = scalars.width(amount)
  const mayClear = op !== 'ashr' && (amountWidth > 30 || 2 ** amountWidth > bits)
  return emitter.map(bits, (index) => {
    writer.get(vectors[index]!)
    writer.get(distance)
    writer.simd(opcodes[bits]!)
    if (!mayClear) return
    writer.i32Const(0)
    writer.get(distance)
    writer.i32Const(bits)
    writer.op(Op.i32LtU)
    writer.op(Op.i32Sub)
    writer.simd(LaneOp.splat[32]!)
    writer.simd(Simd.and)
  })
}

/** Shifts each lane by its own amount, one bit of the amounts at a time. */
function shiftByLane(
  emitter: VectorEmitter,
  op: 'shl' | 'lshr' | 'ashr',
  bits: LaneBits,
  a: PackOperand,
  amount: PackOperand & { readonly pack: PackId },
): Vectors {
  const { writer } = emitter
  const { opcodes, form } = shifts[op]
  const amounts = emitter.operand(amount, { bits, form: 'any' })
  let vectors = emitter.operand(a, { bits, form })
  for (let bit = 0; bit < emitter.pack(amount.pack).width; bit++) {
    const before = vectors
    vectors = emitter.map(bits, (index) => {
      const distance = 2 ** bit
      if (distance < bits || op === 'ashr') {
        writer.get(before[index]!)
        writer.i32Const(Math.min(distance, bits - 1))
        writer.simd(opcodes[bits]!)
      } else {
        emitter.constant(bits, 0n)
      }
      writer.get(before[index]!)
      writer.get(amounts[index]!)
      emitter.constant(bits, 1n << BigInt(bit))
      writer.simd(Simd.and)
      emitter.constant(bits, 0n)
      writer.simd(LaneOp.ne[bits]!)
      writer.simd(Simd.bitselect)
    })
  }
  return vectors
}

function concat(emitter: VectorEmitter, { operands, width }: Pack, bits: LaneBits): Vectors {
  const { writer } = emitter
  let low = width
  const placed = operands.map((part) => {
    const partWidth = emitter.context.plan.types.operandWidth(part)
    low -= partWidth
    return { vectors: emitter.operand(part, { bits, form: 'zero' }), low }
  })
  return emitter.map(bits, (index) => {
    placed.forEach((part, position) => {
      writer.get(part.vectors[index]!)
      if (part.low > 0) {
        writer.i32Const(part.low)
        writer.simd(LaneOp.shl[bits]!)
      }
      if (position > 0) writer.simd(Simd.or)
    })
  })
}
