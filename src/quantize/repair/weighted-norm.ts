/**
 * `||M C^(1/2)||_F^2`: how much a matrix M [rows, columns] does to inputs of second moments C [columns, columns], summed over
 * the inputs. Zeros of M cost no time.
 */
export function weightedSquares(
  matrix: Float64Array | Float32Array,
  columns: number,
  moments: Float64Array,
): number {
  let total = 0
  for (let first = 0; first < matrix.length; first += columns) {
    const row = matrix.subarray(first, first + columns)
    total += dot(row, timesMoments(row, moments))
  }
  return total
}

/** A row of `columns` numbers times C. */
export function timesMoments(
  row: Float64Array | Float32Array,
  moments: Float64Array,
): Float64Array {
  const columns = row.length
  const product = new Float64Array(columns)
  for (const [j, factor] of row.entries()) {
    if (factor === 0) continue
    for (let i = 0; i < columns; i++) product[i]! += factor * moments[j * columns + i]!
  }
  return product
}

export function dot(a: Float64Array | Float32Array, b: Float64Array): number {
  let sum = 0
  for (const [i, value] of a.entries()) sum += value * b[i]!
  return sum
}
