import { codeWidth, TERNARY_ZERO } from '../../common/code-bits.js'
import { Random } from '../../common/random.js'
import { codeInRom } from '../../compiler/code-digits.js'
import { RomContents } from '../../hdl/index.js'
import { quantizeMatrix } from '../../quantize/index.js'
import type { BankSource } from './banks.js'
import { codesOfWord, packCodes } from './pack-codes.js'

/** Share of zeros among the weights of BitNet b1.58 2B4T. */
const bitnetZeros = 0.422

const tritBits = codeWidth('ternary')

/** Weights that share a scale. */
const group = 64

/** Banks of independent weights with the statistics of real ones, and of uniform bits. */
export function drawnSources(seed: number): readonly BankSource[] {
  return [
    {
      name: 'drawn-ternary',
      description: `ternary, 42.2 % zeros, signs even, seed ${seed}`,
      weightBits: tritBits,
      contents: async (width, depth) => {
        const random = new Random(seed)
        const codes = Uint8Array.from({ length: depth * codesOfWord(width, tritBits) }, () => {
          const isZero = random.chance(bitnetZeros)
          const trit = isZero ? 0 : random.chance(0.5) ? 1 : -1
          return codeInRom(TERNARY_ZERO + trit, 'ternary')
        })
        return packCodes(codes, tritBits, width)
      },
    },
    {
      name: 'drawn-int4',
      description: `INT4 codes of normal weights in groups of ${group}, seed ${seed}`,
      weightBits: 4,
      contents: async (width, depth) => {
        const random = new Random(seed)
        const count = depth * codesOfWord(width, 4)
        const rows = Math.ceil(count / group)
        const weights = Float32Array.from({ length: rows * group }, () => normal(random))
        const { codes } = quantizeMatrix(weights, rows, group, { bits: 4, group })
        return packCodes(codes.subarray(0, count), 4, width)
      },
    },
    {
      name: 'uniform',
      description: `uniform bits, seed ${seed}`,
      contents: async (width, depth) => {
        const random = new Random(seed)
        const words = Array.from({ length: depth }, () => random.bits(width))
        return RomContents.fromWords(width, words)
      },
    },
  ]
}

/** A number of the standard normal distribution (Box and Muller 1958). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
  return radius * Math.cos(2 * Math.PI * random.fraction())
}
