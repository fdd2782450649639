import type { Place } from '../place.js'
import type { RomNode, SignalNode } from './module-node.js'

interface Typed {
  /** Bits, at least 1. */
  readonly width: number
  /** Two's complement when true. */
  readonly signed: boolean
  readonly place: Place
}

/** `value` is the bit pattern, 0..2^width - 1, for signed constants too. */
export interface ConstNode extends Typed {
  readonly kind: 'const'
  readonly value: bigint
}

/** Reads a port, wire, register, memory read port or instance port. */
export interface RefNode extends Typed {
  readonly kind: 'ref'
  readonly signal: SignalNode
}

export type UnaryOp = 'not' | 'neg' | 'reduceAnd' | 'reduceOr' | 'reduceXor'

/** `not`: width of `a`. `neg`: signed, one bit more than `a`. Reductions: one bit. */
export interface UnaryNode extends Typed {
  readonly kind: 'unary'
  readonly op: UnaryOp
  readonly a: ExpressionNode
}

export type BinaryOp = 'add' | 'sub' | 'mul' | 'and' | 'or' | 'xor' | 'eq' | 'ne' | 'lt' | 'le'

/**
 * Both operands have the same signedness.
 * `add`: max width + 1. `sub`: max width + 1, always signed. `mul`: sum of widths.
 * `and`, `or`, `xor`: operands of equal width, which is the result's; unsigned or signed as they are.
 * Comparisons: one unsigned bit; operands may differ in width and compare by value.
 */
export interface BinaryNode extends Typed {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly a: ExpressionNode
  readonly b: ExpressionNode
}

/** Shift by an unsigned variable; the width of `a` is kept; `right` is arithmetic when `a` is signed. */
export interface ShiftNode extends Typed {
  readonly kind: 'shift'
  readonly op: 'left' | 'right'
  readonly a: ExpressionNode
  readonly amount: ExpressionNode
}

/** Bits `low + width - 1 .. low` of `a`, unsigned; always in range. */
export interface SliceNode extends Typed {
  readonly kind: 'slice'
  readonly a: ExpressionNode
  readonly low: number
}

/**
 * Element `index` of `a` seen as elements of `width` bits, element 0 lowest; unsigned.
 * `a` has `2^index.width * width` bits or fewer, whole elements; elements beyond its end read zero.
 */
export interface IndexNode extends Typed {
  readonly kind: 'index'
  readonly a: ExpressionNode
  readonly index: ExpressionNode
}

/** Concatenation, most significant part first; unsigned; parts may be signed (their bits are taken). */
export interface ConcatNode extends Typed {
  readonly kind: 'concat'
  readonly parts: readonly ExpressionNode[]
}

/** `condition` is one bit; both arms have the width and sign of the result. */
export interface MuxNode extends Typed {
  readonly kind: 'mux'
  readonly condition: ExpressionNode
  readonly whenTrue: ExpressionNode
  readonly whenFalse: ExpressionNode
}

/** Widens by zeros, or by the sign when `a` is signed; the sign is kept; `width >= a.width`. */
export interface ExtendNode extends Typed {
  readonly kind: 'extend'
  readonly a: ExpressionNode
}

/** Keeps the low bits and the sign of `a`; `width <= a.width`. */
export interface TruncateNode extends Typed {
  readonly kind: 'truncate'
  readonly a: ExpressionNode
}

/** The same bits with the other signedness. */
export interface CastNode extends Typed {
  readonly kind: 'cast'
  readonly a: ExpressionNode
}

/** The word of a ROM at an address (combinational); unsigned; addresses beyond the depth read zero. */
export interface RomReadNode extends Typed {
  readonly kind: 'romRead'
  readonly rom: RomNode
  readonly address: ExpressionNode
}

/** A pure expression; nodes are frozen and may be shared. */
export type ExpressionNode =
  | ConstNode
  | RefNode
  | UnaryNode
  | BinaryNode
  | ShiftNode
  | SliceNode
  | IndexNode
  | ConcatNode
  | MuxNode
  | ExtendNode
  | TruncateNode
  | CastNode
  | RomReadNode

/** The operands of a node, in order. */
export function operandsOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'const':
    case 'ref':
      return []
    case 'unary':
    case 'slice':
    case 'extend':
    case 'truncate':
    case 'cast':
      return [node.a]
    case 'binary':
      return [node.a, node.b]
    case 'shift':
      return [node.a, node.amount]
    case 'index':
      return [node.a, node.index]
    case 'concat':
      return node.parts
    case 'mux':
      return [node.condition, node.whenTrue, node.whenFalse]
    case 'romRead':
      return [node.address]
  }
}

/** A node over other operands, in the order of {@link operandsOf}; the node itself when they are the same. */
export function withOperands(
  node: ExpressionNode,
  operands: readonly ExpressionNode[],
): ExpressionNode {
  if (operandsOf(node).every((operand, i) => operand === operands[i])) return node
  const [a, b, c] = operands as [ExpressionNode, ExpressionNode, ExpressionNode]
  switch (node.kind) {
    case 'const':
    case 'ref':
      return node
    case 'binary':
      return { ...node, a, b }
    case 'shift':
      return { ...node, a, amount: b }
    case 'index':
      return { ...node, a, index: b }
    case 'concat':
      return { ...node, parts: operands }
    case 'mux':
      return { ...node, condition: a, whenTrue: b, whenFalse: c }
    case 'romRead':
      return { ...node, address: a }
    default:
      return { ...node, a }
  }
}

/** Operators of which each bit of the result follows the same bit of the operands. */
export function isBitwise(node: ExpressionNode): boolean {
  if (node.kind === 'unary') return node.op === 'not'
  return node.kind === 'binary' && (node.op === 'and' || node.op === 'or' || node.op === 'xor')
}
