import type { QuantizedMatrix } from '../quantize/index.js'

/** The weights of a decoder layer in the chip's numbers. */
export interface LayerModel {
  readonly attentionNorm: Float32Array
  readonly wq: QuantizedMatrix
  readonly wk: QuantizedMatrix
  readonly wv: QuantizedMatrix
  readonly wo: QuantizedMatrix
  readonly ffnNorm: Float32Array
  readonly w1: QuantizedMatrix
  readonly w2: QuantizedMatrix
  readonly w3: QuantizedMatrix
}
