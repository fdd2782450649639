import { BoolType } from '../types/bool-type.js'
import { binary, condition, unary } from './nodes.js'
import { Signal } from './signal.js'
import { UInt } from './uint.js'

/** What a truth operand may be written as. */
export type BoolOperand = Bool | boolean

/** One bit that is a truth value: the result of comparisons and the condition of `when` and `mux`. */
export class Bool extends Signal {
  declare protected readonly brand: 'bool'

  override get type(): BoolType {
    return BoolType.instance
  }

  /** `a & b` */
  and(other: BoolOperand): Bool {
    return new Bool(binary('and', this.node, condition(other)))
  }

  /** `a | b` */
  or(other: BoolOperand): Bool {
    return new Bool(binary('or', this.node, condition(other)))
  }

  /** `a ^ b` */
  xor(other: BoolOperand): Bool {
    return new Bool(binary('xor', this.node, condition(other)))
  }

  /** `~a` */
  not(): Bool {
    return new Bool(unary('not', this.node))
  }

  /** `a == b` */
  eq(other: BoolOperand): Bool {
    return new Bool(binary('eq', this.node, condition(other)))
  }

  /** The bit as an unsigned number of one bit; no hardware. */
  asUInt(): UInt<1> {
    return new UInt<1>(this.node)
  }
}
