import {
  type Adapter,
  type FloatModel,
  type LowRankUpdate,
  type Projection,
  roleName,
} from '../checkpoint/index.js'

/** Called with the input vector of each projection, by canonical tensor name. */
export type ProjectionListener = (tensor: string, input: Float64Array) => void

/**
 * A LLaMA decoder in binary64: the mathematics without the chip's roundings (Touvron et al., arXiv 2302.13971).
 * One sequence; every call of `step` adds a position.
 */
export class ReferenceDecoder {
  readonly #keys: Float64Array[][]
  readonly #values: Float64Array[][]
  #adapter: Adapter | undefined
  #position = 0

  constructor(
    private readonly model: FloatModel,
    private readonly onProjection: ProjectionListener = () => {},
  ) {
    this.#keys = model.layers.map(() => [])
    this.#values = model.layers.map(() => [])
  }

  /** Uses an adapter of this model, unmerged, or none, from the next token on; keys and values stay. */
  useAdapter(adapter: Adapter | undefined): void {
    this.#adapter = adapter
  }

  /**
   * Takes one token and gives the logits of the next.
   *
   * @returns `vocabulary` values
   */
  step(token: number): Float64Array {
    const { config, embedding, layers, norm, head } = this.model
    const { dim } = config
    const x = Float64Array.from(embedding.subarray(token * dim, (token + 1) * dim))
    for (const [layer, weights] of layers.entries()) {
      addTo(x, this.#attention(layer, this.#normalised(x, weights.attention_norm)))
      addTo(x, this.#feedForward(layer, this.#normalised(x, weights.ffn_norm)))
    }
    this.#position++
    return this.#times('output', head, this.#normalised(x, norm))
  }

  #attention(layer: number, x: Float64Array): Float64Array {
    const { dim, heads, kvHeads } = this.model.config
    const headSize = dim / heads
    const query = this.#rotated(this.#project(layer, 'attention.wq', x))
    const keys = this.#keys[layer]!
    const values = this.#values[layer]!
    keys.push(this.#rotated(this.#project(layer, 'attention.wk', x)))
    values.push(this.#project(layer, 'attention.wv', x))
    const mixed = new Float64Array(dim)
    for (let head = 0; head < heads; head++) {
      const own = head * headSize
      const shared = Math.floor(head / (heads / kvHeads)) * headSize
      const scores = keys.map((key) => {
        let score = 0
        for (let i = 0; i < headSize; i++) score += query[own + i]! * key[shared + i]!
        return score / Math.sqrt(headSize)
      })
      for (const [position, weight] of softmax(scores).entries()) {
        const value = values[position]!
        for (let i = 0; i < headSize; i++) mixed[own + i]! += weight * value[shared + i]!
      }
    }
    return this.#project(layer, 'attention.wo', mixed)
  }

  #feedForward(layer: number, x: Float64Array): Float64Array {
    const gate = this.#project(layer, 'feed_forward.w1', x)
    const up = this.#project(layer, 'feed_forward.w3', x)
    const hidden = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!)
    return this.#project(layer, 'feed_forward.w2', hidden)
  }

  #normalised(x: Float64Array, weight: Float32Array): Float64Array {
    let squares = 0
    for (const value of x) squares += value * value
    const scale = 1 / Math.sqrt(squares / x.length + this.model.config.normEpsilon)
    return x.map((value, i) => value * scale * weight[i]!)
  }

  /** Rotary position embedding of every head (Su et al., arXiv 2104.09864). */
  #rotated(vector: Float64Array): Float64Array {
    const { dim, heads, ropeBase, ropePairs } = this.model.config
    const headSize = dim / heads
    const result = Float64Array.from(vector)
    for (let head = 0; head < vector.length; head += headSize) {
      for (let pair = 0; pair < headSize / 2; pair++) {
        const angle = this.#position * ropeBase ** ((-2 * pair) / headSize)
        const [i, j] =
          ropePairs === 'interleaved'
            ? [head + 2 * pair, head + 2 * pair + 1]
            : [head + pair, head + pair + headSize / 2]
        const [a, b] = [vector[i]!, vector[j]!]
        result[i] = a * Math.cos(angle) - b * Math.sin(angle)
        result[j] = a * Math.sin(angle) + b * Math.cos(angle)
      }
    }
    return result
  }

  #project(layer: number, kind: Projection, x: Float64Array): Float64Array {
    const result = this.#times(roleName({ kind, layer }), this.model.layers[layer]![kind], x)
    const update = this.#adapter?.layers[layer]?.[kind]
    if (update !== undefined) addTo(result, deltaOf(update, x))
    return result
  }

  #times(tensor: string, matrix: Float32Array, input: Float64Array): Float64Array {
    this.onProjection(tensor, input)
    return product(matrix, input)
  }
}

function deltaOf({ scale, a, b }: LowRankUpdate, x: Float64Array): Float64Array {
  return product(b, product(a, x)).map((value) => scale * value)
}

function product(matrix: Float32Array, input: Float64Array): Float64Array {
  const columns = input.length
  const result = new Float64Array(matrix.length / columns)
  for (let row = 0; row < result.length; row++) {
    let sum = 0
    const start = row * columns
    for (let i = 0; i < columns; i++) sum += matrix[start + i]! * input[i]!
    result[row] = sum
  }
  return result
}

/** The number of the largest logit, the first among equals. */
export function argmax(logits: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i
  return best
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores)
  const weights = scores.map((score) => Math.exp(score - largest))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

function addTo(x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i]! += y[i]!
}
