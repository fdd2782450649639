import type { FloatModel, Projection } from '../../checkpoint/index.js'
import type { QuantizationListener } from '../chip-model.js'
import { type Batch, normalise } from './batch-operations.js'
import type { Calibration } from './index.js'
import { sumOfOuterProducts } from './matrix-kernels.js'
import { type LayerActivations, sampleTokens } from './sample-tokens.js'

/** Share of the mean diagonal that is added to the second moments of the inputs. */
const DAMPING = 0.01

/** What the projections of a model see in a text that it writes itself. */
export type InputMoments = (layer: number, kind: Projection) => Float64Array

/**
 * The second moments of projections' inputs, `sum over tokens of x x^T`, [inputs, inputs], damped so that they are positive
 * definite. The whole model and the activations of all tokens are in memory.
 */
export async function inputMoments(
  model: FloatModel,
  { bos, sequences = 16, length = 256, seed = 1 }: Calibration,
  onProgress: QuantizationListener = () => {},
): Promise<InputMoments> {
  const positions = Math.min(length, model.config.contextLength)
  const text = await sampleTokens(model, bos, sequences, positions, seed, (done) =>
    onProgress('positions of the calibration text', done, positions),
  )
  return (layer, kind) => {
    const inputs = inputsOf(model, text.layers[layer]!, layer, kind)
    const columns = inputs.length / text.tokens.length
    return dampedMoments(inputs, columns)
  }
}

/** The sum of `x x^T` over vectors of `columns` numbers, with {@link DAMPING}. */
export function dampedMoments(inputs: Batch, columns: number): Float64Array {
  const moments = sumOfOuterProducts(inputs, columns, inputs, columns)
  let trace = 0
  for (let i = 0; i < columns; i++) trace += moments[i * columns + i]!
  const damping = DAMPING * (trace / columns || 1)
  for (let i = 0; i < columns; i++) moments[i * columns + i]! += damping
  return moments
}

function inputsOf(
  { config, layers }: FloatModel,
  { input, mixed, middle, hidden }: LayerActivations,
  layer: number,
  kind: Projection,
): Batch {
  const { attention_norm, ffn_norm } = layers[layer]!
  switch (kind) {
    case 'attention.wq':
    case 'attention.wk':
    case 'attention.wv':
      return normalise(input, attention_norm, config.normEpsilon)
    case 'attention.wo':
      return mixed
    case 'feed_forward.w1':
    case 'feed_forward.w3':
      return normalise(middle, ffn_norm, config.normEpsilon)
    case 'feed_forward.w2':
      return hidden
  }
}
