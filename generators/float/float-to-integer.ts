import { cat, mux, type SInt, type UInt } from '../../src/hdl/index.js'
import { biasOf, type FloatFormat, fieldsOf } from './float-format.js'
import { shiftRightJamming } from './normalise.js'

/**
 * `number * 2^-unit` rounded to an integer, to nearest with ties to even, and clamped to the symmetric range of
 * `width` bits; subnormals count as zero. With `unit` the number's own exponent less `width - 2`, this is the
 * alignment of an activation (docs/arithmetic.md).
 *
 * @param width 2 to the bits of a significand
 * @param topExponent biased exponent of `2^(width - 2)` units, unsigned, as wide as an exponent
 */
export function floatToInteger(
  format: FloatFormat,
  number: UInt,
  topExponent: UInt,
  width: number,
): SInt {
  const { negative, exponent, fraction } = fieldsOf(format, number)
  const isNormal = exponent.reduceOr()
  const places = topExponent.sub(exponent)
  // From its first bit, the significand of a number of the top exponent is width - 1 bits of integer.
  const significand = cat(isNormal, mux(isNormal, fraction, fraction.type.literal(0)))
  const amount = places.truncate(format.exponentBits).asUnsigned()
  const aligned = shiftRightJamming(significand.shl(1), amount)
  const top = aligned.width - 1
  const kept = aligned.bits(top, top - width + 2)
  const guard = aligned.bit(top - width + 1)
  const sticky = aligned.bits(top - width, 0).reduceOr()
  const roundUp = guard.and(sticky.or(kept.bit(0)))
  const rounded = kept.add(cat(roundUp)).saturate(width - 1)
  const isBeyond = places.isNegative().and(isNormal)
  const largest = rounded.type.literal(2 ** (width - 1) - 1)
  const magnitude = mux(isBeyond, largest, rounded).toSigned()
  return mux(negative, magnitude.neg().truncate(width), magnitude)
}

/** The biased exponent for {@link floatToInteger} with units of 1. */
export function topExponentOfUnits(format: FloatFormat, width: number): number {
  return biasOf(format) + width - 2
}
