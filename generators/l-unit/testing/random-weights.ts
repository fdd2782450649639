import { type CodeBits, largestCode, TERNARY_ZERO } from '../../../src/common/code-bits.js'
import type { Random } from '../../../src/common/random.js'
import type { LUnitWeights } from '../weights.js'
import type { TestActivations } from './reference.js'

export interface WeightShape {
  readonly rows: number
  readonly columns: number
  readonly bits: CodeBits
  readonly group: number
  /** False by default. */
  readonly offsets?: boolean
}

/** Random codes, zero-points, and finite scales and offsets of either sign, subnormals among them. */
export function randomWeights(random: Random, shape: WeightShape): LUnitWeights {
  const { rows, columns, bits, group, offsets } = shape
  const count = rows * Math.ceil(columns / group)
  const code = () => random.integer(0, largestCode(bits))
  const zeroPoint = bits === 'ternary' ? () => TERNARY_ZERO : code
  return {
    rows,
    columns,
    codes: Uint8Array.from({ length: rows * columns }, code),
    zeroPoints: Uint8Array.from({ length: count }, zeroPoint),
    scales: Uint16Array.from({ length: count }, () => randomScale(random)),
    ...(offsets && { offsets: Uint16Array.from({ length: count }, () => randomScale(random)) }),
  }
}

function randomScale(random: Random): number {
  const sign = random.integer(0, 1) << 15
  const exponent = random.chance(0.1) ? 0 : random.integer(5, 14)
  return sign | (exponent << 10) | random.integer(0, 1023)
}

/** Random mantissas of mixed sizes and exponents near one another. */
export function randomActivations(
  random: Random,
  { columns, group }: WeightShape,
  mantissaBits: number,
): TestActivations {
  const largest = 2 ** (mantissaBits - 1) - 1
  return {
    mantissas: Int32Array.from({ length: columns }, () => random.integer(-largest, largest)),
    exponents: Uint8Array.from({ length: Math.ceil(columns / group) }, () =>
      random.integer(118, 132),
    ),
  }
}
