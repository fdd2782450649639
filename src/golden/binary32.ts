/** Largest finite binary32 value. */
export const largestFloat32 = (2 - 2 ** -23) * 2 ** 127

/** Smallest normal binary32 value; anything smaller counts as zero. */
export const smallestNormalFloat32 = 2 ** -126

/**
 * Rounds a real value, given exactly as a binary64, to the chip's binary32: to nearest with ties to even,
 * saturated at the largest finite value; magnitudes below 2^-126 become zero of the same sign.
 */
export function round32(value: number): number {
  const magnitude = Math.abs(value)
  if (magnitude < smallestNormalFloat32) return value < 0 ? -0 : value === 0 ? value : 0
  const rounded = Math.fround(value)
  if (Math.abs(rounded) > largestFloat32) return value < 0 ? -largestFloat32 : largestFloat32
  return rounded
}
