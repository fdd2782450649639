import type { ExpressionNode } from '../ir/expression.js'
import { SIntType } from '../types/sint-type.js'
import type { Add, OperandWidth, SameWidth, Subtract, SumWidth } from '../types/width-arithmetic.js'
import { Bool } from './bool.js'
import {
  binary,
  cast,
  concat,
  constant,
  extend,
  mux,
  saturate,
  shift,
  slice,
  truncate,
  unary,
} from './nodes.js'
import { Signal } from './signal.js'
import { UInt } from './uint.js'

/** A plain number takes the width of the other operand and must fit in it. */
export type SIntOperand<W extends number = number> = SInt<W> | number | bigint

/** A signed number of `W` bits in two's complement, -2^(W-1)..2^(W-1) - 1. */
export class SInt<W extends number = number> extends Signal {
  declare protected readonly brand: 'sint'

  /** Bits, 1..65,536. */
  get width(): W {
    return this.node.width as W
  }

  override get type(): SIntType<W> {
    return new SIntType<W>(this.width)
  }

  /** The exact sum, one bit wider than the wider operand. */
  add<O extends SIntOperand>(other: O): SInt<SumWidth<W, OperandWidth<O, W>>> {
    return new SInt(binary('add', this.node, this.#operand(other)))
  }

  /** The exact difference, one bit wider than the wider operand. */
  sub<O extends SIntOperand>(other: O): SInt<SumWidth<W, OperandWidth<O, W>>> {
    return new SInt(binary('sub', this.node, this.#operand(other)))
  }

  /** The exact product, as wide as both operands together. */
  mul<O extends SIntOperand>(other: O): SInt<Add<W, OperandWidth<O, W>>> {
    return new SInt(binary('mul', this.node, this.#operand(other)))
  }

  /** The exact negative, one bit wider. */
  neg(): SInt<Add<W, 1>> {
    return new SInt(unary('neg', this.node))
  }

  /** The magnitude, unsigned, in the same width (2^(W-1) fits). */
  abs(): UInt<W> {
    const negative = truncate(unary('neg', this.node), this.width)
    return new UInt<W>(cast(mux(this.isNegative().node, negative, this.node), false))
  }

  /** The sign bit. */
  isNegative(): Bool {
    return new Bool(slice(this.node, this.width - 1, this.width - 1))
  }

  /** `a & b`, equal widths. */
  and<O extends SIntOperand>(other: O & SameWidth<OperandWidth<O, W>, W>): SInt<W> {
    return new SInt<W>(binary('and', this.node, this.#operand(other)))
  }

  /** `a | b`, equal widths. */
  or<O extends SIntOperand>(other: O & SameWidth<OperandWidth<O, W>, W>): SInt<W> {
    return new SInt<W>(binary('or', this.node, this.#operand(other)))
  }

  /** `a ^ b`, equal widths. */
  xor<O extends SIntOperand>(other: O & SameWidth<OperandWidth<O, W>, W>): SInt<W> {
    return new SInt<W>(binary('xor', this.node, this.#operand(other)))
  }

  /** `~a` */
  not(): SInt<W> {
    return new SInt<W>(unary('not', this.node))
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

  /** Bits `high` down to `low`, unsigned: `a[high:low]`. */
  bits<H extends number, L extends number>(high: H, low: L): UInt<Add<Subtract<H, L>, 1>> {
    return new UInt(slice(this.node, high, low))
  }

  /** One bit: `a[position]`. */
  bit(position: number): Bool {
    return new Bool(slice(this.node, position, position))
  }

  /** Times 2^amount, wider by `amount` bits. */
  shl<N extends number>(amount: N): SInt<Add<W, N>> {
    if (amount === 0) return new SInt(this.node)
    return new SInt(cast(concat([this.node, constant(0, amount, false)]), true))
  }

  /** Divided by 2^amount, rounded down, narrower by `amount` bits. */
  shr<N extends number>(amount: N): SInt<Subtract<W, N>> {
    return new SInt(cast(slice(this.node, this.width - 1, amount), true))
  }

  /** `a <<< amount` in the width of `a`: bits shifted out at the top are lost, as in every HDL. */
  shiftLeft(amount: UInt): SInt<W> {
    return new SInt<W>(shift('left', this.node, amount.node))
  }

  /** `a >>> amount`, arithmetic, in the width of `a`. */
  shiftRight(amount: UInt): SInt<W> {
    return new SInt<W>(shift('right', this.node, amount.node))
  }

  /** The same value in `width` bits, at least as many as now. */
  extend<V extends number>(width: V): SInt<V> {
    return new SInt<V>(extend(this.node, width))
  }

  /** The low `width` bits, read as two's complement. */
  truncate<V extends number>(width: V): SInt<V> {
    return new SInt<V>(truncate(this.node, width))
  }

  /** The nearest value that `width` bits hold. */
  saturate<V extends number>(width: V): SInt<V> {
    return new SInt<V>(saturate(this.node, width))
  }

  /** The same bits as an unsigned number: `$unsigned(a)`. */
  asUnsigned(): UInt<W> {
    return new UInt<W>(cast(this.node, false))
  }

  #operand(other: SIntOperand): ExpressionNode {
    return other instanceof Signal ? other.node : constant(other, this.width, true)
  }
}
