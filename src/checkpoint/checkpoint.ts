import type { InputLocation } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import type { ModelConfig } from './model-config.js'
import type { StoredType } from './stored-types.js'
import type { Tokenizer } from './tokenizer.js'

/** A tensor as a file stores it. */
export interface TensorInfo {
  /** Canonical name, or the stored name when the tensor is none of the LLaMA architecture's. */
  readonly name: string
  /** The name in the file. */
  readonly storedName: string
  /** Row-major: the last dimension is contiguous. A weight matrix is [outputs, inputs]. */
  readonly shape: readonly number[]
  readonly storedType: StoredType
  /** The file that holds the values; one of several for a split checkpoint. */
  readonly file: string
  /** Position of the first byte in `file`. */
  readonly byteOffset: number
  readonly byteLength: number
  /** Of a tensor of trits, four a byte, as BitNet's safetensors have them: what a trit of 1 is worth. */
  readonly tritScale?: number
}

/** Consecutive rows of a tensor seen as a matrix of `rowCount` rows of its last dimension. */
export interface RowRange {
  readonly first: number
  readonly count: number
}

/** Consecutive rows as binary32 values. */
export interface RowBlock extends RowRange {
  /** `count` rows of the tensor's last dimension. */
  readonly values: Float32Array
}

/**
 * Weights that a file stores quantised in groups along the rows, exactly as stored:
 * value = scale * (code - zeroPoint) + offset.
 */
export interface StoredGroups {
  readonly rows: number
  readonly columns: number
  /** Bits of a code; ternary codes are 0, 1 and 2. */
  readonly bits: 4 | 8 | 'ternary'
  /** Values in a group; a divisor of `columns`, or all of them. */
  readonly group: number
  /** One unsigned code a byte, row after row. */
  readonly codes: Uint8Array
  /** Binary16 patterns, one for each group, row after row; all finite, the sign included. */
  readonly scales: Uint16Array
  /** The same for every group, because the formats read here fix it by type. */
  readonly zeroPoint: number
  /** Binary16 patterns, one for each group; absent for types that have none (offset 0). */
  readonly offsets?: Uint16Array
}

/** An open checkpoint file. Names may be written in any convention of `tensorRole`. */
export interface Checkpoint {
  readonly path: string
  readonly format: 'llama2.c' | 'GGUF' | 'safetensors'
  /** Undefined when the file, and for safetensors its `config.json`, describes no LLaMA-family model. */
  readonly config: ModelConfig | undefined
  /** What the file says that its model is, if it is none of the LLaMA family. */
  readonly otherModel: string | undefined
  readonly tensors: readonly TensorInfo[]
  /** The tensor of that name; `output` of a model with a tied head is the embedding. @throws InputError with the nearest names. */
  tensor(name: string): TensorInfo
  /**
   * All rows, or some, as binary32 values, each rounded once from the stored value.
   * @throws InputError for a type that is only listed, and for infinities and NaNs with their place in the file.
   * @throws RangeError for rows that the tensor does not have.
   */
  readFloat32(name: string, rows?: RowRange): Promise<Float32Array>
  /** The same in blocks of about a megabyte, for tensors that need not be in memory at once. */
  readRows(name: string): AsyncGenerator<RowBlock, void>
  /** All rows, or some, of a tensor stored in groups (Q8_0, Q4_0, Q4_1, TQ1_0, TQ2_0), or of BitNet's trits, whose scale is rounded to binary16. @throws InputError for other types and for scales that are not finite. */
  readGroups(name: string, rows?: RowRange): Promise<StoredGroups>
  /** The tokenizer inside the file, or for safetensors in the `tokenizer.json` beside it; undefined when there is none. */
  readTokenizer(): Promise<Tokenizer | undefined>
  close(): Promise<void>
}

/** Rows and columns of a tensor seen as a matrix; a vector is one row. */
export function matrixShape(tensor: Pick<TensorInfo, 'shape'>): { rows: number; columns: number } {
  const columns = tensor.shape.at(-1) ?? 1
  const rows = tensor.shape.slice(0, -1).reduce((product, size) => product * size, 1)
  return { rows, columns }
}

/** Where messages say that a tensor is. */
export function tensorLocation(
  tensor: Pick<TensorInfo, 'file' | 'storedName'>,
  offset?: number,
): InputLocation {
  return {
    file: tensor.file,
    ...(offset === undefined ? {} : { offset }),
    field: printable(tensor.storedName),
  }
}
