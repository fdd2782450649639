import type { Process } from '../prettify/processes.js'
import * as sv from '../printable/expression.js'
import type { SvBranch, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { Renderer } from './render.js'
import type { TermBranch, TermStatement, TermSwitch } from './statements.js'
import type { Term } from './term.js'

/**
 * The body of an `always_comb`.
 *
 * @param stemOf what wires that serve a target are named after; those of conditions after the first target
 */
export function processBody(
  { targets, statements }: Process,
  renderer: Renderer,
  stemOf: (target: Net) => string,
): SvStatement[] {
  const stem = stemOf(targets[0]!)
  const settled = new Set(
    statements.flatMap((node) => (node.kind === 'assign' ? [node.target] : [])),
  )
  const operand = (term: Term): sv.SvExpression => {
    renderer.startTarget(stem)
    return renderer.processOperand(term)
  }
  const body = (list: readonly TermStatement[]): SvStatement[] => list.map(statement)

  const statement = (node: TermStatement): SvStatement => {
    switch (node.kind) {
      case 'assign': {
        renderer.startTarget(stemOf(node.target))
        const value = withLabels(renderer.processValue(node.value), node.target, renderer)
        return { kind: 'assign', target: node.target, value, place: node.place }
      }
      case 'when':
        return whenText(node.branches, node.otherwise)
      case 'switch':
        return switchText(node)
    }
  }

  const whenText = (
    branches: readonly TermBranch[],
    otherwise: readonly TermStatement[],
  ): SvStatement => {
    const printed: SvBranch[] = []
    for (const [position, { condition, body: inner }] of branches.entries()) {
      const text = operand(condition)
      if (inner.length > 0) {
        printed.push({ condition: text, body: body(inner) })
        continue
      }
      // An empty branch keeps the later ones from being taken: continue under the opposite condition.
      const rest = branches.slice(position + 1)
      const opposite = sv.unary('~', text)
      const remaining = rest.length === 0 ? body(otherwise) : [whenText(rest, otherwise)]
      const [first, ...following] = remaining
      const only = following.length === 0 ? first : undefined
      if (only?.kind === 'if' && only.branches.length === 1 && only.otherwise.length === 0) {
        const [{ condition: next, body: last }] = only.branches as [SvBranch]
        printed.push({ condition: sv.binary('&', opposite, next), body: last })
      } else {
        printed.push({ condition: opposite, body: remaining })
      }
      return { kind: 'if', branches: printed, otherwise: [] }
    }
    return { kind: 'if', branches: printed, otherwise: body(otherwise) }
  }

  const switchText = (node: TermSwitch): SvStatement => {
    renderer.startTarget(stem)
    const subject = renderer.processSubject(node.subject)
    const labelOf = (value: bigint) => node.subject.net && renderer.labels(node.subject.net, value)
    const cases = node.cases.map((choice) => ({
      values: choice.values.map((value) =>
        sv.literal(node.subject.width, value, false, labelOf(value)),
      ),
      body: body(choice.body),
    }))
    if (node.otherwise !== undefined || !coversAll(node) || isSettled(node, settled)) {
      const otherwise = body(node.otherwise ?? [])
      return { kind: 'case', subject, cases, otherwise, otherwiseValues: [] }
    }
    const last = cases.pop()!
    return { kind: 'case', subject, cases, otherwise: last.body, otherwiseValues: last.values }
  }

  return body(statements)
}

/** Literals that stand for a named value of the target, where they are the whole value or an arm of it. */
export function withLabels(
  value: sv.SvExpression,
  target: Net,
  renderer: Renderer,
): sv.SvExpression {
  if (value.kind === 'literal') {
    const label = renderer.labels(target, value.value)
    return label === undefined ? value : sv.literal(value.width, value.value, false, label)
  }
  if (value.kind !== 'ternary') return value
  return sv.ternary(
    value.condition,
    withLabels(value.whenTrue, target, renderer),
    withLabels(value.whenFalse, target, renderer),
  )
}

function coversAll({ subject, cases }: TermSwitch): boolean {
  const covered = cases.reduce((sum, { values }) => sum + values.length, 0)
  return BigInt(covered) === 1n << BigInt(subject.width)
}

function isSettled(node: TermSwitch, settled: ReadonlySet<Net>): boolean {
  return [...node.cases].every(({ body }) =>
    body.every((inner) => isSettledStatement(inner, settled)),
  )
}

function isSettledStatement(node: TermStatement, settled: ReadonlySet<Net>): boolean {
  switch (node.kind) {
    case 'assign':
      return settled.has(node.target)
    case 'when':
      return [...node.branches.flatMap(({ body }) => body), ...node.otherwise].every((inner) =>
        isSettledStatement(inner, settled),
      )
    case 'switch':
      return [...node.cases.flatMap(({ body }) => body), ...(node.otherwise ?? [])].every((inner) =>
        isSettledStatement(inner, settled),
      )
  }
}
