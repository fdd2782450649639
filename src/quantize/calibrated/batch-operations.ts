import type { ModelConfig } from '../../checkpoint/index.js'

/** Many vectors of equal length, one after the other. */
export type Batch = Float32Array

/** Root-mean-square norm of every vector. */
export function normalise(inputs: Batch, weight: Float32Array, epsilon: number): Batch {
  const dim = weight.length
  const result = new Float32Array(inputs.length)
  for (let from = 0; from < inputs.length; from += dim) {
    let squares = 0
    for (let i = 0; i < dim; i++) squares += inputs[from + i]! ** 2
    const scale = 1 / Math.sqrt(squares / dim + epsilon)
    for (let i = 0; i < dim; i++) result[from + i] = inputs[from + i]! * scale * weight[i]!
  }
  return result
}

/** silu(gate) * up, element by element. */
export function gated(gate: Batch, up: Batch): Batch {
  const result = new Float32Array(gate.length)
  for (let i = 0; i < gate.length; i++) {
    const g = gate[i]!
    result[i] = (g / (1 + Math.exp(-g))) * up[i]!
  }
  return result
}

/** Element by element. */
export function sum(a: Batch, b: Batch): Batch {
  const result = new Float32Array(a.length)
  for (let i = 0; i < a.length; i++) result[i] = a[i]! + b[i]!
  return result
}

/** Element by element. */
export function difference(a: Batch, b: Batch): Batch {
  const result = new Float32Array(a.length)
  for (let i = 0; i < a.length; i++) result[i] = a[i]! - b[i]!
  return result
}

/** Turns heads by the angles of their position (Su et al., arXiv 2104.09864); keeps the sines and cosines. */
export class Rotation {
  readonly #headSize: number
  readonly #interleaved: boolean
  readonly #cosines: Float64Array
  readonly #sines: Float64Array

  /** @param positions positions from 0 that vectors may have */
  constructor({ dim, heads, ropeBase, ropePairs }: ModelConfig, positions: number) {
    this.#headSize = dim / heads
    this.#interleaved = ropePairs === 'interleaved'
    const pairs = this.#headSize / 2
    const angles = Float64Array.from({ length: positions * pairs }, (_, i) => {
      const position = Math.floor(i / pairs)
      return position * ropeBase ** ((-2 * (i % pairs)) / this.#headSize)
    })
    this.#cosines = angles.map(Math.cos)
    this.#sines = angles.map(Math.sin)
  }

  /** Turns the heads of the vector at `from` in place. */
  turn(batch: Batch, from: number, width: number, position: number): void {
    const headSize = this.#headSize
    const pairs = headSize / 2
    for (let pair = 0; pair < pairs; pair++) {
      const cos = this.#cosines[position * pairs + pair]!
      const sin = this.#sines[position * pairs + pair]!
      const first = this.#interleaved ? 2 * pair : pair
      const second = this.#interleaved ? first + 1 : pair + pairs
      for (let head = from; head < from + width; head += headSize) {
        const a = batch[head + first]!
        const b = batch[head + second]!
        batch[head + first] = a * cos - b * sin
        batch[head + second] = a * sin + b * cos
      }
    }
  }
}

/**
 * Attention of one vector over its sequence; heads have an even size.
 * @param row of the vector in `queries` and `mixed`
 * @param firstKey row in `keys` and `values` of the sequence's first position
 * @param length positions that it sees
 */
export function attend(
  config: ModelConfig,
  queries: Batch,
  row: number,
  keys: Batch,
  values: Batch,
  firstKey: number,
  length: number,
  mixed: Batch,
): void {
  const { dim, heads, kvHeads } = config
  const headSize = dim / heads
  const kvDim = kvHeads * headSize
  const scale = 1 / Math.sqrt(headSize)
  const scores = new Float64Array(length)
  for (let head = 0; head < heads; head++) {
    const own = row * dim + head * headSize
    const shared = firstKey * kvDim + Math.floor((head * kvHeads) / heads) * headSize
    let largest = -Infinity
    for (let position = 0; position < length; position++) {
      const at = shared + position * kvDim
      let score = 0
      for (let i = 0; i < headSize; i++) score += queries[own + i]! * keys[at + i]!
      scores[position] = score * scale
      largest = Math.max(largest, score * scale)
    }
    let total = 0
    for (let position = 0; position < length; position++) {
      scores[position] = Math.exp(scores[position]! - largest)
      total += scores[position]!
    }
    for (let i = 0; i < headSize; i += 2) {
      let first = 0
      let second = 0
      for (let position = 0; position < length; position++) {
        const weight = scores[position]!
        const at = shared + position * kvDim + i
        first += weight * values[at]!
        second += weight * values[at + 1]!
      }
      mixed[own + i] = first / total
      mixed[own + i + 1] = second / total
    }
  }
}
