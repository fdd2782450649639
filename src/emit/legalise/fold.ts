import type { TermOp } from './term.js'

export function maskOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n
}

/** The value of a two's complement bit pattern. */
export function toSigned(value: bigint, width: number): bigint {
  return value >> BigInt(width - 1) === 0n ? value : value - (1n << BigInt(width))
}

export function parity(value: bigint): bigint {
  let ones = 0n
  for (const digit of value.toString(2)) if (digit === '1') ones ^= 1n
  return ones
}

/** The value of a unary or binary operator on bit patterns; `width` is the result's. */
export function foldOperator(
  op: TermOp,
  width: number,
  a: bigint,
  aWidth: number,
  b: bigint,
  bWidth: number,
): bigint {
  const mask = maskOf(width)
  switch (op) {
    case 'not':
      return a ^ mask
    case 'neg':
      return -a & mask
    case 'reduceAnd':
      return a === maskOf(aWidth) ? 1n : 0n
    case 'reduceOr':
      return a === 0n ? 0n : 1n
    case 'reduceXor':
      return parity(a)
    case 'add':
      return (a + b) & mask
    case 'sub':
      return (a - b) & mask
    case 'mul':
    case 'umul':
      return (a * b) & mask
    case 'smul':
      return (toSigned(a, aWidth) * toSigned(b, bWidth)) & mask
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'eq':
      return a === b ? 1n : 0n
    case 'ne':
      return a === b ? 0n : 1n
    case 'ult':
      return a < b ? 1n : 0n
    case 'ule':
      return a <= b ? 1n : 0n
    case 'slt':
      return toSigned(a, aWidth) < toSigned(b, bWidth) ? 1n : 0n
    case 'sle':
      return toSigned(a, aWidth) <= toSigned(b, bWidth) ? 1n : 0n
    default:
      throw new Error(`${op} is no operator of constants`)
  }
}
