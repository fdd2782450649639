/*
 * Products of matrices in binary64, rows first, blocked so that sums stay in registers. Every sum has its terms in
 * order, so the results do not depend on the blocks.
 */

/** Vectors, and rows or columns of the result, that are computed together. */
const BLOCK = 4
/** Vectors that stay in the first cache while all tiles of a product pass over them. */
const CHUNK = 128

/**
 * Every vector of a batch times a matrix: `inputs` [vectors, columns], `matrix` [rows, columns], result [vectors, rows].
 */
export function timesTransposed(
  inputs: Float32Array,
  matrix: Float32Array,
  columns: number,
): Float32Array {
  const rows = matrix.length / columns
  const count = inputs.length / columns
  const result = new Float32Array(count * rows)
  const weights = new Float64Array(matrix)
  const block = new Float64Array(BLOCK * columns)
  for (let vector = 0; vector < count; vector += BLOCK) {
    const size = Math.min(BLOCK, count - vector)
    block.set(inputs.subarray(vector * columns, (vector + size) * columns))
    let row = 0
    for (; row + 1 < rows; row += 2) fourByTwo(weights, row, block, columns, result, vector, rows)
    for (; row < rows; row++) fourByOne(weights, row, block, columns, result, vector, rows)
  }
  return result
}

/** Two rows times four vectors; writes beyond the end of a typed array are without effect. */
function fourByTwo(
  weights: Float64Array,
  row: number,
  block: Float64Array,
  columns: number,
  result: Float32Array,
  vector: number,
  rows: number,
): void {
  let a0 = 0
  let a1 = 0
  let a2 = 0
  let a3 = 0
  let b0 = 0
  let b1 = 0
  let b2 = 0
  let b3 = 0
  const first = row * columns
  for (let i = 0; i < columns; i++) {
    const a = weights[first + i]!
    const b = weights[first + columns + i]!
    const x0 = block[i]!
    const x1 = block[columns + i]!
    const x2 = block[2 * columns + i]!
    const x3 = block[3 * columns + i]!
    a0 += a * x0
    a1 += a * x1
    a2 += a * x2
    a3 += a * x3
    b0 += b * x0
    b1 += b * x1
    b2 += b * x2
    b3 += b * x3
  }
  const at = vector * rows + row
  result[at] = a0
  result[at + rows] = a1
  result[at + 2 * rows] = a2
  result[at + 3 * rows] = a3
  result[at + 1] = b0
  result[at + rows + 1] = b1
  result[at + 2 * rows + 1] = b2
  result[at + 3 * rows + 1] = b3
}

function fourByOne(
  weights: Float64Array,
  row: number,
  block: Float64Array,
  columns: number,
  result: Float32Array,
  vector: number,
  rows: number,
): void {
  const first = row * columns
  for (let v = 0; v < BLOCK; v++) {
    let sum = 0
    for (let i = 0; i < columns; i++) sum += weights[first + i]! * block[v * columns + i]!
    result[(vector + v) * rows + row] = sum
  }
}

/** The sum over all vectors of a * b^T: `a` [vectors, aWidth], `b` [vectors, bWidth], result [aWidth, bWidth]. */
export function sumOfOuterProducts(
  a: Float32Array,
  aWidth: number,
  b: Float32Array,
  bWidth: number,
): Float64Array {
  const isSymmetric = a === b
  const count = a.length / aWidth
  // Widths that are a multiple of the block, so that every tile is whole.
  const [rows, columns] = [roundUp(aWidth), roundUp(bWidth)]
  const sums = new Float64Array(rows * columns)
  const left = new Float64Array(CHUNK * rows)
  const right = isSymmetric ? left : new Float64Array(CHUNK * columns)
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from)
    copyRows(a, from, size, aWidth, left, rows)
    if (!isSymmetric) copyRows(b, from, size, bWidth, right, columns)
    for (let i = 0; i < rows; i += 2) {
      for (let j = isSymmetric ? i - (i % BLOCK) : 0; j < columns; j += BLOCK) {
        addTile(sums, left, right, size, rows, columns, i, j)
      }
    }
  }
  const result = new Float64Array(aWidth * bWidth)
  for (let i = 0; i < aWidth; i++) {
    for (let j = 0; j < bWidth; j++) {
      const isMirrored = isSymmetric && j < i
      result[i * bWidth + j] = isMirrored ? sums[j * columns + i]! : sums[i * columns + j]!
    }
  }
  return result
}

function roundUp(width: number): number {
  return Math.ceil(width / BLOCK) * BLOCK
}

function copyRows(
  batch: Float32Array,
  from: number,
  count: number,
  width: number,
  to: Float64Array,
  toWidth: number,
): void {
  for (let v = 0; v < count; v++) {
    to.set(batch.subarray((from + v) * width, (from + v + 1) * width), v * toWidth)
  }
}

/** Adds the outer products of `count` vectors to two rows and four columns of the sums. */
function addTile(
  sums: Float64Array,
  left: Float64Array,
  right: Float64Array,
  count: number,
  rows: number,
  columns: number,
  i: number,
  j: number,
): void {
  const upper = i * columns + j
  const lower = upper + columns
  let a0 = sums[upper]!
  let a1 = sums[upper + 1]!
  let a2 = sums[upper + 2]!
  let a3 = sums[upper + 3]!
  let b0 = sums[lower]!
  let b1 = sums[lower + 1]!
  let b2 = sums[lower + 2]!
  let b3 = sums[lower + 3]!
  for (let v = 0; v < count; v++) {
    const a = left[v * rows + i]!
    const b = left[v * rows + i + 1]!
    const from = v * columns + j
    const x0 = right[from]!
    const x1 = right[from + 1]!
    const x2 = right[from + 2]!
    const x3 = right[from + 3]!
    a0 += a * x0
    a1 += a * x1
    a2 += a * x2
    a3 += a * x3
    b0 += b * x0
    b1 += b * x1
    b2 += b * x2
    b3 += b * x3
  }
  sums[upper] = a0
  sums[upper + 1] = a1
  sums[upper + 2] = a2
  sums[upper + 3] = a3
  sums[lower] = b0
  sums[lower + 1] = b1
  sums[lower + 2] = b2
  sums[lower + 3] = b3
}
