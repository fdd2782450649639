import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../common/float16.js'
import { alignGroup } from './align.js'
import { multiply } from './binary32-operations.js'
import { reciprocal } from './tabulated.js'

/** How a key or value element is stored. */
export type KvFormat = 'int8' | 'int16' | 'e4m3'

/** A head vector of the cache: `x_i ~ scale * codes_i`. */
export interface CachedVector {
  readonly codes: Int32Array
  /** INT8: 2^-8 times a binary16 number; INT16: a power of two; E4M3: 2^-9. */
  readonly scale: number
}

const largestInt8 = 127
const int16Bits = 16

/** Codes and scale of a head vector; see docs/arithmetic.md. */
export function cachedVector(x: Float32Array, format: KvFormat): CachedVector {
  if (format === 'e4m3') return { codes: Int32Array.from(x, e4m3Integer), scale: 2 ** -9 }
  if (format === 'int16') {
    const { mantissas, exponent } = alignGroup(x, x.length, int16Bits)
    return { codes: mantissas, scale: 2 ** (exponent - int16Bits + 2) }
  }
  let largest = 0
  for (const value of x) largest = Math.max(largest, Math.abs(value))
  const step = multiply(reciprocal(largest), largestInt8)
  const codes = Int32Array.from(x, (value) =>
    Math.max(-largestInt8, Math.min(largestInt8, roundTiesToEven(multiply(value, step)))),
  )
  const exact = Math.min(multiply(largest, Math.fround(2 ** 8 / largestInt8)), FLOAT16_MAX)
  return { codes, scale: float16ToNumber(numberToFloat16(exact)) * 2 ** -8 }
}

/** Nearest E4M3 value in units of 2^-9 (OCP 8-bit floating point, E4M3: largest 448, no infinities). */
function e4m3Integer(x: number): number {
  const magnitude = Math.abs(x) * 2 ** 9
  const exponent = magnitude < 8 ? 3 : Math.floor(Math.log2(magnitude))
  const step = 2 ** (exponent - 3)
  const rounded = Math.min(roundTiesToEven(magnitude / step) * step, 448 * 2 ** 9)
  return x < 0 ? -rounded : rounded
}

function roundTiesToEven(value: number): number {
  const floor = Math.floor(value)
  const fraction = value - floor
  return fraction > 0.5 || (fraction === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
}
