import type { ModelConfig } from '../checkpoint/index.js'
import type { CodeBits, GroupSize } from '../quantize/index.js'
import type { MatrixShape, PlacedModel } from './placement.js'

/** Published models whose shapes presets use; figures from the models' configuration files. */
export const modelShapes = {
  'llama-3.2-3b': {
    dim: 3072,
    hiddenDim: 8192,
    layers: 28,
    heads: 24,
    kvHeads: 8,
    vocabulary: 128_256,
    contextLength: 131_072,
    tiedHead: true,
    ropeBase: 500_000,
    ropePairs: 'half-split',
    ropeScaling: 'llama3',
    normEpsilon: Math.fround(1e-5),
  },
  'llama-3-8b': {
    dim: 4096,
    hiddenDim: 14_336,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    vocabulary: 128_256,
    contextLength: 8192,
    tiedHead: false,
    ropeBase: 500_000,
    ropePairs: 'half-split',
    normEpsilon: Math.fround(1e-5),
  },
  /** The matrices of BitNet b1.58 2B4T; its sub-norms and squared ReLU are not the LLaMA architecture's. */
  'bitnet-2b': {
    dim: 2560,
    hiddenDim: 6912,
    layers: 30,
    heads: 20,
    kvHeads: 5,
    vocabulary: 128_256,
    contextLength: 4096,
    tiedHead: true,
    ropeBase: 500_000,
    ropePairs: 'half-split',
    normEpsilon: Math.fround(1e-5),
  },
} as const satisfies Readonly<Record<string, ModelConfig>>

export type ModelShapeName = keyof typeof modelShapes
export const modelShapeNames = Object.keys(modelShapes) as readonly ModelShapeName[]

/** The matrices of a model that has a shape but no weights. */
export function modelOfShape(
  config: ModelConfig,
  format: { readonly bits: CodeBits; readonly headBits: CodeBits; readonly group: GroupSize },
): PlacedModel {
  const { dim, hiddenDim, heads, kvHeads, layers, vocabulary } = config
  const { bits, headBits, group } = format
  const matrix = (rows: number, columns: number): MatrixShape => ({ rows, columns, bits, group })
  const kvDim = (dim / heads) * kvHeads
  const layer = {
    wq: matrix(dim, dim),
    wk: matrix(kvDim, dim),
    wv: matrix(kvDim, dim),
    wo: matrix(dim, dim),
    w1: matrix(hiddenDim, dim),
    w2: matrix(dim, hiddenDim),
    w3: matrix(hiddenDim, dim),
  }
  return {
    config,
    layers: Array.from({ length: layers }, () => layer),
    head: { ...matrix(vocabulary, dim), bits: headBits },
  }
}
