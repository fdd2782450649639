import { cat, mux, sint, type UInt } from '../../src/hdl/index.js'
import { biasOf, type FloatFormat, fieldsOf, widthOf } from './float-format.js'
import { shiftRightJamming } from './normalise.js'

/**
 * A number in a format of fewer bits, subnormals included: rounded to nearest with ties to even, magnitudes
 * beyond the largest one to that one.
 *
 * @param from the format of `number`; its subnormals count as zero
 * @param to at most as many exponent bits, at least two fraction bits fewer
 * @param largest bit pattern of the largest magnitude
 */
export function narrowFloat(
  from: FloatFormat,
  number: UInt,
  to: FloatFormat,
  largest: number,
): UInt {
  const { negative, exponent, fraction } = fieldsOf(from, number)
  const isZero = exponent.reduceOr().not()
  const wide = from.exponentBits + 2
  const biased = exponent
    .toSigned()
    .sub(sint(wide).literal(biasOf(from) - biasOf(to)))
    .truncate(wide)
  const isSubnormal = biased.lt(1)
  const places = sint(wide).literal(1).sub(biased).truncate(wide).asUnsigned()
  const significand = cat(isZero.not(), fraction)
  const aligned = shiftRightJamming(significand, mux(isSubnormal, places, places.type.literal(0)))

  const top = from.fractionBits
  const kept = aligned.bits(top, top - to.fractionBits)
  const guard = aligned.bit(top - to.fractionBits - 1)
  const sticky = aligned.bits(top - to.fractionBits - 2, 0).reduceOr()
  const roundUp = guard.and(sticky.or(kept.bit(0)))
  // The hidden bit adds the one that is missing in the exponent.
  const binade = mux(isSubnormal, places.type.literal(0), biased.sub(1).truncate(wide).asUnsigned())
  const magnitude = binade.shl(to.fractionBits).add(kept.add(cat(roundUp)))
  const largestMagnitude = magnitude.type.literal(largest)
  const limited = mux(magnitude.gt(largestMagnitude), largestMagnitude, magnitude)
  const bits = mux(isZero, limited.type.literal(0), limited).truncate(widthOf(to) - 1)
  return cat(negative, bits)
}
