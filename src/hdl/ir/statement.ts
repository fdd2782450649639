import type { Place } from '../place.js'
import type { ExpressionNode } from './expression.js'
import type { SignalNode } from './module-node.js'

/**
 * Drives an output, wire or instance input, or sets the next value of a register; the value has the
 * target's width and sign. A later statement in a nested block overrides an earlier one.
 */
export interface AssignNode {
  readonly kind: 'assign'
  readonly target: SignalNode
  readonly value: ExpressionNode
  readonly place: Place
}

/** The first branch whose one-bit condition is 1, otherwise `otherwise`. */
export interface WhenNode {
  readonly kind: 'when'
  readonly branches: readonly WhenBranch[]
  readonly otherwise: readonly StatementNode[] | undefined
  readonly place: Place
}

export interface WhenBranch {
  readonly condition: ExpressionNode
  readonly body: readonly StatementNode[]
}

/** The case that lists the subject's value, otherwise `otherwise`; case values are disjoint. */
export interface SwitchNode {
  readonly kind: 'switch'
  readonly subject: ExpressionNode
  readonly cases: readonly SwitchCase[]
  readonly otherwise: readonly StatementNode[] | undefined
  readonly place: Place
}

export interface SwitchCase {
  /** Bit patterns of the subject's width. */
  readonly values: readonly bigint[]
  /** Name of a state or enumeration value, for the emitted text. */
  readonly label?: string
  readonly body: readonly StatementNode[]
}

export type StatementNode = AssignNode | WhenNode | SwitchNode
