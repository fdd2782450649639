import { type Bool, bool, cat, mux, type UInt, uint } from '../../src/hdl/index.js'

/**
 * Shifts a number left until its top bit is 1, by powers of two in falling order, and gives the number
 * of places. Zero stays zero, with a count without meaning.
 */
export function normaliseLeft(value: UInt): { normalised: UInt; leadingZeros: UInt } {
  const { width } = value
  let normalised = value
  const zeroSteps: Bool[] = []
  for (let step = 2 ** Math.floor(Math.log2(width - 1)); step >= 1; step /= 2) {
    const isZero = normalised
      .bits(width - 1, width - step)
      .reduceOr()
      .not()
    const shifted = normalised.bits(width - 1 - step, 0).shl(step)
    normalised = mux(isZero, shifted, normalised)
    zeroSteps.push(isZero)
  }
  return { normalised, leadingZeros: cat(...zeroSteps) }
}

/**
 * `value >> amount` with every bit that is shifted out kept in the lowest bit of the result, so that
 * rounding still knows of it ("sticky" or "jamming" shift).
 */
export function shiftRightJamming(value: UInt, amount: UInt): UInt {
  const { width } = value
  let shifted = value
  let lost = bool.literal(false)
  for (let bit = 0; bit < amount.width; bit++) {
    const places = 2 ** bit
    if (places >= width) {
      const beyond = amount.bits(amount.width - 1, bit).reduceOr()
      lost = lost.or(beyond.and(shifted.reduceOr()))
      shifted = mux(beyond, uint(width).literal(0), shifted)
      break
    }
    const chosen = amount.bit(bit)
    lost = lost.or(chosen.and(shifted.bits(places - 1, 0).reduceOr()))
    shifted = mux(chosen, shifted.shr(places).extend(width), shifted)
  }
  return shifted.or(lost.asUInt().extend(width))
}
