import type { BinaryNode, ExpressionNode, UnaryNode } from '../ir/expression.js'
import type { NetId } from '../ir/flat.js'
import type { RomNode } from '../ir/module-node.js'
import type { NetBuilder } from './net-builder.js'

/** The net of an expression whose operands' nets are known: signedness moves into the operators. */
export function lowerExpression(
  node: ExpressionNode,
  netOf: (operand: ExpressionNode) => NetId,
  builder: NetBuilder,
  romIndex: (rom: RomNode) => number,
): NetId {
  const { width } = node
  switch (node.kind) {
    case 'const':
      return builder.constant(node.value, width)
    case 'ref':
      throw new Error('a reference is the net of its signal')
    case 'unary':
      return lowerUnary(node, netOf(node.a), builder)
    case 'binary':
      return lowerBinary(node, netOf(node.a), netOf(node.b), builder)
    case 'shift': {
      const op = node.op === 'left' ? 'shl' : node.a.signed ? 'ashr' : 'lshr'
      return builder.net(op, width, [netOf(node.a), netOf(node.amount)])
    }
    case 'slice':
      return builder.slice(netOf(node.a), node.low, width)
    case 'index':
      return builder.net('index', width, [netOf(node.a), netOf(node.index)])
    case 'concat':
      return builder.concat(node.parts.map(netOf))
    case 'mux':
      return builder.net('mux', width, [
        netOf(node.condition),
        netOf(node.whenTrue),
        netOf(node.whenFalse),
      ])
    case 'extend':
      return builder.extend(netOf(node.a), width, node.a.signed)
    case 'truncate':
      return builder.slice(netOf(node.a), 0, width)
    case 'cast':
      return netOf(node.a)
    case 'romRead':
      return builder.net('romRead', width, [netOf(node.address)], romIndex(node.rom))
  }
}

function lowerUnary(node: UnaryNode, a: NetId, builder: NetBuilder): NetId {
  if (node.op === 'neg') {
    return builder.net('neg', node.width, [builder.extend(a, node.width, node.a.signed)])
  }
  const isReduction = node.op !== 'not'
  if (isReduction && node.a.width === 1) return a
  return builder.net(node.op, node.width, [a])
}

function lowerBinary(node: BinaryNode, a: NetId, b: NetId, builder: NetBuilder): NetId {
  const { op } = node
  const { signed } = node.a
  const isComparison = op === 'eq' || op === 'ne' || op === 'lt' || op === 'le'
  const operandWidth = isComparison ? Math.max(node.a.width, node.b.width) : node.width
  const left = builder.extend(a, operandWidth, signed)
  const right = builder.extend(b, operandWidth, signed)
  const flatOp =
    op === 'lt' ? (signed ? 'slt' : 'ult') : op === 'le' ? (signed ? 'sle' : 'ule') : op
  return builder.net(flatOp, node.width, [left, right])
}
