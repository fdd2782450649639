import { readdir } from 'node:fs/promises'
import { InputError } from '../../common/input-error.js'
import { type FolderFile, replaceFolder, systemErrorCode } from '../../common/replace-folder.js'
import type { ModelConfig } from '../model-config.js'
import { type Projection, projectionModule } from '../tensor-names.js'
import type { Adapter, LowRankUpdate } from './adapter.js'
import { PEFT_CONFIG, PEFT_WEIGHTS } from './peft.js'
import { reorderedRows } from './row-order.js'

/**
 * Writes an adapter as a PEFT folder: both files or none; an adapter that is there is replaced. Ranks are filled up with
 * zeros to the largest, and scales multiplied into B.
 *
 * @throws InputError when the folder holds something else or cannot be written
 */
export async function writeAdapter(
  adapter: Omit<Adapter, 'path' | 'format'>,
  config: ModelConfig,
  directory: string,
): Promise<void> {
  const updates = adapter.layers.flatMap((layer, index) =>
    (Object.entries(layer) as [Projection, LowRankUpdate][]).map(([kind, update]) => ({
      kind,
      module: projectionModule(index, kind),
      update,
    })),
  )
  const rank = Math.max(...updates.map(({ update }) => update.rank))
  const settings = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    r: rank,
    lora_alpha: rank,
    lora_dropout: 0,
    bias: 'none',
    target_modules: updates.map(({ module }) => module),
  }
  const tensors = updates.flatMap(({ kind, module, update }) => {
    const { a, b } = filledUp(update, rank)
    const rotated = kind === 'attention.wq' || kind === 'attention.wk'
    const rows =
      rotated && config.ropePairs === 'interleaved'
        ? reorderedRows(b, rank, config.dim / config.heads, 'half-split')
        : b
    const name = (side: 'A' | 'B') => `base_model.model.${module}.lora_${side}.weight`
    return [
      { name: name('A'), shape: [rank, a.length / rank], values: a },
      { name: name('B'), shape: [rows.length / rank, rank], values: rows },
    ]
  })
  await writeFolder(directory, [
    { path: PEFT_CONFIG, contents: `${JSON.stringify(settings, null, 2)}\n` },
    { path: PEFT_WEIGHTS, contents: safetensorsOf(tensors) },
  ])
}

function filledUp({ rank, scale, a, b }: LowRankUpdate, to: number) {
  const rows = new Float32Array((a.length / rank) * to)
  rows.set(a)
  const columns = new Float32Array((b.length / rank) * to)
  for (const [i, value] of b.entries()) {
    columns[Math.floor(i / rank) * to + (i % rank)] = scale * value
  }
  return { a: rows, b: columns }
}

/** Source: the format section of https://github.com/huggingface/safetensors. */
function safetensorsOf(
  tensors: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly values: Float32Array
  }[],
): Buffer {
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let end = 0
  for (const { name, shape, values } of tensors) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] }
    end += values.byteLength
  }
  const text = JSON.stringify(entries)
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const data = Buffer.alloc(end)
  let at = 0
  for (const { values } of tensors) {
    for (const value of values) at = data.writeFloatLE(value, at)
  }
  return Buffer.concat([length, header, data])
}

/**
 * Whether there is an adapter in the folder that would be replaced.
 * @throws InputError when the folder is a file or holds something else
 */
export async function checkAdapterTarget(directory: string): Promise<boolean> {
  let entries: string[]
  try {
    entries = await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false
    throw cannotWrite(error, directory)
  }
  const foreign = entries.find((entry) => entry !== PEFT_CONFIG && entry !== PEFT_WEIGHTS)
  if (foreign !== undefined) {
    const hint = 'choose an empty or new directory'
    throw new InputError('the directory holds files beside an adapter', { file: directory }, hint)
  }
  return true
}

async function writeFolder(directory: string, files: readonly FolderFile[]): Promise<void> {
  const replaces = await checkAdapterTarget(directory)
  try {
    await replaceFolder(directory, files, replaces ? [] : undefined)
  } catch (error) {
    throw cannotWrite(error, directory)
  }
}

function cannotWrite(error: unknown, directory: string): unknown {
  const code = systemErrorCode(error)
  if (code === undefined) return error
  return new InputError(`cannot write the adapter: ${code}`, { file: directory })
}
