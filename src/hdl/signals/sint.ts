import type { ExpressionNode } from '../ir/expression.js'
import { SIntType } from '../types/sint-type.js'
import type { Add, OperandWidth, SameWidth, Subtract, SumWidth } from '../types/width-arithmetic.js'
import { Bool } from './bool.js'
import {
  binary,
  cast,
  extend,
  mux,
  operand,
  saturate,
  shift,
  shiftedUp,
  slice,
  truncate,
  unary,
} from './nodes.js'
import { Signal } from './signal.js'
import { UInt } from './uint.js'

/** A plain number takes the width of the other operand and must fit in it. */
export type SIntOperand<W extends number = number> = SInt<W> | number | bigint

/**
 * A signed number of `W` bits in two's complement, -2^(W-1)..2^(W-1) - 1.
 * Methods take the width from `this` (A), so that W stays covariant: a `SInt<8>` is a `SInt`.
 */
export class SInt<out W extends number = number> extends Signal {
  declare protected readonly brand: 'sint'

  /** Bits, 1..65,536. */
  get width(): W {
    return this.node.width as W
  }

  override get type(): SIntType<W> {
    return new SIntType<W>(this.width)
  }

  /** The exact sum, one bit wider than the wider operand: `9'(a) + 9'(b)`. */
  add<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O,
  ): SInt<SumWidth<A, OperandWidth<O, A>>> {
    return new SInt(binary('add', this.node, this.#operand(other)))
  }

  /** The exact difference, one bit wider than the wider operand: `9'(a) - 9'(b)`. */
  sub<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O,
  ): SInt<SumWidth<A, OperandWidth<O, A>>> {
    return new SInt(binary('sub', this.node, this.#operand(other)))
  }

  /** The exact product, as wide as both operands together: `a * b`. */
  mul<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O,
  ): SInt<Add<A, OperandWidth<O, A>>> {
    return new SInt(binary('mul', this.node, this.#operand(other)))
  }

  /** The exact negative, one bit wider: `-(9'(a))`. */
  neg<A extends number>(this: SInt<A>): SInt<Add<A, 1>> {
    return new SInt(unary('neg', this.node))
  }

  /** The magnitude, unsigned, in the same width (2^(W-1) fits): `a[7] ? -a : a`. */
  abs(): UInt<W> {
    const negative = truncate(unary('neg', this.node), this.width)
    return new UInt(cast(mux(this.isNegative().node, negative, this.node), false))
  }

  /** The sign bit: `a[7]`. */
  isNegative(): Bool {
    return new Bool(slice(this.node, this.width - 1, this.width - 1))
  }

  /** `a & b`, equal widths. */
  and<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): SInt<A> {
    return new SInt(binary('and', this.node, this.#operand(other)))
  }

  /** `a | b`, equal widths. */
  or<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): SInt<A> {
    return new SInt(binary('or', this.node, this.#operand(other)))
  }

  /** `a ^ b`, equal widths. */
  xor<A extends number, O extends SIntOperand>(
    this: SInt<A>,
    other: O & SameWidth<OperandWidth<O, A>, A>,
  ): SInt<A> {
    return new SInt(binary('xor', this.node, this.#operand(other)))
  }

  /** `~a` */
  not(): SInt<W> {
    return new SInt(unary('not', this.node))
  }

  /** `a == b`, by value; widths may differ. */
  eq(other: SIntOperand): Bool {
    return new Bool(binary('eq', this.node, this.#operand(other)))
  }

  /** `a != b`, by value; widths may differ. */
  ne(other: SIntOperand): Bool {
    return new Bool(binary('ne', this.node, this.#operand(other)))
  }

  /** `a < b`, by value; widths may differ. */
  lt(other: SIntOperand): Bool {
    return new Bool(binary('lt', this.node, this.#operand(other)))
  }

  /** `a <= b`, by value; widths may differ. */
  le(other: SIntOperand): Bool {
    return new Bool(binary('le', this.node, this.#operand(other)))
  }

  /** `b < a`, by value; widths may differ. */
  gt(other: SIntOperand): Bool {
    return new Bool(binary('lt', this.#operand(other), this.node))
  }

  /** `b <= a`, by value; widths may differ. */
  ge(other: SIntOperand): Bool {
    return new Bool(binary('le', this.#operand(other), this.node))
  }

  /** Bits `high` down to `low`, unsigned: `a[5:2]`. */
  bits<H extends number, L extends number>(high: H, low: L): UInt<Add<Subtract<H, L>, 1>> {
    return new UInt(slice(this.node, high, low))
  }

  /** One bit: `a[5]`. */
  bit(position: number): Bool {
    return new Bool(slice(this.node, position, position))
  }

  /** Times 2^amount, wider by `amount` bits: `{a, 2'd0}`. */
  shl<A extends number, N extends number>(this: SInt<A>, amount: N): SInt<Add<A, N>> {
    return new SInt(shiftedUp(this.node, amount))
  }

  /** Divided by 2^amount, rounded down, narrower by `amount` bits: `a[7:2]`. */
  shr<A extends number, N extends number>(this: SInt<A>, amount: N): SInt<Subtract<A, N>> {
    return new SInt(cast(slice(this.node, this.width - 1, amount), true))
  }

  /** `a << amount` in the width of `a`: bits shifted out at the top are lost, as in every HDL. */
  shiftLeft(amount: UInt): SInt<W> {
    return new SInt(shift('left', this.node, amount))
  }

  /** `a >>> amount`, arithmetic, in the width of `a`. */
  shiftRight(amount: UInt): SInt<W> {
    return new SInt(shift('right', this.node, amount))
  }

  /** The same value in `width` bits, at least as many as now: `12'(a)`. */
  extend<V extends number>(width: V): SInt<V> {
    return new SInt<V>(extend(this.node, width))
  }

  /** The low `width` bits, read as two's complement: `a[3:0]`. */
  truncate<V extends number>(width: V): SInt<V> {
    return new SInt<V>(truncate(this.node, width))
  }

  /** The nearest value that `width` bits hold. */
  saturate<V extends number>(width: V): SInt<V> {
    return new SInt<V>(saturate(this.node, width))
  }

  /** The same bits as an unsigned number; no hardware. */
  asUnsigned(): UInt<W> {
    return new UInt(cast(this.node, false))
  }

  #operand(other: SIntOperand): ExpressionNode {
    return operand(other, this.width, true)
  }
}
