import type { ExpressionNode } from '../ir/expression.js'
import { UIntType } from '../types/uint-type.js'
import type { Add, OperandWidth, SameWidth, Subtract, SumWidth } from '../types/width-arithmetic.js'
import { Bool } from './bool.js'
import {
  binary,
  cast,
  extend,
  index,
  operand,
  saturate,
  shift,
  shiftedUp,
  slice,
  truncate,
  unary,
} from './nodes.js'
import { Signal } from './signal.js'
import { SInt } from './sint.js'

/** A plain number takes the width of the other operand and must fit in it. */
export type UIntOperand<W extends number = number> = UInt<W> | number | bigint

/**
 * An unsigned number of `W` bits, 0..2^W - 1.
 * Methods take the width from `this` (A), so that W stays covariant: a `UInt<8>` is a `UInt`.
 */
export class UInt<out W extends number = number> extends Signal {
  declare protected readonly brand: 'uint'

  /** Bits, 1..65,536. */
  get width(): W {
    return this.node.width as W
  }

  override get type(): UIntType<W> {
    return new UIntType<W>(this.width)
  }

  /** The exact sum, one bit wider than the wider operand: `9'(a) + 9'(b)`. */
  add<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O,
  ): UInt<SumWidth<A, OperandWidth<O, A>>> {
    return new UInt(binary('add', this.node, this.#operand(other)))
  }

  /** The exact difference, signed and one bit wider than the wider operand: `9'(a) - 9'(b)`. */
  sub<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O,
  ): SInt<SumWidth<A, OperandWidth<O, A>>> {
    return new SInt(binary('sub', this.node, this.#operand(other)))
  }

  /** The exact product, as wide as both operands together: `a * b`. */
  mul<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O,
  ): UInt<Add<A, OperandWidth<O, A>>> {
    return new UInt(binary('mul', this.node, this.#operand(other)))
  }

  /** `a & b`, equal widths. */
  and<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): UInt<A> {
    return new UInt(binary('and', this.node, this.#operand(other)))
  }

  /** `a | b`, equal widths. */
  or<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): UInt<A> {
    return new UInt(binary('or', this.node, this.#operand(other)))
  }

  /** `a ^ b`, equal widths. */
  xor<A extends number, O extends UIntOperand>(
    this: UInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): UInt<A> {
    return new UInt(binary('xor', this.node, this.#operand(other)))
  }

  /** `~a` */
  not(): UInt<W> {
    return new UInt(unary('not', this.node))
  }

  /** `a == b`, by value; widths may differ. */
  eq(other: UIntOperand): Bool {
    return new Bool(binary('eq', this.node, this.#operand(other)))
  }

  /** `a != b`, by value; widths may differ. */
  ne(other: UIntOperand): Bool {
    return new Bool(binary('ne', this.node, this.#operand(other)))
  }

  /** `a < b`, by value; widths may differ. */
  lt(other: UIntOperand): Bool {
    return new Bool(binary('lt', this.node, this.#operand(other)))
  }

  /** `a <= b`, by value; widths may differ. */
  le(other: UIntOperand): Bool {
    return new Bool(binary('le', this.node, this.#operand(other)))
  }

  /** `b < a`, by value; widths may differ. */
  gt(other: UIntOperand): Bool {
    return new Bool(binary('lt', this.#operand(other), this.node))
  }

  /** `b <= a`, by value; widths may differ. */
  ge(other: UIntOperand): Bool {
    return new Bool(binary('le', this.#operand(other), this.node))
  }

  /** Every bit is 1: `&a`. */
  reduceAnd(): Bool {
    return new Bool(unary('reduceAnd', this.node))
  }

  /** Some bit is 1: `|a`. */
  reduceOr(): Bool {
    return new Bool(unary('reduceOr', this.node))
  }

  /** The parity: `^a`. */
  reduceXor(): Bool {
    return new Bool(unary('reduceXor', this.node))
  }

  /** Bits `high` down to `low`: `a[5:2]`. */
  bits<H extends number, L extends number>(high: H, low: L): UInt<Add<Subtract<H, L>, 1>> {
    return new UInt(slice(this.node, high, low))
  }

  /** One bit: `a[position]`; a variable position has `ceil(log2(W))` bits, and beyond W it reads 0. */
  bit(position: number | UInt): Bool {
    return typeof position === 'number'
      ? new Bool(slice(this.node, position, position))
      : new Bool(index(this.node, position, 1))
  }

  /** Times 2^amount, wider by `amount` bits: `{a, 2'd0}`. */
  shl<A extends number, N extends number>(this: UInt<A>, amount: N): UInt<Add<A, N>> {
    return new UInt(shiftedUp(this.node, amount))
  }

  /** Divided by 2^amount, rounded down, narrower by `amount` bits: `a[7:2]`. */
  shr<A extends number, N extends number>(this: UInt<A>, amount: N): UInt<Subtract<A, N>> {
    return new UInt(slice(this.node, this.width - 1, amount))
  }

  /** `a << amount` in the width of `a`: bits shifted out at the top are lost, as in every HDL. */
  shiftLeft(amount: UInt): UInt<W> {
    return new UInt(shift('left', this.node, amount))
  }

  /** `a >> amount` in the width of `a`. */
  shiftRight(amount: UInt): UInt<W> {
    return new UInt(shift('right', this.node, amount))
  }

  /** The same value in `width` bits, at least as many as now: `12'(a)`. */
  extend<V extends number>(width: V): UInt<V> {
    return new UInt<V>(extend(this.node, width))
  }

  /** The low `width` bits, the value modulo 2^width: `a[3:0]`. */
  truncate<V extends number>(width: V): UInt<V> {
    return new UInt<V>(truncate(this.node, width))
  }

  /** The value, or 2^width - 1 when it is larger: `(|a[11:8]) ? 8'd255 : a[7:0]`. */
  saturate<V extends number>(width: V): UInt<V> {
    return new UInt<V>(saturate(this.node, width))
  }

  /** The same bits as two's complement; no hardware. */
  asSigned(): SInt<W> {
    return new SInt(cast(this.node, true))
  }

  /** The same value as a signed number, one bit wider: `9'(a)`. */
  toSigned<A extends number>(this: UInt<A>): SInt<Add<A, 1>> {
    return new SInt(cast(extend(this.node, this.width + 1), true))
  }

  /** The bit of a one-bit number; of a wider one, whether it is not zero. */
  asBool(): Bool {
    return this.width === 1 ? new Bool(this.node) : this.reduceOr()
  }

  #operand(other: UIntOperand): ExpressionNode {
    return operand(other, this.width, false)
  }
}
