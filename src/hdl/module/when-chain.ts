import type { Bool } from '../signals/bool.js'
import { condition as conditionNode } from '../signals/nodes.js'
import type { OpenWhen, StatementStack } from './statement-stack.js'

/** Continues a `when`. */
export class WhenChain {
  constructor(
    private readonly statements: StatementStack,
    private readonly open: OpenWhen,
  ) {}

  /** `else if (condition) begin ... end` */
  elseWhen(condition: Bool, body: () => void): WhenChain {
    this.statements.checkContinuation(this.open)
    this.statements.addBranch(this.open, conditionNode(condition), body)
    return this
  }

  /** `else begin ... end` */
  otherwise(body: () => void): void {
    this.statements.checkContinuation(this.open)
    this.statements.setOtherwise(this.open, body)
  }
}

/** The cases of a `switch`. */
export interface SwitchCases {
  /** `2'd1: begin ... end`; several values share a body; `label` names the case in the emitted text. */
  is(value: number | bigint | readonly (number | bigint)[], body: () => void, label?: string): void
  /** `default: begin ... end` */
  otherwise(body: () => void): void
}
