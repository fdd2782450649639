/** IEEE 754-2008 binary16 ("half"), as bit patterns in 0..0xffff. */

/** Largest finite binary16 value. */
export const FLOAT16_MAX = 65504

const EXPONENT_MASK = 0x7c00
const SIGN_MASK = 0x8000

/** True when the bit pattern is neither an infinity nor a NaN. */
export function isFiniteFloat16(bits: number): boolean {
  return (bits & EXPONENT_MASK) !== EXPONENT_MASK
}

/** The exact value of a finite binary16 bit pattern, subnormals and both zeros included. @throws RangeError for an infinity or a NaN. */
export function float16ToNumber(bits: number): number {
  if (!isFiniteFloat16(bits)) {
    throw new RangeError(`binary16 pattern 0x${bits.toString(16).padStart(4, '0')} is not finite`)
  }
  // The exponent field means 2^112 less in binary32 than in binary16; subnormals agree as well.
  binary32Bits[0] = (bits & 0x7fff) << 13
  const magnitude = binary32[0]! * 2 ** 112
  return bits & SIGN_MASK ? -magnitude : magnitude
}

const binary32 = new Float32Array(1)
const binary32Bits = new Uint32Array(binary32.buffer)

const float64 = new DataView(new ArrayBuffer(8))

/** How many units in the last place make 1, for the exponents -14 to 15 of binary16. */
const UNITS_IN_ONE = Array.from({ length: 30 }, (_, i) => 2 ** (24 - i))

/**
 * Rounds to binary16, to nearest with ties to even, in one step from the full double.
 * @throws RangeError for NaN, infinities and values that would round to an infinity (magnitude of 65520 and up).
 */
export function numberToFloat16(value: number): number {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${value} has no finite binary16 value`)
  }
  float64.setFloat64(0, value)
  const highWord = float64.getUint32(0)
  const exponent = Math.max(((highWord >>> 20) & 0x7ff) - 1023, -14)
  const unitsInOne = UNITS_IN_ONE[exponent + 14]
  const bits =
    unitsInOne === undefined
      ? EXPONENT_MASK
      : ((exponent + 14) << 10) + roundToEven(Math.abs(value) * unitsInOne)
  if (bits >= EXPONENT_MASK) {
    throw new RangeError(`${value} is beyond the largest binary16 value, ${FLOAT16_MAX}`)
  }
  return highWord & 0x80000000 ? bits | SIGN_MASK : bits
}

/** Nearest integer, ties to even, of a non-negative number below 2^52. */
function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const fraction = value - floor
  return fraction > 0.5 || (fraction === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
