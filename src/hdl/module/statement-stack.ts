import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'
import type { AssignNode, StatementNode, SwitchCase, WhenBranch } from '../ir/statement.js'
import { Place } from '../place.js'
import { binary, constant, matchesAny, unary } from '../signals/nodes.js'

type Condition = () => ExpressionNode

/** A when that is still open for `elseWhen` and `otherwise`. */
export interface OpenWhen {
  readonly kind: 'when'
  readonly branches: WhenBranch[]
  otherwise: readonly StatementNode[] | undefined
  readonly place: Place
}

/** The statement blocks under construction, innermost last, with the condition of each. */
export class StatementStack {
  readonly root: StatementNode[] = []
  /** Empty once the body has ended. */
  readonly #blocks: StatementNode[][] = [this.root]
  readonly #conditions: Condition[] = []

  assign(target: SignalNode, value: ExpressionNode): void {
    this.#blocks.at(-1)!.push(assignment(target, value))
  }

  /** Runs `write` outside every `when` and `switch`. */
  atTopLevel(write: () => void): void {
    const [blocks, conditions] = [this.#blocks.splice(1), this.#conditions.splice(0)]
    try {
      write()
    } finally {
      this.#blocks.push(...blocks)
      this.#conditions.push(...conditions)
    }
  }

  assignTopLevel(target: SignalNode, value: ExpressionNode): void {
    this.root.push(assignment(target, value))
  }

  beginWhen(): OpenWhen {
    const open: OpenWhen = {
      kind: 'when',
      branches: [],
      otherwise: undefined,
      place: Place.here(),
    }
    this.#blocks.at(-1)!.push(open)
    return open
  }

  /** Reports a branch after `otherwise`, and one written in another block than its `when`. */
  checkContinuation(open: OpenWhen): void {
    const fault =
      open.otherwise !== undefined
        ? 'the when has its otherwise already'
        : (this.#blocks.at(-1)?.lastIndexOf(open) ?? -1) >= 0
          ? undefined
          : 'the when was written in another block'
    if (fault === undefined) return
    reportHere('MISPLACED_BRANCH', fault, [{ role: 'when', place: open.place }])
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
    return {
      addCase: (patterns: readonly bigint[], write: () => void, label: string | undefined) => {
        const taken = new Set(open.cases.flatMap(({ values }) => values))
        for (const pattern of patterns) {
          if (taken.has(pattern)) reportHere('MISPLACED_BRANCH', `case ${pattern} appears twice`)
          taken.add(pattern)
        }
        if (patterns.length === 0) reportHere('MISPLACED_BRANCH', 'a case of no value')
        const values = [...new Set(patterns)]
        const body = this.#within(() => matchesAny(subject, values), write)
        open.cases.push({ values, body, ...(label === undefined ? {} : { label }) })
      },
      setOtherwise: (write: () => void) => {
        if (open.otherwise !== undefined) {
          reportHere('MISPLACED_BRANCH', 'the switch has its otherwise already')
        }
        const none = () => all(open.cases.map(({ values }) => negated(matchesAny(subject, values))))
        open.otherwise = this.#within(none, write)
      },
    }
  }

  /** Ends the body: nothing can be added any more. */
  close(): readonly StatementNode[] {
    this.#blocks.length = 0
    return this.root
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

function negated(condition: ExpressionNode): ExpressionNode {
  return unary('not', condition)
}

function all(conditions: readonly ExpressionNode[]): ExpressionNode {
  return conditions.length === 0
    ? constant(1, 1, false)
    : conditions.reduce((a, b) => binary('and', a, b))
}
