import type { ExpressionNode } from '../ir/expression.js'
import type { SignalRole } from '../ir/module-node.js'

/** Leaves that a vector has at most. */
export const mostLeaves = 65_536

/** One scalar of a type: its path of field names and element numbers, and its shape. */
export interface Leaf {
  readonly path: readonly string[]
  readonly width: number
  readonly signed: boolean
  readonly role: SignalRole
}

/** Called for a value and every value inside it, with the nodes of its leaves. */
export type ComposeVisitor = (
  value: object,
  type: HardwareType,
  leaves: readonly ExpressionNode[],
) => void

/**
 * A data type of the language, at once a value (`uint(8)`) and a static type (`UIntType<8>`).
 * `S` is the class of its signals. A type is a sequence of scalar leaves; bundles and vectors are
 * lowered to them before the IR.
 */
export abstract class HardwareType<S = unknown> {
  /** Only in the type system. */
  declare readonly signal: S

  /** Bits of all leaves together. */
  abstract readonly width: number

  abstract readonly leaves: readonly Leaf[]

  /** A value made of one node a leaf, in order. */
  abstract compose(leaves: readonly ExpressionNode[], visit?: ComposeVisitor): S

  /**
   * The leaves' nodes of a value, with plain numbers and booleans taken as constants; reports
   * values of another type, width or sign.
   */
  abstract nodesOf(value: unknown): readonly ExpressionNode[]

  /** A constant: `uint(8).literal(5)`. Reports what does not fit. */
  literal(value: unknown): S {
    return this.compose(this.nodesOf(value))
  }
}
