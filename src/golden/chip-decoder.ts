import type { Projection } from '../checkpoint/index.js'
import type { CodeBits } from '../common/code-bits.js'
import type { ChipAdapter, ChipModel, LayerModel } from '../quantize/index.js'
import { attend } from './attention.js'
import { add, multiply } from './binary32-operations.js'
import { DeltaProduct } from './delta-product.js'
import { swiglu } from './feed-forward.js'
import { type CachedVector, cachedVector, type KvFormat } from './kv-cache.js'
import { embeddingRow, MatrixProduct } from './matrix-product.js'
import { normFactor, scaled } from './norm.js'
import { rotated } from './rope.js'

/** What of a chip's configuration its arithmetic depends on. */
export interface ChipFormat {
  /** Numbers of a vector beat. */
  readonly vectorLanes: number
  /** Columns of the mesh; 1 by default. */
  readonly columns?: number
  /** H-Units, a divisor of the columns; 1 by default. */
  readonly hUnits?: number
  /** Bits of an aligned activation. */
  readonly mantissaBits: number
  /** Bits of an L-Unit's codes, or `ternary`. */
  readonly digitBits: CodeBits
  readonly kvFormat: KvFormat
}

/** The matrices of a layer that an adapter may change. */
type ProjectionName = Exclude<keyof LayerModel, 'attentionNorm' | 'ffnNorm'>

/**
 * What a vector on the way is made by: a matrix alone, or all up to the name's meaning in docs/arithmetic.md. With an
 * adapter, each projection P has also 'P a' (`A x`), 'P delta' and 'P sum' (its rows and delta).
 */
export type OperationName =
  | `${ProjectionName} ${'a' | 'delta' | 'sum'}`
  | 'embedding'
  | 'attention norm'
  | 'attention factor'
  | 'wk'
  | 'wq'
  | 'wv'
  | 'key'
  | 'query'
  | 'value'
  | 'scores'
  | 'weights'
  | 'mix'
  | 'wo'
  | 'attention residual'
  | 'feed-forward norm'
  | 'feed-forward factor'
  | 'w1'
  | 'w3'
  | 'hidden'
  | 'w2'
  | 'residual'
  | 'norm'
  | 'factor'
  | 'head'
  | 'logits'

/**
 * Called with every vector on the way, and its layer (-1 outside the layers). Factors are vectors of one number; scores
 * and weights have one for each position of each query head, head after head, scores in units of 2^-20.
 */
export type OperationListener = (
  operation: OperationName,
  layer: number,
  vector: Float32Array | Int32Array,
) => void

const projections: Readonly<Record<ProjectionName, Projection>> = {
  wq: 'attention.wq',
  wk: 'attention.wk',
  wv: 'attention.wv',
  wo: 'attention.wo',
  w1: 'feed_forward.w1',
  w2: 'feed_forward.w2',
  w3: 'feed_forward.w3',
}

interface AdapterProducts {
  readonly rank: number
  readonly layers: readonly Readonly<Partial<Record<Projection, DeltaProduct>>>[]
}

/** The decoder in the chip's arithmetic (docs/arithmetic.md). One sequence; every `step` adds a position. */
export class ChipDecoder {
  readonly #layers: readonly Readonly<Record<ProjectionName, MatrixProduct>>[]
  readonly #head: MatrixProduct
  readonly #caches: { readonly keys: CachedVector[][]; readonly values: CachedVector[][] }[]
  #adapter: AdapterProducts | undefined
  #position = 0

