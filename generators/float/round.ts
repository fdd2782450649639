import { type Bool, cat, mux, type SInt, sint, type UInt, uint } from '../../src/hdl/index.js'
import { type FloatFormat, largestExponent } from './float-format.js'

/** An exact non-zero value, normalised, on its way into a format. */
export interface Unrounded {
  readonly negative: Bool
  /** The biased exponent that the value would have without limits of range. */
  readonly exponent: SInt
  /** Hidden one, fraction, guard bit and at least one sticky bit, from the top. */
  readonly significand: UInt
}

/**
 * Rounds to nearest, ties to even. An exact value below the smallest normal number, looked at before rounding,
 * becomes zero of its sign; a result beyond the largest finite number becomes that number.
 */
export function roundToFormat(
  format: FloatFormat,
  { negative, exponent, significand }: Unrounded,
  isZero: Bool,
): UInt {
  const { exponentBits, fractionBits } = format
  const top = significand.width - 1
  const kept = significand.bits(top, top - fractionBits)
  const guard = significand.bit(top - fractionBits - 1)
  const sticky = significand.bits(top - fractionBits - 2, 0).reduceOr()
  const roundUp = guard.and(sticky.or(kept.bit(0)))

  const unrounded = cat(exponent, kept.bits(fractionBits - 1, 0)).asSigned()
  const rounded = unrounded.add(cat(uint(1).literal(0), roundUp).asSigned())
  const roundedExponent = rounded.shr(fractionBits)
  const fraction = rounded.bits(fractionBits - 1, 0)

  const overflows = roundedExponent.gt(constantLike(roundedExponent, largestExponent(format)))
  const underflows = exponent.lt(constantLike(exponent, 1))
  const magnitude = cat(roundedExponent.bits(exponentBits - 1, 0), fraction)
  const largest = uint(magnitude.width).literal(
    (BigInt(largestExponent(format)) << BigInt(fractionBits)) + (1n << BigInt(fractionBits)) - 1n,
  )
  const zero = uint(magnitude.width).literal(0)
  const inRange = mux(overflows, largest, magnitude)
  return cat(negative, mux(isZero.or(underflows), zero, inRange))
}

function constantLike({ width }: SInt, value: number): SInt {
  return sint(width).literal(value)
}
