import type { FloatModel } from '../../checkpoint/index.js'
import type { ChipModel, QuantizedMatrix } from '../../quantize/index.js'

interface StoredMatrix extends Pick<QuantizedMatrix, 'rows' | 'columns' | 'bits' | 'group'> {
  /** Base64, as are scales (little-endian) and zero-points. */
  readonly codes: string
  readonly scales: string
  readonly zeroPoints: string
}

const projections = ['wq', 'wk', 'wv', 'wo', 'w1', 'w2', 'w3'] as const

interface StoredModel {
  readonly embedding: StoredMatrix
  readonly layers: readonly Readonly<Record<(typeof projections)[number], StoredMatrix>>[]
  /** Absent when it is the embedding. */
  readonly head?: StoredMatrix
}

/** The matrices of a model without offsets, as JSON can hold them. */
export function storedModel({ embedding, layers, head }: ChipModel): StoredModel {
  return {
    embedding: storedMatrix(embedding),
    layers: layers.map((layer) => ({
      wq: storedMatrix(layer.wq),
      wk: storedMatrix(layer.wk),
      wv: storedMatrix(layer.wv),
      wo: storedMatrix(layer.wo),
      w1: storedMatrix(layer.w1),
      w2: storedMatrix(layer.w2),
      w3: storedMatrix(layer.w3),
    })),
    ...(head === embedding ? {} : { head: storedMatrix(head) }),
  }
}

/** The model whose matrices were stored, with the vectors of the model that it was quantised from. */
export function restoreModel(stored: unknown, { config, layers, norm }: FloatModel): ChipModel {
  const { embedding: storedEmbedding, layers: storedLayers, head } = stored as StoredModel
  const embedding = restoreMatrix(storedEmbedding)
  return {
    config,
    embedding,
    layers: storedLayers.map(({ wq, wk, wv, wo, w1, w2, w3 }, index) => ({
      attentionNorm: layers[index]!.attention_norm,
      wq: restoreMatrix(wq),
      wk: restoreMatrix(wk),
      wv: restoreMatrix(wv),
      wo: restoreMatrix(wo),
      ffnNorm: layers[index]!.ffn_norm,
      w1: restoreMatrix(w1),
      w2: restoreMatrix(w2),
      w3: restoreMatrix(w3),
    })),
    norm,
    head: head === undefined ? embedding : restoreMatrix(head),
  }
}

function storedMatrix({ rows, columns, bits, group, codes, scales, zeroPoints }: QuantizedMatrix) {
  const scaleBytes = new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength)
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    rows,
    columns,
    bits,
    group,
    codes: base64(codes),
    scales: base64(scaleBytes),
    zeroPoints: base64(zeroPoints),
  }
}

function restoreMatrix({ codes, scales, zeroPoints, ...shape }: StoredMatrix): QuantizedMatrix {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))
  return {
    ...shape,
    codes: bytes(codes),
    scales: new Uint16Array(bytes(scales).buffer),
    zeroPoints: bytes(zeroPoints),
  }
}
