import type { ExpressionNode } from '../ir/expression.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import type { AssignNode, StatementNode, SwitchNode, WhenNode } from '../ir/statement.js'
import type { Place } from '../place.js'
import { matchesAny, mux, ref } from '../signals/nodes.js'

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

/** What a when or switch makes of a signal, and whether every branch assigns it. */
interface Merged {
  readonly value: Value
  readonly overwrites: boolean
}

/** The last statement of a block that assigns a signal. */
interface Assigned {
  readonly place: Place
  readonly inBranches: boolean
}

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
    const assignedHere = new Map<SignalNode, Assigned>()
    for (const statement of block) {
      if (statement.kind === 'assign') {
        this.#assign(statement, values, assignedHere)
        continue
      }
      const results =
        statement.kind === 'when' ? this.#when(statement, lookUp) : this.#switch(statement, lookUp)
      const { place } = statement
      for (const [target, { value, overwrites }] of results) {
        const earlier = assignedHere.get(target)
        if (overwrites && earlier?.inBranches) {
          this.#voidAssignments.push({ target, first: earlier.place, second: place })
        }
        values.set(target, value)
        assignedHere.set(target, { place, inBranches: true })
      }
    }
  }

  #assign(
    { target, value, place }: AssignNode,
    values: Map<SignalNode, Value>,
    assignedHere: Map<SignalNode, Assigned>,
  ): void {
    const earlier = assignedHere.get(target)
    if (earlier !== undefined) {
      this.#voidAssignments.push({ target, first: earlier.place, second: place })
    }
    assignedHere.set(target, { place, inBranches: false })
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
  ): Map<SignalNode, Merged> {
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
  ): Map<SignalNode, Merged> {
    const { subject, cases } = statement
    const branches = cases.map(({ values, body }) => ({
      condition: matchesAny(subject, values),
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
): Map<SignalNode, Merged> {
  const targets = new Set([
    ...branches.flatMap(({ values }) => [...values.keys()]),
    ...otherwise.keys(),
  ])
  const merged = new Map<SignalNode, Merged>()
  for (const target of targets) {
    let overwrites = otherwise.has(target)
    let value = otherwise.get(target) ?? before(target)
    for (const branch of [...branches].reverse()) {
      overwrites &&= branch.values.has(target)
      const taken = branch.values.get(target) ?? before(target)
      if (isHole(value) || isHole(taken)) value = isHole(taken) ? taken : value
      else if (taken !== value) value = mux(branch.condition, taken, value)
    }
    merged.set(target, { value, overwrites })
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
