import type { TensorInfo } from '../checkpoint.js'
import type { ModelConfig } from '../model-config.js'
import type { Projection } from '../tensor-names.js'
import type { Adapter } from './adapter.js'

/** One of the two matrices of an update, as a header describes it. */
export interface Factor {
  readonly side: 'A' | 'B'
  readonly kind: Projection
  readonly layer: number
  readonly tensor: TensorInfo
}

/** What the reader of one adapter format finds in the headers; the values stay in the file. */
export interface AdapterContents {
  readonly format: Adapter['format']
  readonly tensors: readonly TensorInfo[]
  readonly factors: readonly Factor[]
  /** The order of the rows of B for wq and wk. */
  readonly ropePairs: ModelConfig['ropePairs']
  /** The scale of an update, given its A of `rank` rows. @throws InputError when the file contradicts that rank */
  readonly scaleOf: (a: Factor, rank: number) => number
}
