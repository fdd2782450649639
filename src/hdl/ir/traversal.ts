import type { Place } from '../place.js'
import { type ExpressionNode, operandsOf } from './expression.js'
import type { ModuleNode, ResetDetail, SignalNode, SignalRole } from './module-node.js'
import type { StatementNode } from './statement.js'

/**
 * Visits the expressions below `roots`, operands before their users, each node once (nodes in `seen` are
 * skipped and visited ones added). Iterative: expression chains may be thousands deep.
 */
export function visitExpressions(
  roots: Iterable<ExpressionNode>,
  seen: Set<ExpressionNode>,
  visit: (node: ExpressionNode) => void,
): void {
  const stack: ExpressionNode[] = []
  for (const root of roots) {
    stack.push(root)
    while (stack.length > 0) {
      const node = stack.at(-1)!
      if (seen.has(node)) {
        stack.pop()
        continue
      }
      const waiting = operandsOf(node).filter((operand) => !seen.has(operand))
      if (waiting.length === 0) {
        stack.pop()
        seen.add(node)
        visit(node)
      } else {
        for (let i = waiting.length - 1; i >= 0; i--) stack.push(waiting[i]!)
      }
    }
  }
}

/** An expression that a module holds directly, and the place of what holds it. */
export interface ExpressionUse {
  readonly node: ExpressionNode
  readonly place: Place
  /** The signal that it is assigned to. */
  readonly target?: SignalNode
}

/** Every expression that a module holds directly: of statements, registers, memories and checks. */
export function* expressionUses(module: ModuleNode): Generator<ExpressionUse> {
  yield* statementUses(module.statements)
  for (const { register, place } of module.signals) {
    if (register?.enable !== undefined) yield { node: register.enable, place }
  }
  for (const { reads, writes } of module.memories) {
    for (const { address, enable, place } of reads) {
      yield { node: address, place }
      if (enable !== undefined) yield { node: enable, place }
    }
    for (const { address, data, enable, mask, place } of writes) {
      for (const node of [address, data, enable]) yield { node, place }
      if (mask !== undefined) yield { node: mask, place }
    }
  }
  for (const { condition, place } of module.checks) yield { node: condition, place }
}

/** In source order. */
function* statementUses(statements: readonly StatementNode[]): Generator<ExpressionUse> {
  for (const statement of statements) {
    const { place } = statement
    switch (statement.kind) {
      case 'assign':
        yield { node: statement.value, place, target: statement.target }
        break
      case 'when':
        for (const { condition, body } of statement.branches) {
          yield { node: condition, place }
          yield* statementUses(body)
        }
        yield* statementUses(statement.otherwise ?? [])
        break
      case 'switch':
        yield { node: statement.subject, place }
        for (const { body } of statement.cases) yield* statementUses(body)
        yield* statementUses(statement.otherwise ?? [])
        break
    }
  }
}

/** A clock or reset as something of a module uses it. */
export interface ClockingUse {
  readonly signal: SignalNode
  readonly role: SignalRole
  /** Name of the register, memory or check. */
  readonly user: string
  readonly place: Place
}

/** The clocks and resets of registers, memory ports and checks. */
export function* clockingUses(module: ModuleNode): Generator<ClockingUse> {
  for (const { name, place, register } of module.signals) {
    if (register !== undefined) yield* clocking(name, place, register.clock, register.reset)
  }
  for (const { name, reads, writes } of module.memories) {
    for (const { clock, place } of [...reads, ...writes]) yield* clocking(name, place, clock)
  }
  for (const { name, place, clock, reset } of module.checks) {
    yield* clocking(name, place, clock, reset)
  }
}

function* clocking(
  user: string,
  place: Place,
  clock: SignalNode,
  reset?: ResetDetail,
): Generator<ClockingUse> {
  yield { signal: clock, role: 'clock', user, place }
  if (reset !== undefined) yield { signal: reset.signal, role: 'reset', user, place }
}

/** The nodes of {@link expressionUses}. */
export function* moduleExpressions(module: ModuleNode): Generator<ExpressionNode> {
  for (const { node } of expressionUses(module)) yield node
}
