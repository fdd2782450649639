import {
  type FloatLayer,
  type FloatModel,
  type ModelConfig,
  roleName,
} from '../../checkpoint/index.js'
import type { CodeBits, UnsignedBits } from '../../common/code-bits.js'
import type { ChipModel, ChipModelFormat, LayerModel, QuantizationListener } from '../chip-model.js'
import { quantizeMatrix } from '../quantize-matrix.js'
import { dequantize, groupsPerRow, type QuantizedMatrix } from '../quantized-matrix.js'
import {
  attend,
  type Batch,
  difference,
  gated,
  normalise,
  Rotation,
  sum,
} from './batch-operations.js'
import { inverse } from './cholesky.js'
import { dampedMoments } from './input-moments.js'
import { sumOfOuterProducts, timesTransposed } from './matrix-kernels.js'
import { RowQuantizer } from './row-quantizer.js'
import type { SampledText, TokenSequences } from './sample-tokens.js'

/** The codes of the layers are not ternary. */
type CalibratedFormat = ChipModelFormat & { readonly bits: UnsignedBits }

/**
 * Quantises a model so that its layers answer a calibration text as the float model's do. The text runs through the
 * quantised model, layer by layer: every matrix is fitted to the inputs that the quantised layers before it really
 * give, and its target is what the float matrix answers to the float model's inputs, plus what the residual stream has
 * lost until then where the matrix adds to that stream.
 */
export async function quantizeCalibrated(
  model: FloatModel,
  text: SampledText,
  format: CalibratedFormat,
  onProgress: QuantizationListener,
): Promise<ChipModel> {
  const { config } = model
  const { dim, hiddenDim, vocabulary, normEpsilon } = config
  const total = config.layers * 7 + (config.tiedHead ? 1 : 2)
  const rotation = new Rotation(config, text.length)
  let done = 0
  const nearest = async (name: string, weights: Float32Array, bits: CodeBits) => {
    const matrix = quantizeMatrix(weights, vocabulary, dim, { bits, group: format.group })
    await onProgress(name, ++done, total)
    return matrix
  }
  const embedding = await nearest('tok_embeddings', model.embedding, format.headBits)
  let x = embed(dequantize(embedding), text, dim)
  const layers: LayerModel[] = []
  for (const [layer, weights] of model.layers.entries()) {
    const exact = text.layers[layer]!
    const fitted = (exactInputs: Batch, inputs: Batch) =>
      new FittedInputs(exactInputs, inputs, text.tokens.length, format)
    const projection = async (kind: keyof FloatLayer, inputs: FittedInputs, lost?: Batch) => {
      const matrix = inputs.fit(weights[kind], lost)
      await onProgress(roleName({ kind, layer }), ++done, total)
      return { matrix, values: dequantize(matrix) }
    }
    const attentionNorm = (batch: Batch) => normalise(batch, weights.attention_norm, normEpsilon)
    const y = attentionNorm(x)
    const toAttention = fitted(attentionNorm(exact.input), y)
    const wq = await projection('attention.wq', toAttention)
    const wk = await projection('attention.wk', toAttention)
    const wv = await projection('attention.wv', toAttention)
    const mixed = mix(config, text, rotation, {
      queries: timesTransposed(y, wq.values, dim),
      keys: timesTransposed(y, wk.values, dim),
      values: timesTransposed(y, wv.values, dim),
    })
    const wo = await projection(
      'attention.wo',
      fitted(exact.mixed, mixed),
      difference(exact.input, x),
    )
    x = sum(x, timesTransposed(mixed, wo.values, dim))
    const ffnNorm = (batch: Batch) => normalise(batch, weights.ffn_norm, normEpsilon)
    const z = ffnNorm(x)
    const toFeedForward = fitted(ffnNorm(exact.middle), z)
    const w1 = await projection('feed_forward.w1', toFeedForward)
    const w3 = await projection('feed_forward.w3', toFeedForward)
    const gate = timesTransposed(z, w1.values, dim)
    const hidden = gated(gate, timesTransposed(z, w3.values, dim))
    const toResidual = fitted(exact.hidden, hidden)
    const w2 = await projection('feed_forward.w2', toResidual, difference(exact.middle, x))
    x = sum(x, timesTransposed(hidden, w2.values, hiddenDim))
    layers.push({
      attentionNorm: weights.attention_norm,
      wq: wq.matrix,
      wk: wk.matrix,
      wv: wv.matrix,
      wo: wo.matrix,
      ffnNorm: weights.ffn_norm,
      w1: w1.matrix,
      w2: w2.matrix,
      w3: w3.matrix,
    })
  }
  const head = config.tiedHead ? embedding : await nearest('output', model.head, format.headBits)
  return { config, embedding, layers, norm: model.norm, head }
}

