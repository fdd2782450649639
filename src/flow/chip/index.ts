import { InputError } from '../../common/input-error.js'
import { type ChipConfigInput, parseChipConfig } from '../../compiler/chip-config.js'
import { silent } from '../progress.js'
import { elaborateChip, type ModelChip } from './chip-steps.js'

export { defineChip } from '../../compiler/chip-config.js'
export type { ChipConfigInput, ModelChip }

/**
 * Reads and quantises a model (the bundled one by default), and generates its chip.
 *
 * @param tokenizerFile when the tokenizer is not in the checkpoint or beside it
 * @throws InputError for faults of settings and checkpoint
 */
export async function generateChip(
  settings: ChipConfigInput = {},
  tokenizerFile?: string,
): Promise<ModelChip> {
  const config = parseChipConfig(settings)
  if (config.shape !== undefined) {
    throw new InputError('has no weights', { field: 'shape' }, 'a model')
  }
  return elaborateChip(config, tokenizerFile, silent)
}
