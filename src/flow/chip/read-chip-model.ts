import { openCheckpoint, type Tokenizer } from '../../checkpoint/index.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import type { ChipModel } from '../../quantize/index.js'
import { tokenizerOf } from '../evaluate/evaluate.js'
import type { Progress } from '../progress.js'
import { quantizedModel } from '../quantize/quantized-model.js'
import { bundledModel } from './bundled-model.js'

/**
 * Reads and quantises the model of a configuration (the bundled one by default).
 *
 * @param tokenizerFile when the tokenizer is not in the checkpoint or beside it
 * @throws InputError for faults of configuration and checkpoint
 */
export async function readChipModel(
  config: ChipConfig,
  tokenizerFile: string | undefined,
  progress: Progress,
): Promise<{ readonly model: ChipModel; readonly tokenizer: Tokenizer }> {
  const checkpoint = await openCheckpoint(config.model ?? bundledModel())
  try {
    const tokenizer = await tokenizerOf(checkpoint, tokenizerFile)
    const calibration = { bos: tokenizer.bos }
    const model = await quantizedModel(
      checkpoint,
      config.quantizer === 'calibrated' ? { ...config, calibration } : config,
      progress,
    )
    return { model, tokenizer }
  } finally {
    await checkpoint.close()
  }
}
