import { smallestNormalFloat32 } from './binary32.js'

/** One group of activations as integers with a shared exponent; see docs/arithmetic.md. */
export interface AlignedGroup {
  /** `G` signed integers of `mantissaBits` bits. */
  readonly mantissas: Int32Array
  /** Unbiased shared exponent, -126..127. */
  readonly exponent: number
  /** The sum of the mantissas. */
  readonly sum: number
}

/**
 * Aligns a group of activations to its largest exponent: `x_i ~ m_i * 2^(E - M + 2)`.
 *
 * @param activations 1 to `group` binary32 values; missing ones count as zero
 * @param group mantissas in the result
 * @param mantissaBits M, 10..16
 */
export function alignGroup(
  activations: Float32Array,
  group: number,
  mantissaBits: number,
): AlignedGroup {
  let largest = 0
  for (const x of activations) largest = Math.max(largest, Math.abs(x))
  const exponent = largest < smallestNormalFloat32 ? -126 : floorLog2(largest)
  const limit = 2 ** (mantissaBits - 1) - 1
  const mantissas = new Int32Array(group)
  let sum = 0
  for (let i = 0; i < activations.length; i++) {
    const x = activations[i]!
    if (Math.abs(x) < smallestNormalFloat32) continue
    const scaled = roundTiesToEven(x * 2 ** (mantissaBits - 2 - exponent))
    const mantissa = Math.max(-limit, Math.min(limit, scaled))
    mantissas[i] = mantissa
    sum += mantissa
  }
  return { mantissas, exponent, sum }
}

/** Splits a vector into groups and aligns each; the last group may be short. */
export function alignVector(
  activations: Float32Array,
  group: number,
  mantissaBits: number,
): AlignedGroup[] {
  const groups: AlignedGroup[] = []
  for (let start = 0; start < activations.length; start += group) {
    groups.push(alignGroup(activations.subarray(start, start + group), group, mantissaBits))
  }
  return groups
}

function floorLog2(value: number): number {
  let exponent = Math.floor(Math.log2(value))
  if (2 ** exponent > value) exponent -= 1
  else if (2 ** (exponent + 1) <= value) exponent += 1
  return exponent
}

function roundTiesToEven(value: number): number {
  const floor = Math.floor(value)
  const fraction = value - floor
  if (fraction > 0.5 || (fraction === 0.5 && floor % 2 !== 0)) return floor + 1
  return floor
}
