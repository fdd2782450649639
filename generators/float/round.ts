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
 * Rounds to nearest, ties to even, as IEEE 754 does with subnormals; then a subnormal result becomes zero
 * of its sign, and one beyond the largest finite number becomes that number.
 *
 * Below the normal range IEEE rounds one bit earlier than above. Only one case of that survives the flush:
 * the binade just below the smallest normal number, where everything whose `1 + fractionBits` leading bits
 * are ones rounds up to that number. `exactBelowNormal` says that values there have too few bits for it.
 */
export function roundToFormat(
  format: FloatFormat,
  { negative, exponent, significand }: Unrounded,
  isZero: Bool,
  { exactBelowNormal = false } = {},
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
  const underflows = roundedExponent.lt(constantLike(roundedExponent, 1))
  const magnitude = cat(roundedExponent.bits(exponentBits - 1, 0), fraction)
  const largest = uint(magnitude.width).literal(
    (BigInt(largestExponent(format)) << BigInt(fractionBits)) + (1n << BigInt(fractionBits)) - 1n,
  )
  const zero = uint(magnitude.width).literal(0)
  let flushed: UInt = zero
  if (!exactBelowNormal) {
    const smallest = uint(magnitude.width).literal(1n << BigInt(fractionBits))
    const reachesNormal = exponent.eq(constantLike(exponent, 0)).and(kept.reduceAnd())
    flushed = mux(reachesNormal, smallest, zero)
  }
  const inRange = mux(overflows, largest, magnitude)
  return cat(negative, mux(isZero, zero, mux(underflows, flushed, inRange)))
}

function constantLike({ width }: SInt, value: number): SInt {
  return sint(width).literal(value)
}
