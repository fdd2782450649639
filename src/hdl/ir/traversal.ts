import { type ExpressionNode, operandsOf } from './expression.js'
import type { ModuleNode } from './module-node.js'
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

/** The expressions that statements hold directly, in source order. */
export function* statementExpressions(
  statements: readonly StatementNode[],
): Generator<ExpressionNode> {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        yield statement.value
        break
      case 'when':
        for (const { condition, body } of statement.branches) {
          yield condition
          yield* statementExpressions(body)
        }
        yield* statementExpressions(statement.otherwise ?? [])
        break
      case 'switch':
        yield statement.subject
        for (const { body } of statement.cases) yield* statementExpressions(body)
        yield* statementExpressions(statement.otherwise ?? [])
        break
    }
  }
}

/** Every expression that a module holds directly: of statements, registers, memories and checks. */
export function* moduleExpressions(module: ModuleNode): Generator<ExpressionNode> {
  yield* statementExpressions(module.statements)
  for (const { register } of module.signals) {
    if (register?.enable !== undefined) yield register.enable
  }
  for (const { reads, writes } of module.memories) {
    for (const { address, enable } of reads) {
      yield address
      if (enable !== undefined) yield enable
    }
    for (const { address, data, enable, mask } of writes) {
      yield address
      yield data
      yield enable
      if (mask !== undefined) yield mask
    }
  }
  for (const { condition } of module.checks) yield condition
}