  constructor(
    private readonly model: ChipModel,
    private readonly format: ChipFormat,
    private readonly onOperation: OperationListener = () => {},
  ) {
    const product = (matrix: LayerModel['wq'], segments = 1) =>
      new MatrixProduct(matrix, format, segments)
    this.#layers = model.layers.map(({ wq, wk, wv, wo, w1, w2, w3 }) => ({
      wq: product(wq),
      wk: product(wk),
      wv: product(wv),
      wo: product(wo, format.hUnits),
      w1: product(w1),
      w2: product(w2),
      w3: product(w3),
    }))
    this.#head = product(model.head)
    const { kvHeads } = model.config
    const heads = () => Array.from({ length: kvHeads }, (): CachedVector[] => [])
    this.#caches = model.layers.map(() => ({ keys: heads(), values: heads() }))
  }

  /** Tokens so far. */
  get position(): number {
    return this.#position
  }

  /** Uses an adapter of this model, or none, from the next token on; the cache stays. */
  useAdapter(adapter: ChipAdapter | undefined): void {
    this.#adapter = adapter && {
      rank: adapter.rank,
      layers: adapter.layers.map((updates) =>
        Object.fromEntries(
          Object.entries(updates).map(([kind, update]) => {
            const segments = kind === projections.wo ? this.format.hUnits : 1
            return [kind, new DeltaProduct(update, this.format, segments)]
          }),
        ),
      ),
    }
  }

  /** Takes one token and gives the logits of the next: `vocabulary` binary32 numbers. */
  step(token: number): Float32Array {
    const { embedding, layers, norm } = this.model
    let x = this.#seen('embedding', -1, embeddingRow(embedding, token))
    for (const [layer, weights] of layers.entries()) {
      x = this.#plus('attention residual', layer, x, this.#attention(layer, weights, x))
      x = this.#plus('residual', layer, x, this.#feedForward(layer, weights, x))
    }
    this.#position++
    const y = this.#seen('norm', -1, scaled(x, norm))
    const factor = this.#factor('factor', -1, x)
    const logits = this.#seen('head', -1, this.#head.times(y))
    return this.#seen('logits', -1, scaled(logits, factor))
  }

  #attention(layer: number, { attentionNorm }: LayerModel, x: Float32Array): Float32Array {
    const { config } = this.model
    const headSize = config.dim / config.heads
    const factor = this.#factor('attention factor', layer, x)
    const queryFactor = multiply(factor, Math.fround(Math.LOG2E / Math.sqrt(headSize)))
    const y = this.#seen('attention norm', layer, scaled(x, attentionNorm))
    const times = (name: 'wq' | 'wk' | 'wv') => this.#project(name, layer, y)
    const rotate = (v: Float32Array) => rotated(v, this.#position, headSize, config)
    const query = this.#seen('query', layer, rotate(scaled(times('wq'), queryFactor)))
    const key = this.#seen('key', layer, rotate(scaled(times('wk'), factor)))
    const value = this.#seen('value', layer, scaled(times('wv'), factor))
    const { keys, values } = this.#caches[layer]!
    for (let head = 0; head < config.kvHeads; head++) {
      const part = (v: Float32Array) => v.subarray(head * headSize, (head + 1) * headSize)
      keys[head]!.push(cachedVector(part(key), this.format.kvFormat))
      values[head]!.push(cachedVector(part(value), this.format.kvFormat))
    }
    const mixed = new Float32Array(config.dim)
    const visits = this.#position + 1
    const scores = new Int32Array(config.heads * visits)
    const weights = new Float32Array(config.heads * visits)
    for (let head = 0; head < config.heads; head++) {
      const shared = Math.floor((head * config.kvHeads) / config.heads)
      const cache = { keys: keys[shared]!, values: values[shared]! }
      const own = query.subarray(head * headSize, (head + 1) * headSize)
      const onVisit = (position: number, score: number, weight: number) => {
        scores[head * visits + position] = score
        weights[head * visits + position] = weight
      }
      mixed.set(attend(own, cache, this.format.mantissaBits, onVisit), head * headSize)
    }
    this.#seen('scores', layer, scores)
    this.#seen('weights', layer, weights)
    return this.#project('wo', layer, this.#seen('mix', layer, mixed))
  }

  #feedForward(layer: number, { ffnNorm }: LayerModel, x: Float32Array): Float32Array {
    const factor = this.#factor('feed-forward factor', layer, x)
    const y = this.#seen('feed-forward norm', layer, scaled(x, ffnNorm))
    const gate = scaled(this.#project('w1', layer, y), factor)
    const up = scaled(this.#project('w3', layer, y), factor)
    const hidden = this.#seen('hidden', layer, swiglu(gate, up))
    return this.#project('w2', layer, hidden)
  }

  /** The rows of a projection, with what the adapter adds to them. */
  #project(name: ProjectionName, layer: number, x: Float32Array): Float32Array {
    const rows = this.#seen(name, layer, this.#layers[layer]![name].times(x))
    if (this.#adapter === undefined) return rows
    const { rank, layers } = this.#adapter
    const { a, delta } = layers[layer]![projections[name]]?.times(x) ?? {
      a: new Float32Array(rank),
      delta: new Float32Array(rows.length),
    }
    this.#seen(`${name} a`, layer, a)
    this.#seen(`${name} delta`, layer, delta)
    return this.#plus(`${name} sum`, layer, rows, delta)
  }

  #factor(operation: OperationName, layer: number, x: Float32Array): number {
    const { group } = this.model.head
    const factor = normFactor(x, { ...this.format, group }, this.model.config.normEpsilon)
    this.#seen(operation, layer, Float32Array.of(factor))
    return factor
  }

  #plus(operation: OperationName, layer: number, x: Float32Array, y: Float32Array): Float32Array {
    return this.#seen(
      operation,
      layer,
      x.map((value, i) => add(value, y[i]!)),
    )
  }

  #seen<T extends Float32Array | Int32Array>(
    operation: OperationName,
    layer: number,
    vector: T,
  ): T {
    this.onOperation(operation, layer, vector)
    return vector
  }
}
