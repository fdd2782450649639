import type { ChipModel, ChipModelFormat, LayerModel, TensorListener } from '../chip-model.js'
import { quantizeMatrix } from '../quantize-matrix.js'
import {
  type CodeBits,
  dequantize,
  groupsPerRow,
  type QuantizedMatrix,
} from '../quantized-matrix.js'
import {
  attend,
  type Batch,
  difference,
  gated,
  normalise,
  project,
  rotate,
  sum,
} from './batch-operations.js'
import { inverse } from './cholesky.js'
import type { FloatLayer, FloatModel } from './float-model.js'
import { RowQuantizer } from './row-quantizer.js'
import type { TokenSequences } from './sample-tokens.js'

/** Share of the mean diagonal that is added to the second moments of the inputs. */
const DAMPING = 0.01

/**
 * Quantises a model so that its layers answer a calibration text as the float model's do. The text runs through both
 * models, layer by layer: every matrix is fitted to the inputs that the quantised layers before it really give, and
 * its target is what the float matrix answers to the float model's inputs, plus what the residual stream has lost
 * until then where the matrix adds to that stream.
 */
export function quantizeCalibrated(
  model: FloatModel,
  text: TokenSequences,
  format: ChipModelFormat,
  onTensor: TensorListener = () => {},
): ChipModel {
  const { config } = model
  const { dim, hiddenDim, vocabulary, normEpsilon } = config
  const total = config.layers * 7 + (config.tiedHead ? 1 : 2)
  let done = 0
  const nearest = (name: string, weights: Float32Array, bits: CodeBits): QuantizedMatrix => {
    const matrix = quantizeMatrix(weights, vocabulary, dim, { bits, group: format.group })
    onTensor(name, ++done, total)
    return matrix
  }
  const quantized = (name: string, weights: Float32Array, inputs: Batch, errors: Batch) => {
    const matrix = fitMatrix(weights, inputs, errors, inputs.length / text.tokens.length, format)
    onTensor(name, ++done, total)
    return { matrix, values: dequantize(matrix) }
  }
  const embedding = nearest('tok_embeddings', model.embedding, format.headBits)
  let exact = embed(model.embedding, text, dim)
  let chip = embed(dequantize(embedding), text, dim)
  const layers = model.layers.map((weights, index): LayerModel => {
    const name = (kind: keyof FloatLayer) => `layers.${index}.${kind}`
    const fitProjection = (kind: keyof FloatLayer, inputs: Pair, lost?: Batch) => {
      const matrix = weights[kind]
      const columns = inputs.chip.length / text.tokens.length
      const errors = project(difference(inputs.exact, inputs.chip), matrix, columns)
      const target = lost === undefined ? errors : sum(errors, lost)
      return quantized(name(kind), matrix, inputs.chip, target)
    }
    const y = both(exact, chip, (x) => normalise(x, weights.attention_norm, normEpsilon))
    const wq = fitProjection('attention.wq', y)
    const wk = fitProjection('attention.wk', y)
    const wv = fitProjection('attention.wv', y)
    const mixed = {
      exact: mix(model, text, y.exact, [
        weights['attention.wq'],
        weights['attention.wk'],
        weights['attention.wv'],
      ]),
      chip: mix(model, text, y.chip, [wq.values, wk.values, wv.values]),
    }
    const wo = fitProjection('attention.wo', mixed, difference(exact, chip))
    exact = sum(exact, project(mixed.exact, weights['attention.wo'], dim))
    chip = sum(chip, project(mixed.chip, wo.values, dim))
    const z = both(exact, chip, (x) => normalise(x, weights.ffn_norm, normEpsilon))
    const w1 = fitProjection('feed_forward.w1', z)
    const w3 = fitProjection('feed_forward.w3', z)
    const hidden = {
      exact: gated(
        project(z.exact, weights['feed_forward.w1'], dim),
        project(z.exact, weights['feed_forward.w3'], dim),
      ),
      chip: gated(project(z.chip, w1.values, dim), project(z.chip, w3.values, dim)),
    }
    const w2 = fitProjection('feed_forward.w2', hidden, difference(exact, chip))
    exact = sum(exact, project(hidden.exact, weights['feed_forward.w2'], hiddenDim))
    chip = sum(chip, project(hidden.chip, w2.values, hiddenDim))
    return {
      attentionNorm: weights.attention_norm,
      wq: wq.matrix,
      wk: wk.matrix,
      wv: wv.matrix,
      wo: wo.matrix,
      ffnNorm: weights.ffn_norm,
      w1: w1.matrix,
      w2: w2.matrix,
      w3: w3.matrix,
    }
  })
  const head = config.tiedHead ? embedding : nearest('output', model.head, format.headBits)
  return { config, embedding, layers, norm: model.norm, head }
}

