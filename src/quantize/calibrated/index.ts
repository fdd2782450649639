import type { Checkpoint } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import type { ChipModel, ChipModelFormat, TensorListener } from '../chip-model.js'
import { readFloatModel } from './float-model.js'
import { quantizeCalibrated } from './quantize-calibrated.js'
import { sampleTokens } from './sample-tokens.js'

/** The text that a model is calibrated on; it writes the text itself, so that no other text is needed. */
export interface Calibration {
  /** Token that starts a sequence. */
  readonly bos: number
  /** 32 unless told. */
  readonly sequences?: number
  /** Tokens of a sequence, at most the context of the model; 256 unless told. */
  readonly length?: number
  readonly seed?: number
}

/**
 * Quantises a whole model with calibration. Equal inputs give equal codes. Time grows with the square of the width
 * and the whole model is in memory, so this is for models of up to some ten million parameters.
 *
 * @throws InputError when the checkpoint describes no LLaMA-family model
 */
export async function quantizeModelCalibrated(
  checkpoint: Checkpoint,
  format: ChipModelFormat,
  calibration: Calibration,
  onTensor: TensorListener = () => {},
): Promise<ChipModel> {
  const { config } = checkpoint
  if (config === undefined) {
    throw new InputError('describes no LLaMA-family model', { file: checkpoint.path })
  }
  const { bos, sequences = 32, length = 256, seed = 1 } = calibration
  const model = await readFloatModel(checkpoint, config)
  const positions = Math.min(length, config.contextLength)
  const text = sampleTokens(model, bos, sequences, positions, seed)
  return quantizeCalibrated(model, text, format, onTensor)
}
