import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'

/** Bits of a value as two's complement, 0..2^width - 1. */
export function patternOf(value: bigint, width: number): bigint {
  return BigInt.asUintN(width, value)
}

/** The number that bits stand for. */
export function numberOf(pattern: bigint, { width, signed }: { width: number; signed: boolean }) {
  return signed ? BigInt.asIntN(width, pattern) : BigInt.asUintN(width, pattern)
}

/**
 * The number that an expression stands for, by the meaning that its node's documentation gives it; written
 * for tests, apart from everything that the library computes with.
 *
 * @param numberOfSignal the number that a signal holds
 * @throws Error when a result does not fit the type of its node
 */
export function evaluateExpression(
  node: ExpressionNode,
  numberOfSignal: (signal: SignalNode) => bigint,
): bigint {
  const known = new Map<ExpressionNode, bigint>()
  const value = (inner: ExpressionNode): bigint => {
    let result = known.get(inner)
    if (result === undefined) {
      result = evaluateNode(inner, value, numberOfSignal)
      if (numberOf(result, inner) !== result) {
        throw new Error(`${inner.kind} gives ${result}, which is not of ${inner.width} bits`)
      }
      known.set(inner, result)
    }
    return result
  }
  return value(node)
}

function evaluateNode(
  node: ExpressionNode,
  value: (node: ExpressionNode) => bigint,
  numberOfSignal: (signal: SignalNode) => bigint,
): bigint {
  const bits = (inner: ExpressionNode) => patternOf(value(inner), inner.width)
  switch (node.kind) {
    case 'const':
      return numberOf(node.value, node)
    case 'ref':
      return numberOfSignal(node.signal)
    case 'unary': {
      const digits = [...bits(node.a).toString(2).padStart(node.a.width, '0')]
      switch (node.op) {
        case 'not':
          return numberOf(~value(node.a), node)
        case 'neg':
          return -value(node.a)
        case 'reduceAnd':
          return truth(digits.every((digit) => digit === '1'))
        case 'reduceOr':
          return truth(digits.includes('1'))
        case 'reduceXor':
          return truth(digits.filter((digit) => digit === '1').length % 2 === 1)
      }
      break
    }
    case 'binary': {
      const [a, b] = [value(node.a), value(node.b)]
      switch (node.op) {
        case 'add':
          return a + b
        case 'sub':
          return a - b
        case 'mul':
          return a * b
        case 'and':
          return a & b
        case 'or':
          return a | b
        case 'xor':
          return a ^ b
        case 'eq':
          return truth(a === b)
        case 'ne':
          return truth(a !== b)
        case 'lt':
          return truth(a < b)
        case 'le':
          return truth(a <= b)
      }
      break
    }
    case 'shift': {
      const amount = value(node.amount)
      const all = amount >= BigInt(node.width)
      if (node.op === 'right') return value(node.a) >> (all ? BigInt(node.width) : amount)
      return all ? 0n : numberOf(value(node.a) << amount, node)
    }
    case 'slice':
      return patternOf(bits(node.a) >> BigInt(node.low), node.width)
    case 'index': {
      const low = value(node.index) * BigInt(node.width)
      return low >= BigInt(node.a.width) ? 0n : patternOf(bits(node.a) >> low, node.width)
    }
    case 'concat':
      return BigInt(
        `0b${node.parts.map((part) => bits(part).toString(2).padStart(part.width, '0')).join('')}`,
      )
    case 'mux':
      return value(node.condition) === 1n ? value(node.whenTrue) : value(node.whenFalse)
    case 'extend':
      return value(node.a)
    case 'truncate':
    case 'cast':
      return numberOf(value(node.a), node)
    case 'romRead': {
      const { contents } = node.rom
      const address = value(node.address)
      return address < BigInt(contents.depth) ? contents.word(Number(address)) : 0n
    }
  }
}

function truth(condition: boolean): bigint {
  return condition ? 1n : 0n
}
