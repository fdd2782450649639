import type { ExpressionNode } from '../ir/expression.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import type { AssignNode, StatementNode, SwitchNode, WhenNode } from '../ir/statement.js'
import type { Place } from '../place.js'
import { binary, mux, ref } from '../signals/nodes.js'

/** What drives a signal: its final value as one expression over the module's signals. */
export interface Driver {
  readonly value: ExpressionNode
  readonly places: readonly Place[]
}

/** A signal that some branch leaves without a value. */
export interface IncompleteBranch {
  readonly target: SignalNode
  /** The `when` or `switch` with the open branch. */
  readonly place: Place
}

/** An assignment that a later one makes void. */
export interface VoidAssignment {
  readonly target: SignalNode
  readonly first: Place
  readonly second: Place
}

export interface ModuleDrivers {
  readonly drivers: ReadonlyMap<SignalNode, Driver>
  readonly incomplete: readonly IncompleteBranch[]
  readonly voidAssignments: readonly VoidAssignment[]
}

/** No value yet, since the statement at `place` has a branch without one. */
interface Hole {
  readonly hole: true
  readonly place: Place
}

type Value = ExpressionNode | Hole

const known = new WeakMap<ModuleNode, ModuleDrivers>()

/** The final value of every signal that a module's statements assign; computed once a module. */
export function driversOf(module: ModuleNode): ModuleDrivers {
  let result = known.get(module)
  if (result === undefined) {
    result = new StatementLowering().lower(module)
    known.set(module, result)
  }
  return result
}

class StatementLowering {
  readonly #places = new Map<SignalNode, Place[]>()
  readonly #voidAssignments: VoidAssignment[] = []

  lower(module: ModuleNode): ModuleDrivers {
    const values = new Map<SignalNode, Value>()
    this.#block(module.statements, values, () => undefined)
    const drivers = new Map<SignalNode, Driver>()
    const incomplete: IncompleteBranch[] = []
    for (const [target, value] of values) {
      if (isHole(value)) incomplete.push({ target, place: value.place })
      else drivers.set(target, { value, places: this.#places.get(target)! })
    }
    return { drivers, incomplete, voidAssignments: this.#voidAssignments }
  }

  /** Applies a block to `values`; `outer` gives the value from before the block. */
  #block(
    block: readonly StatementNode[],
    values: Map<SignalNode, Value>,
    outer: (target: SignalNode) => Value | undefined,
  ): void {
    const lookUp = (target: SignalNode) => values.get(target) ?? outer(target)
    const assignedHere = new Map<SignalNode, Place>()
    for (const statement of block) {
      if (statement.kind === 'assign') {
        this.#assign(statement, values, assignedHere)
        continue
      }
      const results =
        statement.kind === 'when' ? this.#when(statement, lookUp) : this.#switch(statement, lookUp)
      for (const [target, value] of results) {
        values.set(target, value)
        if (!assignedHere.has(target)) assignedHere.set(target, this.#places.get(target)!.at(-1)!)
      }
    }
  }

  #assign(
    { target, value, place }: AssignNode,
    values: Map<SignalNode, Value>,
    assignedHere: Map<SignalNode, Place>,
  ): void {
    const earlier = assignedHere.get(target)
    if (earlier !== undefined) this.#voidAssignments.push({ target, first: earlier, second: place })
    assignedHere.set(target, place)
    values.set(target, value)
    const places = this.#places.get(target)
    if (places === undefined) this.#places.set(target, [place])
    else places.push(place)
  }

  #branch(
    body: readonly StatementNode[],
    lookUp: (target: SignalNode) => Value | undefined,
  ): Map<SignalNode, Value> {
    const values = new Map<SignalNode, Value>()
    this.#block(body, values, lookUp)
    return values
  }

  #when(
    statement: WhenNode,
    lookUp: (target: SignalNode) => Value | undefined,
  ): Map<SignalNode, Value> {
    const branches = statement.branches.map(({ condition, body }) => ({
      condition,
      values: this.#branch(body, lookUp),
    }))
    const otherwise = this.#branch(statement.otherwise ?? [], lookUp)
    return merge(
      branches,
      otherwise,
      (target) => lookUp(target) ?? beforeAnyAssignment(target, statement.place),
    )
  }

  #switch(
    statement: SwitchNode,
    lookUp: (target: SignalNode) => Value | undefined,
  ): Map<SignalNode, Value> {
    const { subject, cases } = statement
    const branches = cases.map(({ values, body }) => ({
      condition: matches(subject, values),
      values: this.#branch(body, lookUp),
    }))
    const covered = cases.reduce((sum, { values }) => sum + values.length, 0)
    const complete = subject.width < 32 && covered === 2 ** subject.width
    const otherwise = complete
      ? branches.pop()!.values
      : this.#branch(statement.otherwise ?? [], lookUp)
    return merge(
      branches,
      otherwise,
      (target) => lookUp(target) ?? beforeAnyAssignment(target, statement.place),
    )
  }
}

function merge(
  branches: readonly { condition: ExpressionNode; values: ReadonlyMap<SignalNode, Value> }[],
  otherwise: ReadonlyMap<SignalNode, Value>,
  before: (target: SignalNode) => Value,
): Map<SignalNode, Value> {
  const targets = new Set([
    ...branches.flatMap(({ values }) => [...values.keys()]),
    ...otherwise.keys(),
  ])
  const merged = new Map<SignalNode, Value>()
  for (const target of targets) {
    let value = otherwise.get(target) ?? before(target)
    for (const branch of [...branches].reverse()) {
      const taken = branch.values.get(target) ?? before(target)
      if (isHole(value) || isHole(taken)) value = isHole(taken) ? taken : value
      else if (taken !== value) value = mux(branch.condition, taken, value)
    }
    merged.set(target, value)
  }
  return merged
}

/** Registers keep their value, anything else has none. */
function beforeAnyAssignment(target: SignalNode, place: Place): Value {
  return target.kind === 'register' ? ref(target) : { hole: true, place }
}

function isHole(value: Value): value is Hole {
  return 'hole' in value
}

function matches(subject: ExpressionNode, values: readonly bigint[]): ExpressionNode {
  return values
    .map((value): ExpressionNode => {
      const { width, signed, place } = subject
      return binary('eq', subject, { kind: 'const', width, signed, place, value })
    })
    .reduce((a, b) => binary('or', a, b))
}
