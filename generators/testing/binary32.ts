/**
 * binary32 with flush to zero and saturation, by `Math.fround`, for tests: shares nothing with the hardware.
 */

const largest = 2 ** 128 - 2 ** 104
const smallestNormal = 2 ** -126
const float = new Float32Array(1)
const pattern = new Uint32Array(float.buffer)

/** Rounds to nearest, ties to even; magnitudes below 2^-126 to zero of their sign, overflow to the largest number. */
export function round32(value: number): number {
  if (Math.abs(value) < smallestNormal) return value < 0 || Object.is(value, -0) ? -0 : 0
  const rounded = Math.fround(value)
  return Math.abs(rounded) === Infinity ? Math.sign(rounded) * largest : rounded
}

/** The number of a bit pattern; subnormals are zero of their sign. */
export function numberOfBits32(bits: number): number {
  pattern[0] = bits
  return round32(float[0]!)
}

export function bitsOf32(value: number): number {
  float[0] = value
  return pattern[0]!
}