/** The same batch in the float model and in the quantised one. */
interface Pair {
  readonly exact: Batch
  readonly chip: Batch
}

function both(exact: Batch, chip: Batch, operation: (batch: Batch) => Batch): Pair {
  return { exact: operation(exact), chip: operation(chip) }
}

function embed(embedding: Float32Array, text: TokenSequences, dim: number): Batch {
  const batch = new Float32Array(text.tokens.length * dim)
  for (const [row, token] of text.tokens.entries()) {
    batch.set(embedding.subarray(token * dim, (token + 1) * dim), row * dim)
  }
  return batch
}

/** Attention before its output projection. */
function mix(
  { config }: FloatModel,
  { tokens, length }: TokenSequences,
  inputs: Batch,
  matrices: readonly [Float32Array, Float32Array, Float32Array],
): Batch {
  const { dim } = config
  const [queries, keys, values] = matrices.map((matrix) => project(inputs, matrix, dim)) as [
    Batch,
    Batch,
    Batch,
  ]
  const kvDim = keys.length / tokens.length
  const mixed = new Float32Array(tokens.length * dim)
  for (let row = 0; row < tokens.length; row++) {
    rotate(queries, row * dim, dim, row % length, config)
    rotate(keys, row * kvDim, kvDim, row % length, config)
    const position = row % length
    attend(config, queries, row, keys, values, row - position, position + 1, mixed)
  }
  return mixed
}

/** Quantises a matrix so that it answers `inputs` with what the float matrix answers, plus `errors`. */
function fitMatrix(
  weights: Float32Array,
  inputs: Batch,
  errors: Batch,
  columns: number,
  format: ChipModelFormat,
): QuantizedMatrix {
  const { bits, group } = format
  const rows = weights.length / columns
  const moments = products(inputs, columns, inputs, columns)
  let trace = 0
  for (let i = 0; i < columns; i++) trace += moments[i * columns + i]!
  const damping = DAMPING * (trace / columns || 1)
  for (let i = 0; i < columns; i++) moments[i * columns + i]! += damping
  const inverted = inverse(moments, columns)
  const wanted = products(errors, rows, inputs, columns)
  const quantizer = new RowQuantizer(moments, columns, { bits, group })
  const groups = groupsPerRow({ columns, group })
  const matrix: QuantizedMatrix = {
    rows,
    columns,
    bits,
    group,
    codes: new Uint8Array(rows * columns),
    scales: new Uint16Array(rows * groups),
    zeroPoints: new Uint8Array(rows * groups),
  }
  for (let row = 0; row < rows; row++) {
    const target = Float64Array.from({ length: columns }, (_, i) => {
      let correction = 0
      for (let j = 0; j < columns; j++) {
        correction += wanted[row * columns + j]! * inverted[j * columns + i]!
      }
      return weights[row * columns + i]! + correction
    })
    const quantized = quantizer.quantize(target)
    matrix.codes.set(quantized.codes, row * columns)
    matrix.scales.set(quantized.scales, row * groups)
    matrix.zeroPoints.set(quantized.zeroPoints, row * groups)
  }
  return matrix
}

/** The sum over all vectors of a * b^T, [width of a, width of b]. */
function products(a: Batch, aWidth: number, b: Batch, bWidth: number): Float64Array {
  const result = new Float64Array(aWidth * bWidth)
  const count = a.length / aWidth
  for (let vector = 0; vector < count; vector++) {
    for (let i = 0; i < aWidth; i++) {
      const value = a[vector * aWidth + i]!
      const [row, from] = [i * bWidth, vector * bWidth]
      for (let j = 0; j < bWidth; j++) result[row + j]! += value * b[from + j]!
    }
  }
  return result
}
