import { cat, mux, type SInt, type UInt, uint } from '../../src/hdl/index.js'
import { binary16, type FloatFormat } from '../float/float-format.js'
import type { KvFormat } from './parameters.js'

/** FP8 E4M3 (OCP 8-bit floating point specification), whose largest finite number is 448. */
export const e4m3: FloatFormat = { exponentBits: 4, fractionBits: 3 }
export const largestE4m3 = 0x7e
export const largestBinary16 = 0x7bff

/** How a head is held in the cache. */
export interface CacheFormat {
  /** Bits of a stored code. */
  readonly codeBits: number
  /** Bits of the signed integer that a code stands for. */
  readonly integerBits: number
  /** The largest magnitude of such an integer. */
  readonly largestInteger: number
  /** Every stored head has a binary16 scale; otherwise all have the scale {@link e4m3Scale}. */
  readonly hasScale: boolean
}

export const cacheFormats: Readonly<Record<KvFormat, CacheFormat>> = {
  int8: { codeBits: 8, integerBits: 8, largestInteger: 127, hasScale: true },
  int16: { codeBits: 16, integerBits: 16, largestInteger: 32767, hasScale: true },
  e4m3: { codeBits: 8, integerBits: 19, largestInteger: 448 * 2 ** 9, hasScale: false },
}

/** 2^-9 in binary16: E4M3 codes are integers in that unit. */
const e4m3Scale = 0x1800

/** Bits of a word of the cache: the codes of a head, the first one lowest, and its scale above them. */
export function cacheWordBits(format: KvFormat, headSize: number): number {
  const { codeBits, hasScale } = cacheFormats[format]
  return headSize * codeBits + (hasScale ? 16 : 0)
}

/** The codes of a word, not yet decoded, and its binary16 scale. */
export function cacheWordParts(
  format: KvFormat,
  headSize: number,
  word: UInt,
): { codes: UInt[]; scale: UInt } {
  const { codeBits, hasScale } = cacheFormats[format]
  const codes = Array.from({ length: headSize }, (_, i) =>
    word.bits((i + 1) * codeBits - 1, i * codeBits),
  )
  const scale = hasScale
    ? word.bits(word.width - 1, headSize * codeBits)
    : uint(1 + binary16.exponentBits + binary16.fractionBits).literal(e4m3Scale)
  return { codes, scale }
}

/** The integer that a code stands for. */
export function decodeCode(format: KvFormat, code: UInt): SInt {
  return format === 'e4m3' ? decodeE4m3(code) : code.asSigned()
}

/** In units of 2^-9: the significand, with exponents above 1 that many places less one to the left. */
function decodeE4m3(code: UInt): SInt {
  const { integerBits } = cacheFormats.e4m3
  const exponent = code.bits(6, 3)
  const isNormal = exponent.reduceOr()
  const significand = cat(isNormal, code.bits(2, 0)).extend(integerBits - 1)
  const places = mux(isNormal, exponent.sub(1).truncate(4).asUnsigned(), exponent)
  const magnitude = significand.shiftLeft(places).toSigned()
  return mux(code.bit(7), magnitude.neg().truncate(integerBits), magnitude)
}
