import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { type TensorInfo, tensorLocation } from '../checkpoint.js'
import { FileBytes } from '../file-bytes.js'
import { GGUF_MAGIC } from '../gguf.js'
import { expectedShape, type ModelConfig } from '../model-config.js'
import { isSafetensors } from '../safetensors.js'
import { type Projection, roleName } from '../tensor-names.js'
import { readFloat32 } from '../tensor-reader.js'
import { TensorTable } from '../tensor-table.js'
import type { Adapter, LowRankUpdate } from './adapter.js'
import type { AdapterContents, Factor } from './contents.js'
import { readGgufAdapter } from './gguf-adapter.js'
import { PEFT_WEIGHTS, readPeftAdapter } from './peft.js'
import { reorderedRows } from './row-order.js'

const START_BYTES = 9

/**
 * Reads a whole LoRA adapter for a base model: a PEFT folder, its safetensors file, or a GGUF adapter.
 * @throws InputError for every fault of the files, for what is not supported, and for an adapter of another model
 */
export async function openAdapter(path: string, config: ModelConfig): Promise<Adapter> {
  const bytes = await FileBytes.open((await isDirectory(path)) ? join(path, PEFT_WEIGHTS) : path)
  try {
    const contents = await readContents(bytes)
    // The table refuses repeated names and shared bytes.
    new TensorTable(bytes.path, contents.tensors, undefined)
    const layers: Partial<Record<Projection, LowRankUpdate>>[] = Array.from(
      { length: config.layers },
      () => ({}),
    )
    for (const [a, b] of paired(contents.factors, bytes.path)) {
      const shape = checkedShape(a, b, config)
      const scale = contents.scaleOf(a, shape.rank)
      const rows = await readFloat32(bytes, b.tensor)
      layers[a.layer]![a.kind] = {
        rank: shape.rank,
        scale,
        a: await readFloat32(bytes, a.tensor),
        b: inOrderOf(config, contents, a.kind, rows, shape.rank),
      }
    }
    return { path, format: contents.format, layers }
  } finally {
    await bytes.close()
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function readContents(bytes: FileBytes): Promise<AdapterContents> {
  const start = await bytes.read(0, Math.min(START_BYTES, bytes.size))
  if (start.toString('latin1', 0, 4) === GGUF_MAGIC) return readGgufAdapter(bytes)
  if (isSafetensors(start)) return readPeftAdapter(bytes)
  throw new InputError(
    'is no adapter of a known format',
    { file: bytes.path, offset: 0 },
    'known are PEFT (safetensors) and GGUF',
  )
}

/** Each A with its B. */
function paired(factors: readonly Factor[], file: string): [Factor, Factor][] {
  if (factors.length === 0) throw new InputError('the adapter has no tensors', { file })
  const pairs = new Map<string, Partial<Record<'A' | 'B', Factor>>>()
  for (const factor of factors) {
    const name = roleName(factor)
    const pair = pairs.get(name) ?? {}
    if (pair[factor.side] !== undefined) {
      throw new InputError(`is a second ${factor.side} of ${name}`, tensorLocation(factor.tensor))
    }
    pairs.set(name, { ...pair, [factor.side]: factor })
  }
  return [...pairs.values()].map(({ A, B }) => {
    if (A !== undefined && B !== undefined) return [A, B]
    const { tensor } = (A ?? B)!
    throw new InputError(
      `${A === undefined ? 'A' : 'B'} is missing beside it`,
      tensorLocation(tensor),
    )
  })
}

function checkedShape(a: Factor, b: Factor, config: ModelConfig): { rank: number } {
  if (a.layer >= config.layers) {
    throw new InputError(
      `the base model has only ${config.layers} layers`,
      tensorLocation(a.tensor),
    )
  }
  const [outputs, inputs] = expectedShape(config, a) as [number, number]
  const rank = a.tensor.shape[0] ?? 0
  if (rank === 0) throw new InputError('its rank is zero', tensorLocation(a.tensor))
  checkShape(a.tensor, [rank, inputs])
  checkShape(b.tensor, [outputs, rank])
  return { rank }
}

function checkShape(tensor: TensorInfo, expected: readonly [number, number]): void {
  const { shape } = tensor
  if (shape.length === 2 && shape[0] === expected[0] && shape[1] === expected[1]) return
  throw new InputError(
    `shape is [${shape.join(', ')}], but the base model and the rank make it [${expected.join(', ')}]`,
    tensorLocation(tensor),
  )
}

function inOrderOf(
  config: ModelConfig,
  { ropePairs }: AdapterContents,
  kind: Projection,
  rows: Float32Array,
  rank: number,
): Float32Array {
  const rotated = kind === 'attention.wq' || kind === 'attention.wk'
  if (!rotated || ropePairs === config.ropePairs) return rows
  return reorderedRows(rows, rank, config.dim / config.heads, config.ropePairs)
}
