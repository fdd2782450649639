import { cat, mux, type SInt, type UInt } from '../../src/hdl/index.js'
import { binary32, fieldsOf } from '../float/float-format.js'
import { shiftRightJamming } from '../float/normalise.js'

/**
 * A number in units of 2^(E - M + 2), rounded to nearest with ties to even, `M` bits without the most negative
 * value.
 *
 * @param exponent `E + 127`, at least the number's own
 */
export function alignedMantissa(number: UInt, exponent: UInt, mantissaBits: number): SInt {
  const { negative, exponent: own, fraction } = fieldsOf(binary32, number)
  const isNormal = own.reduceOr()
  const significand = cat(isNormal, mux(isNormal, fraction, fraction.type.literal(0)))
  const distance = exponent.sub(own).truncate(exponent.width).asUnsigned()
  const shifted = shiftRightJamming(significand, distance)
  const kept = mantissaBits - 1
  const lost = shifted.width - kept
  const whole = shifted.bits(shifted.width - 1, lost)
  const half = shifted.bit(lost - 1)
  const isAbove = shifted
    .bits(lost - 2, 0)
    .reduceOr()
    .or(whole.bit(0))
  const magnitude = whole.add(half.and(isAbove).asUInt()).saturate(kept).toSigned()
  return mux(negative, magnitude.neg().truncate(mantissaBits), magnitude)
}
