import { numberToFloat16 } from '../../../common/float16.js'
import type { CachedVector, KvFormat } from '../../../golden/index.js'

/** The bits of a cached head; a format without scales has none. */
export interface CachePatterns {
  readonly codes: readonly bigint[]
  readonly codeBits: number
  readonly scale: { readonly pattern: bigint; readonly bits: number } | undefined
}

/** How a head is stored (docs/arithmetic.md, KV cache): codes, and the scale above them. */
export function cachePatterns({ codes, scale }: CachedVector, format: KvFormat): CachePatterns {
  if (format === 'e4m3') {
    return { codes: Array.from(codes, e4m3Code), codeBits: 8, scale: undefined }
  }
  const codeBits = format === 'int8' ? 8 : 16
  return {
    codes: Array.from(codes, (code) => BigInt.asUintN(codeBits, BigInt(code))),
    codeBits,
    scale:
      format === 'int8'
        ? { pattern: BigInt(numberToFloat16(scale * 2 ** 8)), bits: 16 }
        : { pattern: BigInt(Math.log2(scale) + 14 + 127), bits: 8 },
  }
}

/** FP8 E4M3 of an integer in units of 2^-9. */
function e4m3Code(integer: number): bigint {
  const magnitude = Math.abs(integer)
  const sign = integer < 0 || Object.is(integer, -0) ? 0x80 : 0
  if (magnitude < 8) return BigInt(sign + magnitude)
  const exponent = Math.floor(Math.log2(magnitude))
  const fraction = magnitude / 2 ** (exponent - 3) - 8
  return BigInt(sign + ((exponent - 2) << 3) + fraction)
}
