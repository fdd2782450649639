import { round32 } from '../../testing/binary32.js'
import type { LUnitWeights } from '../weights.js'

/** Aligned activations of a vector: mantissas of all columns, biased exponent of each group. */
export interface TestActivations {
  readonly mantissas: Int32Array
  readonly exponents: Uint8Array
}

/**
 * The product of a matrix and a vector by the text of `docs/arithmetic.md`, on BigInt and doubles: what the
 * hardware is compared with. Gives the bit patterns of the rows' results.
 */
export function referenceProduct(
  weights: LUnitWeights,
  group: number,
  mantissaBits: number,
  { mantissas, exponents }: TestActivations,
): Uint32Array {
  const { rows, columns, codes, scales, zeroPoints, offsets } = weights
  const groups = Math.ceil(columns / group)
  const results = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let y = 0
    for (let g = 0; g < groups; g++) {
      let dot = 0n
      let sum = 0n
      for (let i = g * group; i < Math.min(columns, (g + 1) * group); i++) {
        dot += BigInt(codes[row * columns + i]!) * BigInt(mantissas[i]!)
        sum += BigInt(mantissas[i]!)
      }
      const d = dot - BigInt(zeroPoints[row * groups + g]!) * sum
      const scale = numberOfBits16(scales[row * groups + g]!)
      const power = 2 ** (exponents[g]! - 127 - mantissaBits + 2)
      let yOfGroup = round32(scale * Number(d) * power)
      if (offsets !== undefined) {
        const offset = numberOfBits16(offsets[row * groups + g]!)
        yOfGroup = round32(yOfGroup + round32(offset * Number(sum) * power))
      }
      y = round32(y + yOfGroup)
    }
    results[row] = y
  }
  return new Uint32Array(results.buffer)
}

/** The value of a binary16 pattern. */
export function numberOfBits16(bits: number): number {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
  return bits & 0x8000 ? -magnitude : magnitude
}
