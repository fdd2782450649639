import type { ModelConfig } from '../../checkpoint/index.js'

/** Many vectors of equal length, one after the other. */
export type Batch = Float32Array

/** Every vector of `inputs` times a matrix [rows, columns]. */
export function project(inputs: Batch, matrix: Float32Array, columns: number): Batch {
  const rows = matrix.length / columns
  const count = inputs.length / columns
  const result = new Float32Array(count * rows)
  for (let vector = 0; vector < count; vector++) {
    const from = vector * columns
    for (let row = 0; row < rows; row++) {
      const start = row * columns
      let sum = 0
      for (let i = 0; i < columns; i++) sum += matrix[start + i]! * inputs[from + i]!
      result[vector * rows + row] = sum
    }
  }
  return result
}

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
  return gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!)
}

/** Element by element. */
export function sum(a: Batch, b: Batch): Batch {
  return a.map((value, i) => value + b[i]!)
}

/** Element by element. */
export function difference(a: Batch, b: Batch): Batch {
  return a.map((value, i) => value - b[i]!)
}

/** Turns the heads of the vector at `from` in place, for a position of its sequence (Su et al., arXiv 2104.09864). */
export function rotate(
  batch: Batch,
  from: number,
  width: number,
  position: number,
  config: ModelConfig,
): void {
  const headSize = config.dim / config.heads
  const interleaved = config.ropePairs === 'interleaved'
  for (let pair = 0; pair < headSize / 2; pair++) {
    const angle = position * config.ropeBase ** ((-2 * pair) / headSize)
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const first = interleaved ? 2 * pair : pair
    const second = interleaved ? first + 1 : pair + headSize / 2
    for (let head = from; head < from + width; head += headSize) {
      const [a, b] = [batch[head + first]!, batch[head + second]!]
      batch[head + first] = a * cos - b * sin
      batch[head + second] = a * sin + b * cos
    }
  }
}

/**
 * Attention of one vector over its sequence.
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
    for (let i = 0; i < headSize; i++) {
      let sum = 0
      for (let position = 0; position < length; position++) {
        sum += scores[position]! * values[shared + position * kvDim + i]!
      }
      mixed[own + i] = sum / total
    }
  }
}
