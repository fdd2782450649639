/**
 * Rounding to a binary format written on exact rationals, for tests: shares nothing with the hardware.
 * A value is `numerator * 2^exponent`.
 */
export interface Dyadic {
  readonly numerator: bigint
  readonly exponent: number
}

export interface TestFormat {
  readonly exponentBits: number
  readonly fractionBits: number
}

/** The value of a bit pattern; exponent 0 is subnormal unless `flush`. */
export function dyadicOf(format: TestFormat, bits: bigint, flush: boolean): Dyadic {
  const { exponentBits, fractionBits } = format
  const fraction = bits & ((1n << BigInt(fractionBits)) - 1n)
  const exponent = Number((bits >> BigInt(fractionBits)) & ((1n << BigInt(exponentBits)) - 1n))
  const negative = bits >> BigInt(exponentBits + fractionBits) === 1n
  const bias = 2 ** (exponentBits - 1) - 1
  const significand =
    exponent === 0 ? (flush ? 0n : fraction) : fraction + (1n << BigInt(fractionBits))
  return {
    numerator: negative ? -significand : significand,
    exponent: Math.max(exponent, 1) - bias - fractionBits,
  }
}

export function addExact(a: Dyadic, b: Dyadic): Dyadic {
  const exponent = Math.min(a.exponent, b.exponent)
  const scaled = (x: Dyadic) => x.numerator << BigInt(x.exponent - exponent)
  return { numerator: scaled(a) + scaled(b), exponent }
}

/**
 * Rounding to nearest, ties to even; exact values below the smallest normal number flushed to zero of their
 * sign, and overflow replaced by the largest finite number.
 *
 * @param negativeZero sign of a result that is exactly zero
 */
export function roundExact(format: TestFormat, value: Dyadic, negativeZero: boolean): bigint {
  const { exponentBits, fractionBits } = format
  const bias = 2 ** (exponentBits - 1) - 1
  const signAt = BigInt(exponentBits + fractionBits)
  const { numerator } = value
  if (numerator === 0n) return negativeZero ? 1n << signAt : 0n
  const sign = numerator < 0n ? 1n << signAt : 0n
  const magnitude = numerator < 0n ? -numerator : numerator
  const top = magnitude.toString(2).length - 1 + value.exponent
  if (top < 1 - bias) return sign
  const quantum = top - fractionBits
  const drop = quantum - value.exponent
  let units: bigint
  if (drop <= 0) {
    units = magnitude << BigInt(-drop)
  } else {
    const half = 1n << BigInt(drop - 1)
    units = magnitude >> BigInt(drop)
    const rest = magnitude - (units << BigInt(drop))
    if (rest > half || (rest === half && (units & 1n) === 1n)) units++
  }
  const one = 1n << BigInt(fractionBits)
  const pattern = (BigInt(quantum + fractionBits + bias - 1) << BigInt(fractionBits)) + units
  const largest = ((1n << BigInt(exponentBits)) - 1n) * one - 1n
  return sign | (pattern > largest ? largest : pattern)
}
