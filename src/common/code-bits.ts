/** Bits of an unsigned code. */
export type UnsignedBits = 2 | 4 | 8

/** Those, or `ternary`: codes 0, 1 and 2 that stand for -1, 0 and 1. */
export type CodeBits = UnsignedBits | 'ternary'

export const codeBitsChoices: readonly CodeBits[] = [2, 4, 8, 'ternary']

/** The code of a ternary zero, and the zero-point of every ternary group. */
export const TERNARY_ZERO = 1

/** Bits that a code takes in a ROM. */
export function codeWidth(bits: CodeBits): UnsignedBits {
  return bits === 'ternary' ? 2 : bits
}

/** Bits that a zero-point takes in a ROM; ternary weights have none. */
export function zeroPointWidth(bits: CodeBits): 0 | UnsignedBits {
  return bits === 'ternary' ? 0 : bits
}

/** The largest code; the smallest is 0. */
export function largestCode(bits: CodeBits): number {
  return bits === 'ternary' ? 2 : 2 ** bits - 1
}

/** For people: `INT4`, `ternary`. */
export function codeBitsName(bits: CodeBits): string {
  return bits === 'ternary' ? bits : `INT${bits}`
}
