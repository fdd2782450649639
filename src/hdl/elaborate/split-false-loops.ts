import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import type { StatementNode } from '../ir/statement.js'
import { moduleExpressions, visitExpressions } from '../ir/traversal.js'
import { BitRangeRewriter, type SignalPart, type SplitSignals } from './bit-range-rewriter.js'
import { combinationalPathsOf } from './combinational-paths.js'
import { cutPointsOf } from './cut-points.js'

/**
 * Splits wires and outputs that follow themselves as wholes, though none of their bits does, into one wire
 * a needed range of bits: simulators that schedule whole variables then see no loop. The signal itself
 * stays, put together from its parts (`y_bit0`, `y_bits3to1`). The same module when nothing is to be split.
 *
 * @param module free of combinational loops
 */
export function splitFalseLoops(module: ModuleNode): ModuleNode {
  const looping = combinationalPathsOf(module).cycles.flat()
  if (looping.length === 0) return module
  const split = splitSignals(module, looping)
  if (split.size === 0) return module

  const rewriter = new BitRangeRewriter(split)
  const statements = rewriteStatements(module.statements, new Set(looping), split, rewriter)
  const whole = [...split.keys()].map((target): StatementNode => {
    const { width, signed, place } = target
    const value = rewriter.whole({ kind: 'ref', signal: target, width, signed, place })
    return { kind: 'assign', target, value, place }
  })
  return withoutUnread({
    ...module,
    signals: module.signals.flatMap((signal) => [
      signal,
      ...(split.get(signal) ?? []).map((part) => part.signal),
    ]),
    statements: [...statements, ...whole],
  })
}

function splitSignals(module: ModuleNode, looping: readonly SignalNode[]): SplitSignals {
  const taken = new Set(
    [module.signals, module.memories, module.roms, module.instances, module.checks]
      .flat()
      .map(({ name }) => name.toLowerCase()),
  )
  const split = new Map<SignalNode, readonly SignalPart[]>()
  for (const [signal, cuts] of cutPointsOf(module, looping)) {
    const isOwn = signal.kind === 'wire' || signal.kind === 'output'
    if (!isOwn || cuts.size === 0) continue
    const bounds = [0, ...[...cuts].sort((a, b) => a - b), signal.width]
    const parts = bounds.slice(0, -1).map((low, i): SignalPart => {
      const width = bounds[i + 1]! - low
      const name = freeName(partName(signal, low, width), taken)
      return {
        low,
        signal: { ...signal, kind: 'wire', name, width, signed: false, attributes: [] },
      }
    })
    split.set(signal, parts)
  }
  return split
}

function partName({ name }: SignalNode, low: number, width: number): string {
  const stem = name.replace(/_o$/, '')
  return width === 1 ? `${stem}_bit${low}` : `${stem}_bits${low + width - 1}to${low}`
}

function freeName(name: string, taken: Set<string>): string {
  let free = name
  while (taken.has(free.toLowerCase())) free += '_part'
  taken.add(free.toLowerCase())
  return free
}

/** Assigns parts in the place of split signals, and reads parts in all that the looping signals follow. */
function rewriteStatements(
  statements: readonly StatementNode[],
  looping: ReadonlySet<SignalNode>,
  split: SplitSignals,
  rewriter: BitRangeRewriter,
): readonly StatementNode[] {
  return statements.flatMap((statement) =>
    assignsAny([statement], looping)
      ? rewriteStatement(statement, looping, split, rewriter)
      : [statement],
  )
}

function rewriteStatement(
  statement: StatementNode,
  looping: ReadonlySet<SignalNode>,
  split: SplitSignals,
  rewriter: BitRangeRewriter,
): readonly StatementNode[] {
  const inner = (body: readonly StatementNode[]) =>
    rewriteStatements(body, looping, split, rewriter)
  const otherwise =
    statement.kind === 'assign' || statement.otherwise === undefined
      ? undefined
      : inner(statement.otherwise)
  switch (statement.kind) {
    case 'assign': {
      const { target, value } = statement
      const parts = split.get(target)
      if (parts === undefined) return [{ ...statement, value: rewriter.whole(value) }]
      return parts.map(({ signal, low }) => ({
        ...statement,
        target: signal,
        value: rewriter.range(value, low, signal.width),
      }))
    }
    case 'when': {
      const branches = statement.branches.map(({ condition, body }) => ({
        condition: rewriter.whole(condition),
        body: inner(body),
      }))
      return [{ ...statement, branches, otherwise }]
    }
    case 'switch': {
      const cases = statement.cases.map((one) => ({ ...one, body: inner(one.body) }))
      return [{ ...statement, subject: rewriter.whole(statement.subject), cases, otherwise }]
    }
  }
}

function assignsAny(
  statements: readonly StatementNode[],
  targets: ReadonlySet<SignalNode>,
): boolean {
  return statements.some((statement) => {
    if (statement.kind === 'assign') return targets.has(statement.target)
    const bodies = statement.kind === 'when' ? statement.branches : statement.cases
    return (
      bodies.some(({ body }) => assignsAny(body, targets)) ||
      assignsAny(statement.otherwise ?? [], targets)
    )
  })
}

/** Marks the wires that nobody reads any more, since their parts are read. */
function withoutUnread(module: ModuleNode): ModuleNode {
  const read = new Set<SignalNode>()
  visitExpressions(moduleExpressions(module), new Set(), (node) => {
    if (node.kind === 'ref') read.add(node.signal)
  })
  const marked = new Map<SignalNode, SignalNode>()
  for (const signal of module.signals) {
    if (signal.kind !== 'wire' || read.has(signal) || signal.markedUnused) continue
    marked.set(signal, { ...signal, markedUnused: true })
  }
  if (marked.size === 0) return module
  const statements = module.statements.map((statement) =>
    statement.kind === 'assign' && marked.has(statement.target)
      ? { ...statement, target: marked.get(statement.target)! }
      : statement,
  )
  const signals = module.signals.map((signal) => marked.get(signal) ?? signal)
  return { ...module, signals, statements }
}
