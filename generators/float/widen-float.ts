import { cat, mux, type UInt, uint } from '../../src/hdl/index.js'
import { biasOf, type FloatFormat, fieldsOf } from './float-format.js'
import { normaliseLeft } from './normalise.js'

/**
 * `number * 2^power` in a format that holds all such values as normal numbers, the subnormals' too.
 *
 * @param from the format of `number`; its subnormals count
 * @param to more exponent bits, at least as many fraction bits
 */
export function widenFloat(from: FloatFormat, number: UInt, to: FloatFormat, power = 0): UInt {
  const { negative, exponent, fraction } = fieldsOf(from, number)
  const isNormal = exponent.reduceOr()
  const { normalised, leadingZeros } = normaliseLeft(cat(isNormal, fraction))
  const effective = exponent.or(isNormal.not().asUInt().extend(exponent.width))
  const rebias = uint(to.exponentBits).literal(biasOf(to) - biasOf(from) + power)
  const biased = rebias.add(effective).sub(leadingZeros).truncate(to.exponentBits).asUnsigned()
  const widened = normalised.bits(from.fractionBits - 1, 0).shl(to.fractionBits - from.fractionBits)
  const magnitude = cat(biased, widened)
  const isZero = isNormal.or(fraction.reduceOr()).not()
  return cat(negative, mux(isZero, magnitude.type.literal(0), magnitude))
}
