import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'
import type { AssignNode, StatementNode, SwitchCase, WhenBranch } from '../ir/statement.js'
import { Place } from '../place.js'
import { binary, constant, unary } from '../signals/nodes.js'

type Condition = () => ExpressionNode

/** A when that is still open for `elseWhen` and `otherwise`. */
export interface OpenWhen {
  readonly branches: WhenBranch[]
  otherwise: readonly StatementNode[] | undefined
}

/** The statement blocks under construction, innermost last, with the condition of each. */
export class StatementStack {
  readonly root: StatementNode[] = []
  readonly #blocks: StatementNode[][] = [this.root]
  readonly #conditions: Condition[] = []

  assign(target: SignalNode, value: ExpressionNode): void {
    this.#blocks.at(-1)!.push(assignment(target, value))
  }

  assignTopLevel(target: SignalNode, value: ExpressionNode): void {
    this.root.push(assignment(target, value))
  }

  beginWhen(): OpenWhen {
    const open: OpenWhen & { kind: 'when'; place: Place } = {
      kind: 'when',
      branches: [],
      otherwise: undefined,
      place: Place.here(),
    }
    this.#blocks.at(-1)!.push(open)
    return open
  }

  addBranch(open: OpenWhen, condition: ExpressionNode, write: () => void): void {
    const earlier = open.branches.map((branch) => branch.condition)
    const body = this.#within(() => all([...earlier.map(negated), condition]), write)
    open.branches.push({ condition, body })
  }

  setOtherwise(open: OpenWhen, write: () => void): void {
    const earlier = open.branches.map((branch) => branch.condition)
    open.otherwise = this.#within(() => all(earlier.map(negated)), write)
  }

  beginSwitch(subject: ExpressionNode) {
    const open = {
      kind: 'switch' as const,
      subject,
      cases: [] as SwitchCase[],
      otherwise: undefined as readonly StatementNode[] | undefined,
      place: Place.here(),
    }
    this.#blocks.at(-1)!.push(open)
    const matches = (values: readonly bigint[]) =>
      values
        .map((value) => binary('eq', subject, bitPattern(value, subject)))
        .reduce((a, b) => binary('or', a, b))
    return {
      addCase: (values: readonly bigint[], write: () => void, label: string | undefined) => {
        const body = this.#within(() => matches(values), write)
        open.cases.push({ values, body, ...(label === undefined ? {} : { label }) })
      },
      setOtherwise: (write: () => void) => {
        const none = () => all(open.cases.map(({ values }) => negated(matches(values))))
        open.otherwise = this.#within(none, write)
      },
      isTaken: (value: bigint) => open.cases.some(({ values }) => values.includes(value)),
    }
  }

  /** The conjunction of all conditions around the present block; undefined outside any. */
  get condition(): ExpressionNode | undefined {
    if (this.#conditions.length === 0) return undefined
    return all(this.#conditions.map((condition) => condition()))
  }

  #within(condition: Condition, write: () => void): readonly StatementNode[] {
    const block: StatementNode[] = []
    this.#blocks.push(block)
    this.#conditions.push(condition)
    try {
      write()
    } finally {
      this.#conditions.pop()
      this.#blocks.pop()
    }
    return block
  }
}

function assignment(target: SignalNode, value: ExpressionNode): AssignNode {
  return Object.freeze({ kind: 'assign', target, value, place: Place.here() })
}

function bitPattern(value: bigint, like: ExpressionNode): ExpressionNode {
  const { width, signed } = like
  return constant(signed ? BigInt.asIntN(width, value) : value, width, signed)
}

function negated(condition: ExpressionNode): ExpressionNode {
  return unary('not', condition)
}

function all(conditions: readonly ExpressionNode[]): ExpressionNode {
  return conditions.length === 0
    ? constant(1, 1, false)
    : conditions.reduce((a, b) => binary('and', a, b))
}
