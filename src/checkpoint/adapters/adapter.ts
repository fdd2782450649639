import type { Projection } from '../tensor-names.js'

/** What an adapter adds to one projection: `y = W x + scale * B (A x)`. */
export interface LowRankUpdate {
  readonly rank: number
  readonly scale: number
  /** A: [rank, inputs], rows first. */
  readonly a: Float32Array
  /** B: [outputs, rank], rows first; its rows are in the order of the base model's. */
  readonly b: Float32Array
}

/** The projections of one layer that an adapter changes. */
export type AdapterLayer = Readonly<Partial<Record<Projection, LowRankUpdate>>>

/** A LoRA adapter (Hu et al., arXiv 2106.09685) for one base model. */
export interface Adapter {
  readonly path: string
  readonly format: 'PEFT' | 'GGUF'
  /** As many as the base model has; empty ones are not changed. */
  readonly layers: readonly AdapterLayer[]
}
