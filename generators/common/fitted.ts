import type { UInt } from '../../src/hdl/index.js'

/** A number in another width; what is cut off is zero. */
export function fitted(value: UInt, width: number): UInt {
  return value.width >= width ? value.truncate(width) : value.extend(width)
}
