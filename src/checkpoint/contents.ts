import type { Checkpoint, TensorInfo } from './checkpoint.js'
import type { FileBytes } from './file-bytes.js'
import type { ModelConfig } from './model-config.js'
import type { Tokenizer } from './tokenizer.js'

/** What the reader of one format finds in the headers; the values stay in the files. */
export interface CheckpointContents {
  readonly format: Checkpoint['format']
  readonly config: ModelConfig | undefined
  /** Of another family, as the file names it. */
  readonly otherModel?: string
  /** Byte ranges within their files, in the order of the headers. */
  readonly tensors: readonly TensorInfo[]
  /** Files beside the one that was opened, owned by the checkpoint from here on. */
  readonly parts?: readonly FileBytes[]
  readonly readTokenizer?: () => Promise<Tokenizer | undefined>
}
