import { cat, mux, type SInt, type UInt, uint } from '../../src/hdl/index.js'
import { binary16, binary32, type FloatFormat, widthOf } from '../float/float-format.js'
import { scaleDown } from '../float/scale-down.js'
import { widenFloat } from '../float/widen-float.js'
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
  /** Bits of the scale that is stored with a head; without any, all heads have the same. */
  readonly storedScaleBits: number
  /** Of {@link cacheWordParts}' scale, whose number times 2^scalePower is the unit of the integers. */
  readonly scale: FloatFormat
  readonly scalePower: number
}

/** A sign and an exponent, as of binary32; the narrowest format there is has one bit of fraction. */
const powerOfTwo: FloatFormat = { exponentBits: binary32.exponentBits, fractionBits: 1 }

export const cacheFormats: Readonly<Record<KvFormat, CacheFormat>> = {
  int8: {
    codeBits: 8,
    integerBits: 8,
    largestInteger: 127,
    storedScaleBits: widthOf(binary16),
    scale: binary16,
    scalePower: -8,
  },
  int16: {
    codeBits: 16,
    integerBits: 16,
    largestInteger: 32767,
    storedScaleBits: powerOfTwo.exponentBits,
    scale: powerOfTwo,
    scalePower: -14,
  },
  e4m3: {
    codeBits: 8,
    integerBits: 19,
    largestInteger: 448 * 2 ** 9,
    storedScaleBits: 0,
    scale: binary16,
    scalePower: -9,
  },
}

const oneInBinary16 = 0x3c00

/** Bits of a word of the cache: the codes of a head, the first one lowest, and its scale above them. */
export function cacheWordBits(format: KvFormat, headSize: number): number {
  const { codeBits, storedScaleBits } = cacheFormats[format]
  return headSize * codeBits + storedScaleBits
}

/** The codes of a word, not yet decoded, and its scale, never negative. */
export function cacheWordParts(
  format: KvFormat,
  headSize: number,
  word: UInt,
): { codes: UInt[]; scale: UInt } {
  const { codeBits } = cacheFormats[format]
  const codes = Array.from({ length: headSize }, (_, i) =>
    word.bits((i + 1) * codeBits - 1, i * codeBits),
  )
  if (format === 'e4m3') return { codes, scale: uint(widthOf(binary16)).literal(oneInBinary16) }
  const stored = word.bits(word.width - 1, headSize * codeBits)
  if (format === 'int8') return { codes, scale: stored }
  const [positive, noFraction] = [uint(1).literal(0), uint(1).literal(0)]
  return { codes, scale: cat(positive, stored, noFraction) }
}

/** The unit of a head's integers in binary32; below the smallest normal number it is zero. */
export function unitInBinary32(format: KvFormat, scale: UInt): UInt {
  const { scale: scaleFormat, scalePower } = cacheFormats[format]
  if (scaleFormat.exponentBits < binary32.exponentBits) {
    return widenFloat(scaleFormat, scale, binary32, scalePower)
  }
  const sameExponent = scale.shl(binary32.fractionBits - scaleFormat.fractionBits)
  return scaleDown(binary32, sameExponent, uint(4).literal(-scalePower))
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
