import { createHash } from 'node:crypto'
import { type Checkpoint, type FloatModel, readFloatModel } from '../../checkpoint/index.js'
import { contentKey, openCache, type ResultCache } from '../../common/result-cache.js'
import {
  type Calibration,
  type ChipModel,
  type ChipModelFormat,
  calibratedBy,
  type QuantizationListener,
  quantizeModel,
  quantizeModelCalibrated,
} from '../../quantize/index.js'
import type { Progress } from '../progress.js'
import { restoreModel, storedModel } from './stored-model.js'

/** How a model becomes codes. */
export interface ModelQuantization extends ChipModelFormat {
  /** The codes fit a text that the model writes itself, which starts with this token; otherwise the weights. */
  readonly calibration?: Calibration
}

/**
 * The model of a checkpoint in the chip's numbers. Calibration takes a while; its results are kept, by the hash of
 * weights and settings.
 *
 * @throws InputError when the checkpoint describes no LLaMA-family model
 */
export function quantizedModel(
  checkpoint: Checkpoint,
  { calibration, ...format }: ModelQuantization,
  progress: Progress,
  cache: ResultCache = openCache('quantize'),
): Promise<ChipModel> {
  return progress.step('quantising', async (update) => {
    const onProgress: QuantizationListener = (what, done, total) => {
      update(`${done}/${total} ${what}`)
      return new Promise(setImmediate)
    }
    if (calibration === undefined) return quantizeModel(checkpoint, format, onProgress)
    const model = await readFloatModel(checkpoint)
    const { bits, headBits, group } = format
    const settings = { bits, headBits, group, ...calibration }
    const key = contentKey([calibratedBy, settings, model.config, weightsHash(model)])
    const known = cache.get(key)
    if (known !== undefined) return restoreModel(known, model)
    const quantized = await quantizeModelCalibrated(model, settings, calibration, onProgress)
    cache.set(key, storedModel(quantized))
    return quantized
  })
}

function weightsHash({ embedding, layers, norm, head }: FloatModel): string {
  const hash = createHash('sha256')
  for (const tensor of [
    embedding,
    ...layers.flatMap((layer) => Object.values(layer)),
    norm,
    head,
  ]) {
    hash.update(tensor)
  }
  return hash.digest('hex')
}
