import { InputError } from '../common/input-error.js'
import type { TensorInfo } from './checkpoint.js'
import type { CheckpointContents } from './contents.js'
import type { FileBytes } from './file-bytes.js'
import { checkHeads, expectedShape, type ModelConfig } from './model-config.js'
import { llama2cType } from './stored-types.js'
import { type LayerTensor, type ModelTensor, roleName, type TensorRole } from './tensor-names.js'

const HEADER_FIELDS = [
  'dim',
  'hidden_dim',
  'n_layers',
  'n_heads',
  'n_kv_heads',
  'vocab_size',
  'seq_len',
] as const
const HEADER_BYTES = 4 * HEADER_FIELDS.length

/** First word of versions 1 and 2; version 0 has none. */
export const LLAMA2C_MAGIC = 0x616b3432

/** The tensors of version 0 in file order; those of a layer are there for all layers before the next kind starts. */
const FILE_ORDER: readonly (ModelTensor | LayerTensor | 'freq_cos' | 'freq_sin')[] = [
  'tok_embeddings',
  'attention_norm',
  'attention.wq',
  'attention.wk',
  'attention.wv',
  'attention.wo',
  'ffn_norm',
  'feed_forward.w1',
  'feed_forward.w2',
  'feed_forward.w3',
  'norm',
  'freq_cos',
  'freq_sin',
  'output',
]

/**
 * Reads the header of a llama2.c checkpoint of version 0: seven 32-bit integers, then binary32 tensors in a fixed
 * order. The format has no magic number: the size that the header implies must be the size of the file.
 * Source: `export.py` (legacy export) and `run.c` of https://github.com/karpathy/llama2.c.
 */
export async function readLlama2c(bytes: FileBytes): Promise<CheckpointContents> {
  const header = await bytes.read(0, HEADER_BYTES, 'llama2.c header')
  const config = parseHeader(header, bytes.path)
  const size = impliedSize(config)
  if (size !== bytes.size) {
    throw new InputError(
      `the file has ${bytes.size} bytes, but its llama2.c header implies ${size}`,
      { file: bytes.path, offset: 0 },
      bytes.size < size ? 'the file may be truncated' : 'it may be of another format',
    )
  }
  return { format: 'llama2.c', config, tensors: placeTensors(config, bytes.path) }
}

/** True when the first bytes and the size together are those of a llama2.c checkpoint of version 0. */
export function isLlama2c(start: Buffer, fileSize: number): boolean {
  if (start.length < HEADER_BYTES) return false
  try {
    return impliedSize(parseHeader(start, '')) === fileSize
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

function parseHeader(header: Buffer, file: string): ModelConfig {
  const field = (name: (typeof HEADER_FIELDS)[number]): number => {
    const offset = 4 * HEADER_FIELDS.indexOf(name)
    const stored = header.readInt32LE(offset)
    const size = name === 'vocab_size' ? Math.abs(stored) : stored
    if (size <= 0) throw new InputError(`${name} is ${stored}`, { file, offset, field: name })
    return size
  }
  const config: ModelConfig = {
    dim: field('dim'),
    hiddenDim: field('hidden_dim'),
    layers: field('n_layers'),
    heads: field('n_heads'),
    kvHeads: field('n_kv_heads'),
    vocabulary: field('vocab_size'),
    contextLength: field('seq_len'),
    tiedHead: header.readInt32LE(4 * HEADER_FIELDS.indexOf('vocab_size')) > 0,
    ropeBase: 10000,
    ropePairs: 'interleaved',
    normEpsilon: Math.fround(1e-5),
  }
  checkHeads(config, { dim: 'dim', heads: 'n_heads', kvHeads: 'n_kv_heads' }, file)
  return config
}

/** The kinds of the file with their number of copies and the shape of one. */
function* kinds(config: ModelConfig): Generator<{
  kind: (typeof FILE_ORDER)[number]
  copies: number
  shape: readonly number[]
}> {
  for (const kind of FILE_ORDER) {
    if (kind === 'freq_cos' || kind === 'freq_sin') {
      yield { kind, copies: 1, shape: [config.contextLength, config.dim / config.heads / 2] }
    } else if (kind !== 'output' || !config.tiedHead) {
      const role = roleOf(kind, 0)
      const copies = role.layer === undefined ? 1 : config.layers
      yield { kind, copies, shape: expectedShape(config, role) }
    }
  }
}

function roleOf(kind: ModelTensor | LayerTensor, layer: number): TensorRole {
  return kind === 'tok_embeddings' || kind === 'norm' || kind === 'output'
    ? { kind }
    : { kind, layer }
}

function impliedSize(config: ModelConfig): number {
  let size = HEADER_BYTES
  for (const { copies, shape } of kinds(config)) size += copies * byteLength(shape)
  return size
}

function byteLength(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, llama2cType.blockBytes)
}

function placeTensors(config: ModelConfig, file: string): TensorInfo[] {
  const tensors: TensorInfo[] = []
  let byteOffset = HEADER_BYTES
  for (const { kind, copies, shape } of kinds(config)) {
    for (let layer = 0; layer < copies; layer++) {
      const name = kind === 'freq_cos' || kind === 'freq_sin' ? kind : roleName(roleOf(kind, layer))
      tensors.push({
        name,
        storedName: name,
        shape,
        storedType: llama2cType,
        file,
        byteOffset,
        byteLength: byteLength(shape),
      })
      byteOffset += byteLength(shape)
    }
  }
  return tensors
}
