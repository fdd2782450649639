import { type ExpressionNode, isBitwise, operandsOf } from '../ir/expression.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import { visitExpressions } from '../ir/traversal.js'
import { driversOf } from './drivers.js'

/** Where signals are to be cut: position p lies between bit p - 1 and bit p. */
export type CutPoints = ReadonlyMap<SignalNode, ReadonlySet<number>>

/**
 * The cuts of signals that follow one another as wholes, so that no part of one follows itself unless a bit
 * does. Cuts arise where a slice is taken and where parts are put together, and carry over through
 * everything that keeps bits in their places, until nothing changes.
 */
export function cutPointsOf(module: ModuleNode, signals: readonly SignalNode[]): CutPoints {
  const { drivers } = driversOf(module)
  const cuts = new Map(signals.map((signal) => [signal, new Set<number>()]))
  const roots = signals.flatMap((signal) => drivers.get(signal)?.value ?? [])
  const nodes: ExpressionNode[] = []
  visitExpressions(roots, new Set(), (node) => nodes.push(node))

  let hasChanged = true
  const add = (signal: SignalNode, position: number) => {
    const known = cuts.get(signal)
    if (known === undefined || position <= 0 || position >= signal.width) return
    if (known.has(position)) return
    known.add(position)
    hasChanged = true
  }
  for (const node of nodes) {
    if (node.kind !== 'slice' && node.kind !== 'truncate') continue
    const low = node.kind === 'slice' ? node.low : 0
    pushCut(node.a, low, add)
    pushCut(node.a, low + node.width, add)
  }
  while (hasChanged) {
    hasChanged = false
    const boundaries = new Map<ExpressionNode, ReadonlySet<number>>()
    for (const node of nodes) boundaries.set(node, boundariesOf(node, boundaries, cuts))
    for (const signal of signals) {
      const driver = drivers.get(signal)?.value
      if (driver === undefined) continue
      for (const position of boundaries.get(driver)!) add(signal, position)
      for (const position of cuts.get(signal)!) pushCut(driver, position, add)
    }
  }
  return cuts
}

/** Carries a cut of an expression to the signals whose bits it takes in their places. */
function pushCut(
  root: ExpressionNode,
  cut: number,
  add: (signal: SignalNode, position: number) => void,
): void {
  const seen = new Map<ExpressionNode, Set<number>>()
  const pending: [ExpressionNode, number][] = [[root, cut]]
  while (pending.length > 0) {
    const [node, position] = pending.pop()!
    const known = seen.get(node)
    if (position <= 0 || position >= node.width || known?.has(position)) continue
    if (known === undefined) seen.set(node, new Set([position]))
    else known.add(position)
    if (node.kind === 'ref') add(node.signal, position)
    for (const [operand, offset] of placedOperands(node)) pending.push([operand, position + offset])
  }
}

/** Positions at which the bits of an expression come from different places. */
function boundariesOf(
  node: ExpressionNode,
  known: ReadonlyMap<ExpressionNode, ReadonlySet<number>>,
  cuts: CutPoints,
): ReadonlySet<number> {
  const found = new Set<number>()
  const add = (position: number) => {
    if (position > 0 && position < node.width) found.add(position)
  }
  if (node.kind === 'ref') for (const position of cuts.get(node.signal) ?? []) add(position)
  for (const [operand, offset] of placedOperands(node)) {
    add(-offset)
    add(operand.width - offset)
    for (const position of known.get(operand)!) add(position - offset)
  }
  return found
}

/**
 * The operands whose bits stay in their places: bit b of the node comes from bit b + offset of the operand,
 * for all bits that both have.
 */
function placedOperands(node: ExpressionNode): readonly (readonly [ExpressionNode, number])[] {
  switch (node.kind) {
    case 'truncate':
    case 'cast':
    case 'extend':
      return [[node.a, 0]]
    case 'slice':
      return [[node.a, node.low]]
    case 'mux':
      return [
        [node.whenTrue, 0],
        [node.whenFalse, 0],
      ]
    case 'concat': {
      let top = node.width
      return node.parts.map((part) => {
        top -= part.width
        return [part, -top] as const
      })
    }
    case 'unary':
    case 'binary':
      return isBitwise(node) ? operandsOf(node).map((operand) => [operand, 0] as const) : []
    default:
      return []
  }
}
