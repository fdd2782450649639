import { type CodeBits, TERNARY_ZERO } from '../common/code-bits.js'

/**
 * L-Units take codes that are wider than their lanes in digits (docs/arithmetic.md, L-Unit).
 *
 * @returns how many; undefined where L-Units of `digitBits` cannot take codes of `bits`
 */
export function digitsOfCode(bits: CodeBits, digitBits: CodeBits): number | undefined {
  if (bits === digitBits) return 1
  if (bits === 'ternary') return undefined
  if (digitBits === 'ternary') return bits
  return bits % digitBits === 0 ? bits / digitBits : undefined
}

/** What a digit's scale is, over the scale of the last one. */
export function digitWeight(digitBits: CodeBits, digits: number, digit: number): number {
  const shift = digitBits === 'ternary' ? 1 : digitBits
  return 2 ** (shift * (digits - 1 - digit))
}

/** Digit `digit` (0 is the highest) of a code or zero-point of `digits` digits of `digitBits` bits. */
export function unsignedDigit(
  value: number,
  digitBits: number,
  digits: number,
  digit: number,
): number {
  return (value >> (digitBits * (digits - 1 - digit))) & ((1 << digitBits) - 1)
}

/** Digit `digit` of a code in the ROM of an L-Unit of `digitBits`. */
export function romDigit(
  code: number,
  zeroPoint: number,
  digitBits: CodeBits,
  digits: number,
  digit: number,
): number {
  if (digitBits !== 'ternary') return unsignedDigit(code, digitBits, digits, digit)
  const value = code - zeroPoint
  return tritInRom(((Math.abs(value) >> (digits - 1 - digit)) & 1) * Math.sign(value))
}

/** A whole code as it stands in the ROM of L-Units of its own format. */
export function codeInRom(code: number, bits: CodeBits): number {
  return bits === 'ternary' ? tritInRom(code - TERNARY_ZERO) : code
}

/** The code that a ROM holds in any state: the inverse of {@link codeInRom}. */
export function codeOfRom(stored: number, bits: CodeBits): number {
  if (bits !== 'ternary') return stored
  const isZero = (stored & 1) === 0
  return isZero ? TERNARY_ZERO : TERNARY_ZERO + (stored >> 1 === 0 ? 1 : -1)
}

/** Free, because the hardware does not look at it. */
const SIGN_OF_ZERO = 0

/** A trit in ROM: bit 0 says that it is not zero, bit 1 that it is negative. */
function tritInRom(trit: number): number {
  const isNegative = trit === 0 ? SIGN_OF_ZERO : trit < 0 ? 1 : 0
  return (isNegative << 1) | (trit === 0 ? 0 : 1)
}
