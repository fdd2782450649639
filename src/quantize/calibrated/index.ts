import type { FloatModel } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import type { ChipModel, ChipModelFormat, QuantizationListener } from '../chip-model.js'
import { quantizeCalibrated } from './quantize-calibrated.js'
import { sampleTokens } from './sample-tokens.js'

export { inputMoments } from './input-moments.js'

/** The text that a model is calibrated on; it writes the text itself, so that no other text is needed. */
export interface Calibration {
  /** Token that starts a sequence. */
  readonly bos: number
  /** 32 unless told; 16 for second moments alone. */
  readonly sequences?: number
  /** Tokens of a sequence, at most the context of the model; 256 unless told. */
  readonly length?: number
  readonly seed?: number
}

/** Names the method; whoever changes its results changes the name, so that no result of another method is reused. */
export const calibratedBy = 'calibrated weights 1'

/**
 * Quantises a whole model with calibration. Equal inputs give equal codes. Time grows with the square of the width;
 * the whole model is in memory, and for every token of the text three vectors of its width and one of its hidden
 * width for each layer. So this is for models of up to some ten million parameters.
 *
 * @throws InputError for ternary codes of the layers
 */
export async function quantizeModelCalibrated(
  model: FloatModel,
  format: ChipModelFormat,
  { bos, sequences = 32, length = 256, seed = 1 }: Calibration,
  onProgress: QuantizationListener = () => {},
): Promise<ChipModel> {
  const { bits } = format
  if (bits === 'ternary') {
    throw new InputError('calibration gives no ternary codes', { field: 'bits' })
  }
  const positions = Math.min(length, model.config.contextLength)
  const text = await sampleTokens(model, bos, sequences, positions, seed, (done) =>
    onProgress('positions of the calibration text', done, positions),
  )
  return quantizeCalibrated(model, text, { ...format, bits }, onProgress)
}
