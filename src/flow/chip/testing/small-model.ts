import type { ModelConfig } from '../../../checkpoint/index.js'
import { Random } from '../../../common/random.js'
import type { ChipConfig } from '../../../compiler/chip-config.js'
import { type ChipModel, type CodeBits, quantizeMatrix } from '../../../quantize/index.js'

export const smallConfig: ModelConfig = {
  dim: 16,
  hiddenDim: 37,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  vocabulary: 29,
  contextLength: 6,
  tiedHead: false,
  ropeBase: 10_000,
  ropePairs: 'interleaved',
  normEpsilon: Math.fround(1e-5),
}

/** A model of random weights, with scales like those of a trained one. */
export function smallModel(
  format: Pick<ChipConfig, 'bits' | 'headBits' | 'group'>,
  config: ModelConfig = smallConfig,
  seed = 1,
): ChipModel {
  const random = new Random(seed)
  const numbers = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => (random.fraction() - 0.5) * scale)
  const matrix = (rows: number, columns: number, bits: CodeBits = format.bits) =>
    quantizeMatrix(numbers(rows * columns, 2 / Math.sqrt(columns)), rows, columns, {
      bits,
      group: format.group,
    })
  const norm = () => numbers(config.dim, 1).map((weight) => Math.fround(1 + weight))
  const { dim, hiddenDim, vocabulary, heads, kvHeads } = config
  const keyRows = (dim * kvHeads) / heads
  const embedding = matrix(vocabulary, dim, format.headBits)
  return {
    config,
    embedding,
    layers: Array.from({ length: config.layers }, () => ({
      attentionNorm: norm(),
      wq: matrix(dim, dim),
      wk: matrix(keyRows, dim),
      wv: matrix(keyRows, dim),
      wo: matrix(dim, dim),
      ffnNorm: norm(),
      w1: matrix(hiddenDim, dim),
      w2: matrix(dim, hiddenDim),
      w3: matrix(hiddenDim, dim),
    })),
    norm: norm(),
    head: config.tiedHead ? embedding : matrix(vocabulary, dim, format.headBits),
  }
}
