import { type Bool, bool, cat, mux, type UInt } from '../../src/hdl/index.js'

/**
 * One line for each value of a number below `count`, 1 when the number has that value: a predecoded
 * one-hot decoder, in which halves of the number are decoded first and every line is one AND.
 */
export function oneHot(bits: readonly Bool[], count = 2 ** bits.length): Bool[] {
  const [first] = bits
  if (first === undefined) return [bool.literal(true)]
  if (bits.length === 1) return [first.not(), first].slice(0, count)
  const split = Math.floor(bits.length / 2)
  const low = oneHot(bits.slice(0, split))
  const high = oneHot(bits.slice(split), Math.ceil(count / low.length))
  return Array.from({ length: count }, (_, value) =>
    high[Math.floor(value / low.length)]!.and(low[value % low.length]!),
  )
}

/** The bits of a number, lowest first. */
export function bitsOf(value: UInt): Bool[] {
  return Array.from({ length: value.width }, (_, position) => value.bit(position))
}

/**
 * A number divided by a constant: the bits of quotient and remainder, lowest first, by long division from
 * the top bit down. A power of two costs nothing.
 */
export function divideByConstant(
  bits: readonly Bool[],
  divisor: number,
): { quotient: readonly Bool[]; remainder: readonly Bool[] } {
  const remainderBits = Math.ceil(Math.log2(divisor))
  if (2 ** remainderBits === divisor) {
    const remainder = bits.slice(0, remainderBits)
    return { quotient: bits.slice(remainderBits), remainder }
  }
  if (divisor % 2 === 0) {
    const half = divideByConstant(bits.slice(1), divisor / 2)
    return { quotient: half.quotient, remainder: [bits[0]!, ...half.remainder] }
  }
  let remainder: UInt | undefined
  const quotient: Bool[] = []
  for (const bit of [...bits].reverse()) {
    const doubled: UInt =
      remainder === undefined ? bit.asUInt().extend(remainderBits + 1) : cat(remainder, bit)
    const fits = doubled.ge(divisor)
    remainder = mux(
      fits,
      doubled.sub(divisor).truncate(remainderBits).asUnsigned(),
      doubled.truncate(remainderBits),
    )
    quotient.unshift(fits)
  }
  return { quotient, remainder: remainder === undefined ? [] : bitsOf(remainder) }
}
