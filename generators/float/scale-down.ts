import { cat, mux, type UInt } from '../../src/hdl/index.js'
import { type FloatFormat, fieldsOf } from './float-format.js'

/** `number * 2^-places`; a result below the smallest normal number becomes zero of its sign. */
export function scaleDown(format: FloatFormat, number: UInt, places: UInt): UInt {
  const { negative, exponent, fraction } = fieldsOf(format, number)
  const lower = exponent.sub(places)
  const magnitude = cat(lower.bits(format.exponentBits - 1, 0), fraction)
  return cat(negative, mux(lower.lt(1), magnitude.type.literal(0), magnitude))
}
