import { InputError } from '../../common/input-error.js'
import { printable } from '../../common/printable.js'
import { type TensorInfo, tensorLocation } from '../checkpoint.js'
import type { FileBytes } from '../file-bytes.js'
import { readGgufHeader } from '../gguf.js'
import { isProjection, tensorRole } from '../tensor-names.js'
import type { AdapterContents, Factor } from './contents.js'

const required = [
  ['general.type', 'adapter'],
  ['general.architecture', 'llama'],
  ['adapter.type', 'lora'],
] as const
const ALPHA = 'adapter.lora.alpha'
const INVOCATION = 'adapter.alora.invocation_tokens'

/**
 * Reads the header of a GGUF adapter. Rows of B are permuted as in GGUF's models; an alpha of zero means a scale of 1.
 * Source: `convert_lora_to_gguf.py` and `src/llama-adapter.cpp` of https://github.com/ggml-org/llama.cpp.
 */
export async function readGgufAdapter(bytes: FileBytes): Promise<AdapterContents> {
  const file = bytes.path
  const { metadata, tensors } = await readGgufHeader(bytes)
  for (const [field, expected] of required) {
    const value = metadata.get(field)
    if (value !== expected) {
      const found = typeof value === 'object' ? 'an array' : printable(String(value))
      throw new InputError(
        value === undefined ? 'is missing' : `is ${found}, not ${expected}`,
        { file, field },
        'a LoRA adapter of a llama model is needed',
      )
    }
  }
  if (metadata.has(INVOCATION)) {
    throw new InputError('activated LoRA is not supported', { file, field: INVOCATION })
  }
  const alpha = metadata.get(ALPHA)
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) {
    throw new InputError('is no finite number', { file, field: ALPHA })
  }
  return {
    format: 'GGUF',
    tensors,
    factors: tensors.map(factorOf),
    ropePairs: 'interleaved',
    scaleOf: (_, rank) => (alpha === 0 ? 1 : alpha / rank),
  }
}

function factorOf(tensor: TensorInfo): Factor {
  const match = /^(.+)\.lora_([ab])$/.exec(tensor.storedName)
  if (match === null) {
    throw new InputError(
      'a whole tensor beside the low-rank matrices is not supported',
      tensorLocation(tensor),
    )
  }
  const base = match[1]!
  const role = base.startsWith('blk.') ? tensorRole(base) : undefined
  if (role?.layer === undefined || !isProjection(role.kind)) {
    throw new InputError(
      `${printable(base)} is not one of the seven projections of a layer`,
      tensorLocation(tensor),
    )
  }
  return { side: match[2] === 'a' ? 'A' : 'B', kind: role.kind, layer: role.layer, tensor }
}
