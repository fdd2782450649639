import { cat, mux, type SInt, type UInt } from '../../src/hdl/index.js'
import { biasOf, type FloatFormat, fieldsOf } from './float-format.js'

/**
 * `floor(number * 2^pointBits)`, clamped to what `width` bits hold; subnormals count as zero.
 *
 * @param width more than the significand has
 */
export function floatToFixed(
  format: FloatFormat,
  number: UInt,
  pointBits: number,
  width: number,
): SInt {
  const { negative, exponent, fraction } = fieldsOf(format, number)
  const isNormal = exponent.reduceOr()
  const significand = cat(isNormal, mux(isNormal, fraction, fraction.type.literal(0)))
  const positive = significand.toSigned()
  const signed = mux(negative, positive.neg().truncate(positive.width), positive)
  const aligned = signed.shl(width - signed.width)

  // The exponent whose numbers are as large as the result can be.
  const top = biasOf(format) + width - 2 - pointBits
  const places = exponent.type.literal(top).sub(exponent)
  const farthest = 2 ** Math.ceil(Math.log2(width)) - 1
  const isFar = places.gt(farthest)
  const amountBits = Math.ceil(Math.log2(width))
  const near = places.bits(amountBits - 1, 0)
  const shifted = aligned.shiftRight(mux(isFar, near.type.literal(farthest), near))

  const limit = 2n ** BigInt(width - 1)
  const extreme = mux(negative, shifted.type.literal(-limit), shifted.type.literal(limit - 1n))
  return mux(places.isNegative(), extreme, shifted)
}
