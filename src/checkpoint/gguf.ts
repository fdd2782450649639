import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { ByteCursor } from './byte-cursor.js'
import { type TensorInfo, tensorLocation } from './checkpoint.js'
import type { CheckpointContents } from './contents.js'
import type { FileBytes } from './file-bytes.js'
import { ggufConfig } from './gguf-config.js'
import { type GgufMetadata, readMetadata, SMALLEST_PAIR } from './gguf-metadata.js'
import { readGgufTokenizer } from './gguf-tokenizer.js'
import { ggmlTypes } from './stored-types.js'
import { canonicalName } from './tensor-names.js'
import { tensorByteLength } from './tensor-table.js'

export const GGUF_MAGIC = 'GGUF'
const GGUF_VERSION = 3
const DEFAULT_ALIGNMENT = 32
const MOST_DIMENSIONS = 4
/** Bytes of the smallest tensor entry: a name of one byte, one dimension, type and offset. */
const SMALLEST_ENTRY = 8 + 1 + 4 + 8 + 4 + 8

/** A tensor entry of the header, with the position of its own start for messages. */
interface TensorEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: number
  readonly offset: number
  readonly entryAt: number
}

/** What the header of a GGUF file says. */
export interface GgufHeader {
  readonly metadata: GgufMetadata
  readonly tensors: readonly TensorInfo[]
}

/** Reads a GGUF file of a model. */
export async function readGguf(bytes: FileBytes): Promise<CheckpointContents> {
  const { metadata, tensors } = await readGgufHeader(bytes)
  const find = (name: string) => tensors.find((tensor) => tensor.name === name)
  const config = ggufConfig(
    metadata,
    {
      embeddingRows: find('tok_embeddings')?.shape[0],
      hasHead: find('output') !== undefined,
      hasFrequencyFactors: find('rope_freqs.weight') !== undefined,
    },
    bytes.path,
  )
  const architecture = metadata.get('general.architecture')
  const isOther = typeof architecture === 'string' && architecture !== 'llama'
  return {
    format: 'GGUF',
    config,
    ...(isOther && { otherModel: printable(architecture) }),
    tensors,
    readTokenizer: () => readGgufTokenizer(bytes, metadata),
  }
}

/**
 * Reads the header of a GGUF file, version 3, little-endian: metadata and the places of the tensors. Array values
 * and tensor values stay in the file.
 * Source: `docs/gguf.md` of https://github.com/ggml-org/ggml.
 */
export async function readGgufHeader(bytes: FileBytes): Promise<GgufHeader> {
  const cursor = new ByteCursor(bytes, 0)
  const magic = (await cursor.take(4, 'magic')).toString('latin1')
  if (magic !== GGUF_MAGIC) {
    throw cursor.error(`starts with "${printable(magic)}", not "${GGUF_MAGIC}"`, 0, 'magic')
  }
  await checkVersion(cursor)
  const tensorCount = await readCount(cursor, 'tensor count', SMALLEST_ENTRY)
  const pairCount = await readCount(cursor, 'metadata count', SMALLEST_PAIR)
  const metadata = await readMetadata(cursor, pairCount)
  const alignment = alignmentOf(metadata, bytes.path)
  const entries: TensorEntry[] = []
  for (let i = 0; i < tensorCount; i++) entries.push(await readEntry(cursor, i, alignment))
  const dataStart = Math.ceil(cursor.position / alignment) * alignment
  return { metadata, tensors: entries.map((entry) => placeTensor(entry, dataStart, bytes)) }
}

async function checkVersion(cursor: ByteCursor): Promise<void> {
  const offset = cursor.position
  const stored = await cursor.take(4, 'version')
  const version = stored.readUInt32LE()
  if (version === GGUF_VERSION) return
  const problem =
    stored.readUInt32BE() === GGUF_VERSION
      ? 'big-endian GGUF is not supported'
      : `GGUF version ${version} is not supported`
  throw cursor.error(problem, offset, 'version', `only little-endian version ${GGUF_VERSION} is`)
}

async function readCount(cursor: ByteCursor, field: string, smallest: number): Promise<number> {
  const offset = cursor.position
  const count = await cursor.u64(field)
  if (count * smallest > cursor.remaining) {
    throw cursor.error(
      `${count} entries do not fit in the ${cursor.remaining} bytes that follow`,
      offset,
      field,
    )
  }
  return count
}

function alignmentOf(metadata: GgufMetadata, file: string): number {
  const field = 'general.alignment'
  const alignment = metadata.get(field) ?? DEFAULT_ALIGNMENT
  if (typeof alignment !== 'number' || alignment < 8 || alignment % 8 !== 0) {
    throw new InputError('is no positive multiple of 8', { file, field })
  }
  return alignment
}

async function readEntry(
  cursor: ByteCursor,
  index: number,
  alignment: number,
): Promise<TensorEntry> {
  const entryAt = cursor.position
  const name = await cursor.string(`name of tensor ${index}`)
  if (name === '') throw cursor.error('the name is empty', entryAt, `name of tensor ${index}`)
  const rankAt = cursor.position
  const rank = await cursor.u32(name)
  if (rank < 1 || rank > MOST_DIMENSIONS) {
    throw cursor.error(`${rank} dimensions, not 1 to ${MOST_DIMENSIONS}`, rankAt, name)
  }
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const sizeAt = cursor.position
    const size = await cursor.u64(name)
    if (size === 0) throw cursor.error('a dimension is zero', sizeAt, name)
    shape.unshift(size)
  }
  const type = await cursor.u32(name)
  const offsetAt = cursor.position
  const offset = await cursor.u64(name)
  if (offset % alignment !== 0) {
    throw cursor.error(`data offset ${offset} is no multiple of ${alignment}`, offsetAt, name)
  }
  return { name, shape, type, offset, entryAt }
}

function placeTensor(entry: TensorEntry, dataStart: number, bytes: FileBytes): TensorInfo {
  const place = { file: bytes.path, storedName: entry.name }
  const location = tensorLocation(place, entry.entryAt)
  const storedType = ggmlTypes.get(entry.type)
  if (storedType === undefined) {
    throw new InputError(`unknown tensor type ${entry.type}`, location)
  }
  const byteLength = tensorByteLength(storedType, entry.shape, location)
  const byteOffset = dataStart + entry.offset
  if (byteOffset + byteLength > bytes.size) {
    throw new InputError(
      `its bytes ${byteOffset} to ${byteOffset + byteLength} go beyond the end of the file, ${bytes.size}`,
      location,
      'the file may be truncated',
    )
  }
  return {
    name: canonicalName(entry.name) ?? entry.name,
    ...place,
    shape: entry.shape,
    storedType,
    byteOffset,
    byteLength,
  }
}
