import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Checkpoint,
  type FloatModel,
  modelConfigOf,
  openCheckpoint,
  openTokenizer,
  readFloatModel,
  type Tokenizer,
} from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import { ChipDecoder, type KvFormat, ReferenceDecoder } from '../../golden/index.js'
import {
  type AdapterRank,
  type ChipModel,
  type CodeBits,
  dequantize,
  type GroupSize,
  weightBits,
} from '../../quantize/index.js'
import type { Progress } from '../progress.js'
import { quantizedModel } from '../quantize/quantized-model.js'
import { meanLoss } from './loss.js'
import { readTexts } from './read-texts.js'
import { type AdapterRequest, requestedAdapter } from './requested-adapter.js'

export interface EvaluationRequest extends AdapterRequest {
  readonly model: string
  readonly text: string
  readonly tokenizer?: string
  readonly bits: CodeBits
  readonly headBits: CodeBits
  /** Fit the codes to text that the model writes itself. */
  readonly calibrate?: boolean
  /** `absmean`: ternary matrices have one scale a tensor. */
  readonly quantizer?: 'absmean'
  readonly kvFormats: readonly KvFormat[]
  readonly mantissaBits: number
}

export interface EvaluationReport {
  readonly model: string
  readonly text: string
  /** Predicted tokens. */
  readonly tokens: number
  readonly bits: CodeBits
  readonly headBits: CodeBits
  readonly group: GroupSize
  /** Bytes of codes, scales and zero-points, embedding counted once when tied. */
  readonly weightBytes: number
  /** The adapter's file and the chip's rank. */
  readonly adapter?: { readonly path: string; readonly rank: AdapterRank }
  /** Nats per token, with the adapter when there is one. */
  readonly loss: {
    /** Binary64, weights of the files. */
    readonly reference: number
    /** Binary64, quantised weights, the adapter as its file has it. */
    readonly quantized: number
    /** The chip's arithmetic, with the quantised adapter, for each format of the KV cache. */
    readonly chip: Readonly<Partial<Record<KvFormat, number>>>
  }
  /** Tokens that the golden decoder takes in a second of processor time, for each format of the KV cache. */
  readonly chipTokensPerSecond: Readonly<Partial<Record<KvFormat, number>>>
}

/** Measures what quantisation and the chip's arithmetic cost a model on a text. */
export async function evaluate(
  request: EvaluationRequest,
  progress: Progress,
): Promise<EvaluationReport> {
  const checkpoint = await openCheckpoint(request.model)
  try {
    const adapter = await requestedAdapter(request, modelConfigOf(checkpoint))
    const tokenizer = await tokenizerOf(checkpoint, request.tokenizer)
    const texts = await readTexts(request.text, tokenizer)
    const reference = await progress.step('reading the model', () => readFloatModel(checkpoint))
    const { contextLength } = reference.config
    const cut = texts.map((tokens) => tokens.slice(0, contextLength + 1))
    const tokens = cut.reduce((sum, text) => sum + text.length - 1, 0)
    const model = await quantizedModel(
      checkpoint,
      { ...request, ...(request.calibrate ? { calibration: { bos: tokenizer.bos } } : {}) },
      progress,
    )
    const loss = (label: string, open: Parameters<typeof meanLoss>[1]) =>
      progress.step(label, (update) =>
        meanLoss(cut, open, async (done) => {
          update(`${done}/${tokens} tokens`)
          await new Promise(setImmediate)
        }),
      )
    const floatDecoder = (weights: FloatModel) => {
      const decoder = new ReferenceDecoder(weights)
      decoder.useAdapter(adapter?.float)
      return decoder
    }
    const floats = await loss('float64', () => floatDecoder(reference))
    const rounded = referenceOf(model, reference)
    const quantized = await loss('float64, quantised', () => floatDecoder(rounded))
    const chip: Partial<Record<KvFormat, number>> = {}
    const chipTokensPerSecond: Partial<Record<KvFormat, number>> = {}
    for (const kvFormat of request.kvFormats) {
      const format = { ...request, digitBits: request.bits, kvFormat }
      const before = process.cpuUsage()
      chip[kvFormat] = await loss(`chip, ${kvFormat}`, () => {
        const decoder = new ChipDecoder(model, format)
        decoder.useAdapter(adapter?.chip)
        return decoder
      })
      const { user, system } = process.cpuUsage(before)
      chipTokensPerSecond[kvFormat] = Math.round((tokens / (user + system)) * 1e6)
    }
    return {
      model: request.model,
      text: request.text,
      tokens,
      bits: request.bits,
      headBits: request.headBits,
      group: request.group,
      weightBytes: weightBytes(model),
      ...(adapter && { adapter: { path: adapter.float.path, rank: adapter.chip.rank } }),
      loss: { reference: floats, quantized, chip },
      chipTokensPerSecond,
    }
  } finally {
    await checkpoint.close()
  }
}

/** The tokenizer that is named, or the one inside the file, or the only one beside it. */
export async function tokenizerOf(checkpoint: Checkpoint, path?: string): Promise<Tokenizer> {
  if (path !== undefined) return openTokenizer(path)
  const inside = await checkpoint.readTokenizer()
  if (inside !== undefined) return inside
  const folder = dirname(checkpoint.path)
  const beside = (await readdir(folder)).filter(
    (name) => /^tok.*\.(bin|json)$/.test(name) && name !== 'tokenizer_config.json',
  )
  if (beside.length === 1) return openTokenizer(join(folder, beside[0]!))
  throw new InputError('has no tokenizer', { file: checkpoint.path }, 'name one with --tokenizer')
}

/** The quantised weights as a model of the binary64 decoder. */
export function referenceOf(model: ChipModel, reference: FloatModel): FloatModel {
  return {
    ...reference,
    embedding: dequantize(model.embedding),
    head: dequantize(model.head),
    layers: reference.layers.map((layer, i) => {
      const { wq, wk, wv, wo, w1, w2, w3 } = model.layers[i]!
      return {
        ...layer,
        'attention.wq': dequantize(wq),
        'attention.wk': dequantize(wk),
        'attention.wv': dequantize(wv),
        'attention.wo': dequantize(wo),
        'feed_forward.w1': dequantize(w1),
        'feed_forward.w2': dequantize(w2),
        'feed_forward.w3': dequantize(w3),
      }
    }),
  }
}

/** Bytes of codes, scales and zero-points; a tied head is counted once. */
export function weightBytes({ embedding, head, layers }: ChipModel): number {
  const matrices = new Set([embedding, head])
  for (const { wq, wk, wv, wo, w1, w2, w3 } of layers) {
    for (const matrix of [wq, wk, wv, wo, w1, w2, w3]) matrices.add(matrix)
  }
  let bits = 0
  for (const matrix of matrices) {
    bits += weightBits(matrix)
  }
  return Math.ceil(bits / 8)
}
