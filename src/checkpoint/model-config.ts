import { InputError } from '../common/input-error.js'
import type { TensorRole } from './tensor-names.js'

/** The shape of a LLaMA-family model and the constants of its arithmetic. */
export interface ModelConfig {
  /** Width of the residual stream. */
  readonly dim: number
  /** Width of the feed-forward layers. */
  readonly hiddenDim: number
  readonly layers: number
  /** Query heads; a divisor of `dim`. */
  readonly heads: number
  /** Key and value heads; a divisor of `heads`. */
  readonly kvHeads: number
  /** Tokens in the embedding. */
  readonly vocabulary: number
  /** Longest sequence that the file allows. */
  readonly contextLength: number
  /** The head is the embedding itself. */
  readonly tiedHead: boolean
  /** Base of the rotation frequencies (theta). */
  readonly ropeBase: number
  /**
   * Which elements of a head rotate together: 2i with 2i + 1 (`interleaved`), or i with i + half a head
   * (`half-split`). The rows of wq and wk are in this order; readers do not permute them.
   */
  readonly ropePairs: 'interleaved' | 'half-split'
  /** Name of a frequency scaling that the file asks for on top of `ropeBase`; absent when there is none. */
  readonly ropeScaling?: string
  /** Epsilon of the root-mean-square norms, rounded to binary32. */
  readonly normEpsilon: number
}

/** The header's own names of settings that are checked together. */
export interface HeadFields {
  readonly dim: string
  readonly heads: string
  readonly kvHeads: string
}

/** Checks that heads divide the width evenly, in whole rotation pairs. @throws InputError naming the header's field. */
export function checkHeads(
  config: Pick<ModelConfig, 'dim' | 'heads' | 'kvHeads'>,
  fields: HeadFields,
  file: string,
): void {
  const { dim, heads, kvHeads } = config
  if (dim % (2 * heads) !== 0) {
    throw new InputError(
      `${heads} heads do not divide the width ${dim} (${fields.dim}) into even heads`,
      { file, field: fields.heads },
    )
  }
  if (heads % kvHeads !== 0) {
    throw new InputError(`${kvHeads} key and value heads do not divide ${heads} query heads`, {
      file,
      field: fields.kvHeads,
    })
  }
}

/** The shape, rows first, that a tensor of the model must have. */
export function expectedShape(config: ModelConfig, role: TensorRole): readonly number[] {
  const { dim, hiddenDim, vocabulary } = config
  const kvDim = (dim / config.heads) * config.kvHeads
  switch (role.kind) {
    case 'tok_embeddings':
    case 'output':
      return [vocabulary, dim]
    case 'norm':
    case 'attention_norm':
    case 'ffn_norm':
      return [dim]
    case 'attention.wq':
    case 'attention.wo':
      return [dim, dim]
    case 'attention.wk':
    case 'attention.wv':
      return [kvDim, dim]
    case 'feed_forward.w1':
    case 'feed_forward.w3':
      return [hiddenDim, dim]
    case 'feed_forward.w2':
      return [dim, hiddenDim]
  }
}
