import type { Bool, UInt } from '../../src/hdl/index.js'

/**
 * A binary interchange format of IEEE 754 without infinities and NaN: sign, biased exponent, fraction.
 * Exponent 0 is zero; whether its fraction counts is said where a value is read.
 */
export interface FloatFormat {
  /** 2 to 11. */
  readonly exponentBits: number
  /** Bits of the fraction, without the hidden one; at least 1. */
  readonly fractionBits: number
}

export const binary32: FloatFormat = { exponentBits: 8, fractionBits: 23 }
export const binary16: FloatFormat = { exponentBits: 5, fractionBits: 10 }

/** Bits of a number. */
export function widthOf({ exponentBits, fractionBits }: FloatFormat): number {
  return 1 + exponentBits + fractionBits
}

/** What the biased exponent of 1.0 is. */
export function biasOf({ exponentBits }: FloatFormat): number {
  return 2 ** (exponentBits - 1) - 1
}

/** Largest biased exponent of a finite number. */
export function largestExponent({ exponentBits }: FloatFormat): number {
  return 2 ** exponentBits - 2
}

/** For module names: `e8m23`. */
export function formatName({ exponentBits, fractionBits }: FloatFormat): string {
  return `e${exponentBits}m${fractionBits}`
}

/** The fields of a number; no hardware. */
export interface FloatFields {
  readonly negative: Bool
  readonly exponent: UInt
  readonly fraction: UInt
}

export function fieldsOf(format: FloatFormat, bits: UInt): FloatFields {
  const width = widthOf(format)
  return {
    negative: bits.bit(width - 1),
    exponent: bits.bits(width - 2, format.fractionBits),
    fraction: bits.bits(format.fractionBits - 1, 0),
  }
}
