import { createHash } from 'node:crypto'
import type { ExpressionNode } from '../ir/expression.js'
import type { ModuleNode, ResetDetail, SignalNode } from '../ir/module-node.js'
import type { StatementNode } from '../ir/statement.js'
import { moduleExpressions, visitExpressions } from '../ir/traversal.js'

export interface Fingerprint {
  /** Equal for modules that are the same hardware under the same names. */
  readonly exact: string
  /** As `exact`, with module names and the contents of ROMs and memories left out. */
  readonly shape: string
}

const known = new WeakMap<ModuleNode, Fingerprint>()

/** Hashes a module's structure; places do not count. Computed once a module. */
export function fingerprintOf(module: ModuleNode): Fingerprint {
  let fingerprint = known.get(module)
  if (fingerprint === undefined) {
    fingerprint = {
      exact: digest(module, { names: true, contents: true }),
      shape: digest(module, { names: false, contents: false }),
    }
    known.set(module, fingerprint)
  }
  return fingerprint
}

interface Scope {
  readonly names: boolean
  readonly contents: boolean
}

function digest(module: ModuleNode, scope: Scope): string {
  const hash = createHash('sha256')
  for (const line of describe(module, scope)) hash.update(`${line}\n`)
  return hash.digest('hex')
}

function* describe(module: ModuleNode, scope: Scope): Generator<string> {
  if (scope.names) yield JSON.stringify([module.name, module.parameters, module.documentation])
  yield JSON.stringify([module.attributes, module.blackBox])
  for (const signal of module.signals) yield describeSignal(signal)
  for (const { name, contents, form, attributes } of module.roms) {
    const kind = 'construction' in form ? form.construction : form.kind
    const words = scope.contents ? contents.hash : `${contents.width}x${contents.depth}`
    yield JSON.stringify([name, kind, words, attributes])
  }
  for (const { name, module: inner, attributes } of module.instances) {
    const fingerprint = fingerprintOf(inner)
    const body = scope.contents ? fingerprint.exact : fingerprint.shape
    yield JSON.stringify([name, body, attributes])
  }

  const numbers = new Map<ExpressionNode, number>()
  const lines: string[] = []
  visitExpressions(moduleExpressions(module), new Set(), (node) => {
    lines.push(describeExpression(node, (operand) => numbers.get(operand)!))
    numbers.set(node, numbers.size)
  })
  yield* lines
  const number = (node: ExpressionNode | undefined) =>
    node === undefined ? '' : numbers.get(node)!
  yield* describeStatements(module.statements, number)
  for (const { register } of module.signals) {
    if (register === undefined) continue
    const { clock, reset, enable, synchronizer } = register
    yield `${clock.name} ${describeReset(reset)} ${number(enable)} ${synchronizer}`
  }
  for (const memory of module.memories) {
    const { name, width, depth, laneWidth, init, reads, writes } = memory
    const words = init === undefined ? '' : scope.contents ? init.hash : 'init'
    yield JSON.stringify([name, width, depth, laneWidth, words, memory.attributes])
    for (const { clock, address, enable, data } of reads) {
      yield `read ${clock.name} ${number(address)} ${number(enable)} ${data.name}`
    }
    for (const { clock, address, data, enable, mask } of writes) {
      yield `write ${clock.name} ${number(address)} ${number(data)} ${number(enable)} ${number(mask)}`
    }
  }
  for (const { kind, name, condition, clock, reset } of module.checks) {
    yield `${kind} ${name} ${number(condition)} ${clock.name} ${describeReset(reset)}`
  }
}

function describeSignal(signal: SignalNode): string {
  const { kind, name, width, signed, role, attributes, markedUnused } = signal
  return JSON.stringify([kind, name, width, signed, role, attributes, markedUnused])
}

function describeReset(reset: ResetDetail | undefined): string {
  if (reset === undefined) return ''
  return `${reset.signal.name} ${reset.style} ${reset.activeLow} ${reset.value}`
}

function describeExpression(
  node: ExpressionNode,
  number: (operand: ExpressionNode) => number,
): string {
  const head = `${node.kind} ${node.width}${node.signed ? 's' : 'u'}`
  switch (node.kind) {
    case 'const':
      return `${head} ${node.value}`
    case 'ref':
      return `${head} ${node.signal.name}`
    case 'unary':
      return `${head} ${node.op} ${number(node.a)}`
    case 'binary':
      return `${head} ${node.op} ${number(node.a)} ${number(node.b)}`
    case 'shift':
      return `${head} ${node.op} ${number(node.a)} ${number(node.amount)}`
    case 'slice':
      return `${head} ${node.low} ${number(node.a)}`
    case 'index':
      return `${head} ${number(node.a)} ${number(node.index)}`
    case 'concat':
      return `${head} ${node.parts.map(number).join(' ')}`
    case 'mux':
      return `${head} ${number(node.condition)} ${number(node.whenTrue)} ${number(node.whenFalse)}`
    case 'extend':
    case 'truncate':
    case 'cast':
      return `${head} ${number(node.a)}`
    case 'romRead':
      return `${head} ${node.rom.name} ${number(node.address)}`
  }
}

function* describeStatements(
  statements: readonly StatementNode[],
  number: (node: ExpressionNode) => number | string,
): Generator<string> {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        yield `assign ${statement.target.name} ${number(statement.value)}`
        break
      case 'when':
        for (const { condition, body } of statement.branches) {
          yield `when ${number(condition)}`
          yield* describeStatements(body, number)
        }
        yield 'otherwise'
        yield* describeStatements(statement.otherwise ?? [], number)
        yield 'end'
        break
      case 'switch':
        yield `switch ${number(statement.subject)}`
        for (const { values, label, body } of statement.cases) {
          yield `case ${values.join(' ')} ${label ?? ''}`
          yield* describeStatements(body, number)
        }
        yield 'otherwise'
        yield* describeStatements(statement.otherwise ?? [], number)
        yield 'end'
        break
    }
  }
}
