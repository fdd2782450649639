import {
  type ConstNode,
  type ExpressionNode,
  isBitwise,
  operandsOf,
  withOperands,
} from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'

/** Some bits of a signal that have a signal of their own. */
export interface SignalPart {
  readonly low: number
  readonly signal: SignalNode
}

/** The parts of split signals, lowest first. */
export type SplitSignals = ReadonlyMap<SignalNode, readonly SignalPart[]>

/** Bits `low + width - 1 .. low` of an expression. */
interface Range {
  readonly node: ExpressionNode
  readonly low: number
  readonly width: number
}

/**
 * Rewrites expressions over split signals to expressions over their parts. A range of bits is taken as deep
 * down as bits keep their places, so that it reads the parts in the range alone.
 */
export class BitRangeRewriter {
  readonly #done = new Map<ExpressionNode, Map<string, ExpressionNode>>()

  constructor(private readonly split: SplitSignals) {}

  /** The whole expression, with its sign. */
  whole(node: ExpressionNode): ExpressionNode {
    return this.#rewrite(whole(node))
  }

  /** Bits `low + width - 1 .. low`, unsigned. */
  range(node: ExpressionNode, low: number, width: number): ExpressionNode {
    return unsigned(this.#rewrite({ node, low, width }))
  }

  #rewrite(goal: Range): ExpressionNode {
    const stack = [goal]
    while (stack.length > 0) {
      const range = stack.at(-1)!
      if (this.#known(range) === undefined) {
        const missing = needsOf(range).filter((need) => this.#known(need) === undefined)
        if (missing.length > 0) {
          stack.push(...missing)
          continue
        }
        const { node, low, width } = range
        const isWhole = low === 0 && width === node.width
        const made = isWhole && node.kind === 'const' ? node : this.#made(range)
        this.#remember(range, Object.freeze(withSign(made, isWhole && node.signed)))
      }
      stack.pop()
    }
    return this.#known(goal)!
  }

  #known({ node, low, width }: Range): ExpressionNode | undefined {
    return this.#done.get(node)?.get(`${low}+${width}`)
  }

  #remember({ node, low, width }: Range, result: ExpressionNode): void {
    const key = `${low}+${width}`
    const ranges = this.#done.get(node)
    if (ranges === undefined) this.#done.set(node, new Map([[key, result]]))
    else ranges.set(key, result)
  }

  /** The rewritten range, when what it needs is known. */
  #made(range: Range): ExpressionNode {
    const { node, low, width } = range
    if (node.kind === 'ref') return this.#partsOf(node, low, width)
    const parts = needsOf(range).map((need) => this.#known(need)!)
    if (keepsOperator(range)) {
      const operator = withOperands(node, parts)
      return slice(operator, low, width)
    }
    const { place } = node
    switch (node.kind) {
      case 'const':
        return constant((node.value >> BigInt(low)) & ((1n << BigInt(width)) - 1n), width, node)
      case 'unary':
      case 'binary': {
        const operands = parts.map(unsigned)
        return { ...withOperands(node, operands), width, signed: false }
      }
      case 'mux': {
        const [condition, whenTrue, whenFalse] = [
          parts[0]!,
          unsigned(parts[1]!),
          unsigned(parts[2]!),
        ]
        return { kind: 'mux', condition, whenTrue, whenFalse, width, signed: false, place }
      }
      case 'extend': {
        const above = low + width - Math.max(low, node.a.width)
        if (above <= 0) return parts.at(-1)!
        if (!node.signed) return joined([constant(0n, above, node), ...parts], node)
        const [sign, ...inside] = parts
        return joined([...Array.from({ length: above }, () => sign!), ...inside], node)
      }
      default:
        return joined(parts, node)
    }
  }

  #partsOf(node: ExpressionNode & { kind: 'ref' }, low: number, width: number): ExpressionNode {
    const parts = this.split.get(node.signal)
    if (parts === undefined) return slice(node, low, width)
    const taken: ExpressionNode[] = []
    for (const { signal, low: partLow } of parts) {
      const from = Math.max(low, partLow)
      const to = Math.min(low + width, partLow + signal.width)
      if (from >= to) continue
      const part = { ...node, signal, width: signal.width, signed: false }
      taken.unshift(slice(part, from - partLow, to - from))
    }
    return joined(taken, node)
  }
}

/** The ranges of operands that a range is made of, in the order that `#made` takes them. */
function needsOf(range: Range): readonly Range[] {
  const { node, low, width } = range
  if (keepsOperator(range)) return operandsOf(node).map(whole)
  switch (node.kind) {
    case 'const':
    case 'ref':
      return []
    case 'mux':
      return [
        whole(node.condition),
        { node: node.whenTrue, low, width },
        { node: node.whenFalse, low, width },
      ]
    case 'slice':
      return [{ node: node.a, low: node.low + low, width }]
    case 'extend': {
      const { a } = node
      const sign = node.signed ? [{ node: a, low: a.width - 1, width: 1 }] : []
      const inside = Math.min(low + width, a.width) - low
      return inside > 0 ? [...sign, { node: a, low, width: inside }] : sign
    }
    case 'concat': {
      const needs: Range[] = []
      let top = node.width
      for (const part of node.parts) {
        top -= part.width
        const from = Math.max(low, top)
        const to = Math.min(low + width, top + part.width)
        if (from < to) needs.push({ node: part, low: from - top, width: to - from })
      }
      return needs
    }
    default:
      return operandsOf(node).map((operand) => ({ node: operand, low, width }))
  }
}

/** Whether the operator stays as it is over rewritten operands: all bits are wanted, or it mixes them. */
function keepsOperator({ node, low, width }: Range): boolean {
  switch (node.kind) {
    case 'const':
    case 'ref':
    case 'slice':
    case 'truncate':
      return false
    case 'unary':
    case 'binary':
      return (low === 0 && width === node.width) || !isBitwise(node)
    case 'shift':
    case 'index':
    case 'romRead':
      return true
    default:
      return low === 0 && width === node.width
  }
}

function whole(node: ExpressionNode): Range {
  return { node, low: 0, width: node.width }
}

function slice(a: ExpressionNode, low: number, width: number): ExpressionNode {
  if (low === 0 && width === a.width) return a
  return { kind: 'slice', a, low, width, signed: false, place: a.place }
}

function joined(parts: readonly ExpressionNode[], { place }: ExpressionNode): ExpressionNode {
  if (parts.length === 1) return unsigned(parts[0]!)
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  return { kind: 'concat', parts, width, signed: false, place }
}

function constant(value: bigint, width: number, { place }: ExpressionNode): ConstNode {
  return { kind: 'const', value, width, signed: false, place }
}

function unsigned(node: ExpressionNode): ExpressionNode {
  return withSign(node, false)
}

function withSign(a: ExpressionNode, signed: boolean): ExpressionNode {
  if (a.signed === signed) return a
  return { kind: 'cast', a, width: a.width, signed, place: a.place }
}