function embed(embedding: Float32Array, text: TokenSequences, dim: number): Batch {
  const batch = new Float32Array(text.tokens.length * dim)
  for (const [row, token] of text.tokens.entries()) {
    batch.set(embedding.subarray(token * dim, (token + 1) * dim), row * dim)
  }
  return batch
}

/** Attention before its output projection; queries and keys are turned in place. */
function mix(
  config: ModelConfig,
  { tokens, length }: TokenSequences,
  rotation: Rotation,
  {
    queries,
    keys,
    values,
  }: { readonly queries: Batch; readonly keys: Batch; readonly values: Batch },
): Batch {
  const { dim } = config
  const kvDim = keys.length / tokens.length
  const mixed = new Float32Array(tokens.length * dim)
  for (let row = 0; row < tokens.length; row++) {
    const position = row % length
    rotation.turn(queries, row * dim, dim, position)
    rotation.turn(keys, row * kvDim, kvDim, position)
    attend(config, queries, row, keys, values, row - position, position + 1, mixed)
  }
  return mixed
}

/** The inputs of matrices in the float model and in the quantised one, and what fitting to them needs. */
class FittedInputs {
  readonly #columns: number
  readonly #inverse: Float64Array
  readonly #quantizer: RowQuantizer
  /** Of what the inputs lack, with the inputs. */
  readonly #differenceProducts: Float64Array

  constructor(
    exactInputs: Batch,
    private readonly inputs: Batch,
    vectors: number,
    private readonly format: CalibratedFormat,
  ) {
    const columns = inputs.length / vectors
    const moments = dampedMoments(inputs, columns)
    this.#columns = columns
    this.#inverse = inverse(moments, columns)
    this.#quantizer = new RowQuantizer(moments, columns, format)
    const lacking = difference(exactInputs, inputs)
    this.#differenceProducts = sumOfOuterProducts(lacking, columns, inputs, columns)
  }

  /**
   * Quantises a matrix so that it answers the quantised model's inputs with what the float matrix answers to the float
   * model's, plus `lost`.
   */
  fit(weights: Float32Array, lost?: Batch): QuantizedMatrix {
    const columns = this.#columns
    const { bits, group } = this.format
    const rows = weights.length / columns
    const lostProducts =
      lost === undefined
        ? new Float64Array(weights.length)
        : sumOfOuterProducts(lost, rows, this.inputs, columns)
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
      const target = this.#target(weights, row, lostProducts)
      const quantized = this.#quantizer.quantize(target)
      matrix.codes.set(quantized.codes, row * columns)
      matrix.scales.set(quantized.scales, row * groups)
      matrix.zeroPoints.set(quantized.zeroPoints, row * groups)
    }
    return matrix
  }

  /**
   * The row of weights that answers best, by least squares.
   *
   * @param lostProducts of what is lost in each row, with the inputs
   */
  #target(weights: Float32Array, row: number, lostProducts: Float64Array): Float64Array {
    const columns = this.#columns
    const own = weights.subarray(row * columns, (row + 1) * columns)
    const wanted = lostProducts.slice(row * columns, (row + 1) * columns)
    addRowTimes(wanted, own, this.#differenceProducts)
    const target = Float64Array.from(own)
    addRowTimes(target, wanted, this.#inverse)
    return target
  }
}

/** Adds a row times a square matrix. */
function addRowTimes(
  sums: Float64Array,
  row: Float32Array | Float64Array,
  matrix: Float64Array,
): void {
  const size = row.length
  for (let j = 0; j < size; j++) {
    const factor = row[j]!
    for (let i = 0; i < size; i++) sums[i]! += factor * matrix[j * size + i]!
  }
}
