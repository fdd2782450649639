import type { ValueOp } from './graph.js'

/** A constant operand: bit pattern and width. */
export interface Literal {
  readonly pattern: bigint
  readonly width: number
}

/**
 * The pattern of an operator on constant operands, modulo 2^width.
 * @param payload `slice`: lowest bit
 */
export function foldConstants(
  op: ValueOp,
  width: number,
  operands: readonly Literal[],
  payload: number,
): bigint | undefined {
  const result = fold(op, width, operands, payload)
  return result === undefined ? undefined : BigInt.asUintN(width, result)
}

function fold(
  op: ValueOp,
  width: number,
  operands: readonly Literal[],
  payload: number,
): bigint | undefined {
  const a = operands[0]?.pattern ?? 0n
  const b = operands[1]?.pattern ?? 0n
  const widthA = operands[0]?.width ?? 0
  const signedA = BigInt.asIntN(widthA, a)
  switch (op) {
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
    case 'not':
      return ~a
    case 'neg':
      return -a
    case 'reduceAnd':
      return BigInt(a === (1n << BigInt(widthA)) - 1n)
    case 'reduceOr':
      return BigInt(a !== 0n)
    case 'reduceXor':
      return parity(a)
    case 'eq':
      return BigInt(a === b)
    case 'ne':
      return BigInt(a !== b)
    case 'ult':
      return BigInt(a < b)
    case 'ule':
      return BigInt(a <= b)
    case 'slt':
      return BigInt(signedA < BigInt.asIntN(widthA, b))
    case 'sle':
      return BigInt(signedA <= BigInt.asIntN(widthA, b))
    case 'shl':
      return b >= BigInt(width) ? 0n : a << b
    case 'lshr':
      return b >= BigInt(width) ? 0n : a >> b
    case 'ashr':
      return signedA >> (b >= BigInt(width) ? BigInt(width) : b)
    case 'slice':
      return a >> BigInt(payload)
    case 'index':
      return b * BigInt(width) >= BigInt(widthA) ? 0n : a >> (b * BigInt(width))
    case 'concat':
      return operands.reduce((word, part) => (word << BigInt(part.width)) | part.pattern, 0n)
    case 'mux':
      return a === 1n ? b : operands[2]!.pattern
    case 'zext':
      return a
    case 'sext':
      return signedA
    default:
      return undefined
  }
}

function parity(pattern: bigint): bigint {
  let odd = 0n
  for (let rest = pattern; rest !== 0n; rest &= rest - 1n) odd ^= 1n
  return odd
}
