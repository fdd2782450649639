import type { ExpressionNode } from '../ir/expression.js'
import { BoolType } from '../types/bool-type.js'
import { binary, constant, unary } from './nodes.js'
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
    return new Bool(binary('and', this.node, boolNode(other)))
  }

  /** `a | b` */
  or(other: BoolOperand): Bool {
    return new Bool(binary('or', this.node, boolNode(other)))
  }

  /** `a ^ b` */
  xor(other: BoolOperand): Bool {
    return new Bool(binary('xor', this.node, boolNode(other)))
  }

  /** `~a` */
  not(): Bool {
    return new Bool(unary('not', this.node))
  }

  /** `a == b` */
  eq(other: BoolOperand): Bool {
    return new Bool(binary('eq', this.node, boolNode(other)))
  }

  /** The bit as an unsigned number of one bit; no hardware. */
  asUInt(): UInt<1> {
    return new UInt<1>(this.node)
  }
}

export function boolNode(value: BoolOperand): ExpressionNode {
  return typeof value === 'boolean' ? constant(value ? 1 : 0, 1, false) : value.node
}
