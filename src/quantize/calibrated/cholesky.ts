/**
 * The lower Cholesky factor L of a symmetric positive definite matrix, L * L^T, rows first.
 * @throws RangeError when the matrix is not positive definite
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!
      for (let k = 0; k < j; k++) rest -= factor[i * size + k]! * factor[j * size + k]!
      if (i !== j) factor[i * size + j] = rest / factor[j * size + j]!
      else if (rest > 0) factor[i * size + i] = Math.sqrt(rest)
      else throw new RangeError('the matrix is not positive definite')
    }
  }
  return factor
}

/** The inverse of a symmetric positive definite matrix. */
export function inverse(matrix: Float64Array, size: number): Float64Array {
  const factor = cholesky(matrix, size)
  const result = new Float64Array(size * size)
  const column = new Float64Array(size)
  for (let unit = 0; unit < size; unit++) {
    column.fill(0)
    for (let i = unit; i < size; i++) {
      let rest = i === unit ? 1 : 0
      for (let k = unit; k < i; k++) rest -= factor[i * size + k]! * column[k]!
      column[i] = rest / factor[i * size + i]!
    }
    for (let i = size - 1; i >= 0; i--) {
      let rest = column[i]!
      for (let k = i + 1; k < size; k++) rest -= factor[k * size + i]! * column[k]!
      column[i] = rest / factor[i * size + i]!
    }
    for (let i = 0; i < size; i++) result[i * size + unit] = column[i]!
  }
  return result
}
