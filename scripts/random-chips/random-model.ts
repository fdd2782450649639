import type { ModelConfig } from '../../src/checkpoint/index.js'
import { largestCode, TERNARY_ZERO } from '../../src/common/code-bits.js'
import { float16ToNumber, numberToFloat16 } from '../../src/common/float16.js'
import { Random } from '../../src/common/random.js'
import type {
  ChipModel,
  CodeBits,
  GroupSize,
  LayerModel,
  QuantizedMatrix,
} from '../../src/quantize/index.js'

export interface RandomModelFormat {
  readonly seed: number
  /** Scales that keep vectors near 1, or any finite binary16 of either sign. */
  readonly scales: 'usual' | 'any'
  readonly bits: CodeBits
  readonly headBits: CodeBits
  readonly group: GroupSize
}

/** A model of random codes, scales, zero-points and norms. */
export function randomModel(config: ModelConfig, format: RandomModelFormat): ChipModel {
  const { bits, headBits } = format
  const { dim, hiddenDim, heads, kvHeads, vocabulary } = config
  const keyWidth = (dim / heads) * kvHeads
  const random = new Random(format.seed)
  const matrix = (rows: number, columns: number, codeBits: CodeBits) =>
    randomMatrix(random, format, rows, columns, codeBits)
  const norm = () => randomNorm(random, dim)
  const embedding = matrix(vocabulary, dim, headBits)
  return {
    config,
    embedding,
    layers: Array.from(
      { length: config.layers },
      (): LayerModel => ({
        attentionNorm: norm(),
        wq: matrix(dim, dim, bits),
        wk: matrix(keyWidth, dim, bits),
        wv: matrix(keyWidth, dim, bits),
        wo: matrix(dim, dim, bits),
        ffnNorm: norm(),
        w1: matrix(hiddenDim, dim, bits),
        w2: matrix(dim, hiddenDim, bits),
        w3: matrix(hiddenDim, dim, bits),
      }),
    ),
    norm: norm(),
    head: config.tiedHead ? embedding : matrix(vocabulary, dim, headBits),
  }
}

function randomMatrix(
  random: Random,
  { scales, group }: RandomModelFormat,
  rows: number,
  columns: number,
  bits: CodeBits,
): QuantizedMatrix {
  const count = rows * Math.ceil(columns / group)
  const code = () => random.integer(0, largestCode(bits))
  const zeroPoint = bits === 'ternary' ? () => TERNARY_ZERO : code
  const usual = 4 / (Math.sqrt(columns) * (largestCode(bits) + 1))
  const scale = () =>
    scales === 'usual' ? numberToFloat16(usual * (0.25 + random.fraction())) : anyScale(random)
  return {
    rows,
    columns,
    bits,
    group,
    codes: Uint8Array.from({ length: rows * columns }, code),
    zeroPoints: Uint8Array.from({ length: count }, zeroPoint),
    scales: Uint16Array.from({ length: count }, scale),
  }
}

/** Of either sign, subnormals and zero among them; 128 times as much is finite too (docs/arithmetic.md, L-Unit). */
function anyScale(random: Random): number {
  const exponent = random.chance(0.2) ? 0 : random.integer(1, 23)
  const bits = (random.integer(0, 1) << 15) | (exponent << 10) | random.integer(0, 1023)
  if (Math.abs(float16ToNumber(bits)) * 128 > 65504) throw new RangeError('a scale is too large')
  return bits
}

/** Weights near 1, a few negative or zero. */
function randomNorm(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => {
    if (random.chance(0.05)) return 0
    return (random.chance(0.1) ? -1 : 1) * (0.5 + random.fraction())
  })
}
