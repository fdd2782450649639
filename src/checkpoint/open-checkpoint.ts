import { extname } from 'node:path'
import { InputError } from '../common/input-error.js'
import { hasSubNorms } from './bitnet.js'
import type { Checkpoint, RowBlock, RowRange, StoredGroups, TensorInfo } from './checkpoint.js'
import type { CheckpointContents } from './contents.js'
import { FileBytes } from './file-bytes.js'
import { GGUF_MAGIC, readGguf } from './gguf.js'
import { isLlama2c, LLAMA2C_MAGIC, readLlama2c } from './llama2c.js'
import type { ModelConfig } from './model-config.js'
import { isSafetensors, readSafetensors } from './safetensors.js'
import { readSafetensorsIndex } from './safetensors-index.js'
import { readFloat32, readGroups, readRows } from './tensor-reader.js'
import { TensorTable } from './tensor-table.js'
import type { Tokenizer } from './tokenizer.js'

const START_BYTES = 28

/**
 * Opens a checkpoint: llama2.c version 0, GGUF version 3, safetensors, or the index of a split safetensors
 * checkpoint. The format is told by the contents; only the header is read, and no more memory is taken than the
 * header has bytes, within a small factor.
 * @throws InputError for every fault of the file.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await FileBytes.open(path)
  const open = new Map([[path, bytes]])
  try {
    const contents = ofKnownFamily(await readContents(bytes))
    for (const part of contents.parts ?? []) open.set(part.path, part)
    return new OpenCheckpoint(path, contents, open)
  } catch (error) {
    await closeAll(open.values())
    throw error
  }
}

async function readContents(bytes: FileBytes): Promise<CheckpointContents> {
  const { path, size } = bytes
  if (size === 0) throw new InputError('the file is empty', { file: path })
  const start = await bytes.read(0, Math.min(START_BYTES, size))
  if (start.toString('latin1', 0, 4) === GGUF_MAGIC) return readGguf(bytes)
  if (size >= 8 && start.readUInt32LE() === LLAMA2C_MAGIC) {
    throw new InputError(
      `llama2.c version ${start.readInt32LE(4)} is not supported`,
      { file: path, offset: 4 },
      'export the model as version 0',
    )
  }
  if (isLlama2c(start, size)) return readLlama2c(bytes)
  if (isSafetensors(start)) return readSafetensors(bytes)
  if (start.toString('latin1', 0, 1) === '{') return readSafetensorsIndex(path)
  return explainUnknown(bytes)
}

/** A model with norms within its layers' halves is none of the LLaMA family, whatever its settings say. */
function ofKnownFamily(contents: CheckpointContents): CheckpointContents {
  if (contents.config === undefined || !hasSubNorms(contents.tensors)) return contents
  return { ...contents, config: undefined, otherModel: 'BitNet' }
}

/** Lets the reader that the file's ending calls for say what is wrong. */
function explainUnknown(bytes: FileBytes): Promise<CheckpointContents> {
  switch (extname(bytes.path)) {
    case '.gguf':
      return readGguf(bytes)
    case '.safetensors':
      return readSafetensors(bytes)
    case '.bin':
      return readLlama2c(bytes)
    default:
      throw new InputError(
        'is no checkpoint of a known format',
        { file: bytes.path, offset: 0 },
        'known are llama2.c version 0, GGUF version 3 and safetensors',
      )
  }
}

async function closeAll(files: Iterable<FileBytes>): Promise<void> {
  await Promise.all([...files].map((file) => file.close()))
}

class OpenCheckpoint implements Checkpoint {
  private readonly table: TensorTable

  constructor(
    readonly path: string,
    private readonly contents: CheckpointContents,
    private readonly files: ReadonlyMap<string, FileBytes>,
  ) {
    this.table = new TensorTable(path, contents.tensors, contents.config)
  }

  get format(): Checkpoint['format'] {
    return this.contents.format
  }

  get config(): ModelConfig | undefined {
    return this.contents.config
  }

  get otherModel(): string | undefined {
    return this.contents.otherModel
  }

  get tensors(): readonly TensorInfo[] {
    return this.table.tensors
  }

  tensor(name: string): TensorInfo {
    return this.table.find(name)
  }

  async readFloat32(name: string, rows?: RowRange): Promise<Float32Array> {
    const tensor = this.tensor(name)
    return readFloat32(this.fileOf(tensor), tensor, rows)
  }

  async *readRows(name: string): AsyncGenerator<RowBlock, void> {
    const tensor = this.tensor(name)
    yield* readRows(this.fileOf(tensor), tensor)
  }

  async readGroups(name: string, rows?: RowRange): Promise<StoredGroups> {
    const tensor = this.tensor(name)
    return readGroups(this.fileOf(tensor), tensor, rows)
  }

  async readTokenizer(): Promise<Tokenizer | undefined> {
    return this.contents.readTokenizer?.()
  }

  async close(): Promise<void> {
    await closeAll(this.files.values())
  }

  private fileOf(tensor: TensorInfo): FileBytes {
    return this.files.get(tensor.file)!
  }
}
