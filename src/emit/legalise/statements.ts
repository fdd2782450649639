import type { ExpressionNode } from '../../hdl/ir/expression.js'
import type { SignalNode } from '../../hdl/ir/module-node.js'
import type { StatementNode, SwitchNode, WhenNode } from '../../hdl/ir/statement.js'
import type { Place } from '../../hdl/place.js'
import type { Net } from '../printable/net.js'
import type { Lowering } from './lower.js'
import type { Term } from './term.js'

/** Statements over terms; branches that no value of the inputs reaches are gone. */
export type TermStatement = TermAssign | TermWhen | TermSwitch

export interface TermAssign {
  readonly kind: 'assign'
  readonly target: Net
  readonly value: Term
  readonly place: Place
}

export interface TermBranch {
  readonly condition: Term
  readonly body: readonly TermStatement[]
}

export interface TermWhen {
  readonly kind: 'when'
  readonly branches: readonly TermBranch[]
  readonly otherwise: readonly TermStatement[]
  readonly place: Place
}

export interface TermCase {
  readonly values: readonly bigint[]
  readonly label: string | undefined
  readonly body: readonly TermStatement[]
}

export interface TermSwitch {
  readonly kind: 'switch'
  readonly subject: Term
  readonly cases: readonly TermCase[]
  readonly otherwise: readonly TermStatement[] | undefined
  readonly place: Place
}

/** Every expression of the statements, in order. */
export function* expressionsOf(statements: readonly StatementNode[]): Generator<ExpressionNode> {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        yield statement.value
        break
      case 'when':
        for (const branch of statement.branches) {
          yield branch.condition
          yield* expressionsOf(branch.body)
        }
        yield* expressionsOf(statement.otherwise ?? [])
        break
      case 'switch':
        yield statement.subject
        for (const choice of statement.cases) yield* expressionsOf(choice.body)
        yield* expressionsOf(statement.otherwise ?? [])
        break
    }
  }
}

/**
 * @param targetOf the net that an assignment to a signal drives
 */
export function lowerStatements(
  statements: readonly StatementNode[],
  lowering: Lowering,
  targetOf: (signal: SignalNode) => Net,
): TermStatement[] {
  const lowerBody = (body: readonly StatementNode[]): TermStatement[] => {
    const lowered: TermStatement[] = []
    for (const statement of body) {
      switch (statement.kind) {
        case 'assign':
          lowered.push({
            kind: 'assign',
            target: targetOf(statement.target),
            value: lowering.lower(statement.value),
            place: statement.place,
          })
          break
        case 'when':
          lowered.push(...lowerWhen(statement))
          break
        case 'switch':
          lowered.push(...lowerSwitch(statement))
          break
      }
    }
    return withoutOverwritten(lowered)
  }

  const lowerWhen = (statement: WhenNode): readonly TermStatement[] => {
    const branches: TermBranch[] = []
    let otherwise = statement.otherwise
    for (const branch of statement.branches) {
      const condition = lowering.lower(branch.condition)
      if (condition.isConst && condition.value === 0n) continue
      if (condition.isConst) {
        otherwise = branch.body
        break
      }
      branches.push({ condition, body: lowerBody(branch.body) })
    }
    return whenStatement(branches, lowerBody(otherwise ?? []), statement.place)
  }

  const lowerSwitch = (statement: SwitchNode): readonly TermStatement[] => {
    const subject = lowering.lower(statement.subject)
    if (subject.isConst) {
      const chosen = statement.cases.find((choice) => choice.values.includes(subject.value))
      return lowerBody(chosen?.body ?? statement.otherwise ?? [])
    }
    const cases = statement.cases.map(({ values, label, body }) => ({
      values,
      label,
      body: lowerBody(body),
    }))
    const otherwise = statement.otherwise && lowerBody(statement.otherwise)
    return switchStatement(subject, cases, otherwise, statement.place)
  }

  return lowerBody(statements)
}

/** Drops what a later unconditional assignment of the same body overwrites. */
function withoutOverwritten(body: readonly TermStatement[]): TermStatement[] {
  const final = new Set<Net>()
  const kept: TermStatement[] = []
  for (const statement of [...body].reverse()) {
    const live = final.size === 0 ? [statement] : keepTargets([statement], (net) => !final.has(net))
    kept.push(...live)
    if (statement.kind === 'assign') final.add(statement.target)
  }
  return kept.reverse()
}

/** The statements with the assignments to some targets only; branches without any are gone. */
export function keepTargets(
  statements: readonly TermStatement[],
  keeps: (net: Net) => boolean,
): TermStatement[] {
  return statements.flatMap((statement) => kept(statement, keeps))
}

function kept(statement: TermStatement, keeps: (net: Net) => boolean): readonly TermStatement[] {
  switch (statement.kind) {
    case 'assign':
      return keeps(statement.target) ? [statement] : []
    case 'when': {
      const branches = statement.branches.map(({ condition, body }) => ({
        condition,
        body: keepTargets(body, keeps),
      }))
      return whenStatement(branches, keepTargets(statement.otherwise, keeps), statement.place)
    }
    case 'switch': {
      const cases = statement.cases.map((choice) => ({
        ...choice,
        body: keepTargets(choice.body, keeps),
      }))
      const otherwise = statement.otherwise && keepTargets(statement.otherwise, keeps)
      return switchStatement(statement.subject, cases, otherwise, statement.place)
    }
  }
}

function whenStatement(
  branches: readonly TermBranch[],
  otherwise: readonly TermStatement[],
  place: Place,
): readonly TermStatement[] {
  let last = branches.length
  if (otherwise.length === 0) {
    while (last > 0 && branches[last - 1]!.body.length === 0) last--
  }
  if (last === 0) return otherwise
  return [{ kind: 'when', branches: branches.slice(0, last), otherwise, place }]
}

function switchStatement(
  subject: Term,
  cases: readonly TermCase[],
  otherwise: readonly TermStatement[] | undefined,
  place: Place,
): readonly TermStatement[] {
  const idle = (otherwise ?? []).length === 0 && cases.every(({ body }) => body.length === 0)
  return idle ? [] : [{ kind: 'switch', subject, cases, otherwise, place }]
}

/** The nets that a statement may assign, in order. */
export function targetsOf(statement: TermStatement, targets = new Set<Net>()): ReadonlySet<Net> {
  switch (statement.kind) {
    case 'assign':
      targets.add(statement.target)
      break
    case 'when':
      for (const { body } of statement.branches) for (const inner of body) targetsOf(inner, targets)
      for (const inner of statement.otherwise) targetsOf(inner, targets)
      break
    case 'switch':
      for (const { body } of statement.cases) for (const inner of body) targetsOf(inner, targets)
      for (const inner of statement.otherwise ?? []) targetsOf(inner, targets)
      break
  }
  return targets
}

/** The terms that a statement reads, in order. */
export function* termsOf(statement: TermStatement): Generator<Term> {
  switch (statement.kind) {
    case 'assign':
      yield statement.value
      break
    case 'when':
      for (const { condition, body } of statement.branches) {
        yield condition
        for (const inner of body) yield* termsOf(inner)
      }
      for (const inner of statement.otherwise) yield* termsOf(inner)
      break
    case 'switch':
      yield statement.subject
      for (const { body } of statement.cases) for (const inner of body) yield* termsOf(inner)
      for (const inner of statement.otherwise ?? []) yield* termsOf(inner)
      break
  }
}
