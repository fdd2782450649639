import { dirname, join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { printable } from '../../common/printable.js'
import { type TensorInfo, tensorLocation } from '../checkpoint.js'
import type { FileBytes } from '../file-bytes.js'
import { readSafetensorsHeader } from '../safetensors.js'
import { isProjection, tensorRole } from '../tensor-names.js'
import type { AdapterContents, Factor } from './contents.js'
import { readPeftConfig } from './peft-config.js'

export const PEFT_WEIGHTS = 'adapter_model.safetensors'
export const PEFT_CONFIG = 'adapter_config.json'
const PREFIX = 'base_model.model.'

/**
 * Reads the header of a PEFT adapter's safetensors file and the `adapter_config.json` beside it. Rows are in the order
 * of Hugging Face's checkpoints.
 * Source: `docs/source/developer_guides/checkpoint.md` of https://github.com/huggingface/peft.
 */
export async function readPeftAdapter(bytes: FileBytes): Promise<AdapterContents> {
  const config = await readPeftConfig(join(dirname(bytes.path), PEFT_CONFIG))
  const tensors = await readSafetensorsHeader(bytes)
  return {
    format: 'PEFT',
    tensors,
    factors: tensors.map(factorOf),
    ropePairs: 'half-split',
    scaleOf: ({ tensor }, rank) => {
      const module = adaptedModule(tensor.storedName)!.module
      if (rank !== config.rankOf(module)) {
        throw new InputError(
          `has rank ${rank}, but ${PEFT_CONFIG} says ${config.rankOf(module)}`,
          tensorLocation(tensor),
        )
      }
      return config.scaleOf(module)
    },
  }
}

function adaptedModule(name: string): { module: string; side: 'A' | 'B' } | undefined {
  const match = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(name)
  return match === null ? undefined : { module: match[1]!, side: match[2] as 'A' | 'B' }
}

function factorOf(tensor: TensorInfo): Factor {
  const adapted = adaptedModule(tensor.storedName)
  if (adapted === undefined) {
    throw new InputError(unsupported(tensor.storedName), tensorLocation(tensor))
  }
  const { module, side } = adapted
  const role = module.startsWith('model.layers.') ? tensorRole(module) : undefined
  if (role?.layer === undefined || !isProjection(role.kind)) {
    throw new InputError(
      `${printable(module)} is not one of the seven projections of a layer`,
      tensorLocation(tensor),
    )
  }
  return { side, kind: role.kind, layer: role.layer, tensor }
}

/** Why a tensor that is neither A nor B of a linear layer cannot be used. */
function unsupported(name: string): string {
  if (name.includes('.lora_magnitude_vector')) return 'DoRA is not supported'
  if (/\.lora_embedding_[AB]/.test(name)) return 'an adapter of the embedding is not supported'
  if (name.endsWith('.bias')) return 'a bias is not supported'
  if (name.startsWith(PREFIX) && name.endsWith('.weight') && !name.includes('.lora_')) {
    return 'a whole module beside the low-rank matrices is not supported'
  }
  return 'is no tensor of a LoRA adapter'
}
