import { EigenvalueDecomposition } from 'ml-matrix'
import { dot, timesMoments } from './weighted-norm.js'

/**
 * How a correction was found: the truncated singular value decomposition of the error, or the rows with the heaviest errors,
 * each undone by a row of A of its own.
 */
export type RepairMethod = 'svd' | 'rows'

/** `B A`, which is to cancel an error, in full precision. */
export interface Correction {
  readonly method: RepairMethod
  readonly rank: number
  /** [rank, inputs] */
  readonly a: Float64Array
  /** [outputs, rank] */
  readonly b: Float64Array
}

/** Eigenvalues below this share of the largest are rounding errors. */
const NEGLIGIBLE = 1e-13

/**
 * Corrections of an error E [outputs, columns], not zero, of rank `rank` or less.
 *
 * The first minimises `||(E + B A) C^(1/2)||_F` (Eckart and Young): with `E C^(1/2) = U S V^T` it is
 * `B A C^(1/2) = -U_r S_r V_r^T`, which `B = -U_r`, `A = U_r^T E` fulfil whether C has an inverse or not. U has the
 * eigenvectors of `E C E^T`, taken over the rows of E that are not zero; time grows with the cube of their number. The second
 * has one error a row of A, so that INT8 keeps it exactly where its group has one weight; with no more rows in error than the
 * rank it leaves nothing.
 *
 * @param moments C [columns, columns], symmetric, positive definite
 */
export function corrections(
  error: Float64Array,
  columns: number,
  moments: Float64Array,
  rank: number,
): readonly [Correction, Correction] {
  const rows: ErrorRow[] = []
  for (let row = 0; row * columns < error.length; row++) {
    const values = error.subarray(row * columns, (row + 1) * columns)
    if (values.every((value) => value === 0)) continue
    rows.push({ row, values, weighted: timesMoments(values, moments) })
  }
  const outputs = error.length / columns
  return [
    correction('svd', rows, leadingVectors(rows, rank), outputs, columns),
    correction('rows', rows, heaviestRows(rows, rank), outputs, columns),
  ]
}

interface ErrorRow {
  readonly row: number
  readonly values: Float64Array
  /** Times C. */
  readonly weighted: Float64Array
}

/** Orthonormal vectors with one number for each row in error: the leading left singular vectors of the weighted error. */
function leadingVectors(rows: readonly ErrorRow[], rank: number): number[][] {
  const gram = rows.map(({ values }) => rows.map(({ weighted }) => dot(values, weighted)))
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  })
  const ordered = realEigenvalues
    .map((value, index) => ({ value, index }))
    .sort((x, y) => y.value - x.value)
  const least = NEGLIGIBLE * ordered[0]!.value
  return ordered
    .slice(0, rank)
    .filter(({ value }) => value > least)
    .map(({ index }) => eigenvectorMatrix.getColumn(index))
}

/** Unit vectors of the rows that weigh most. */
function heaviestRows(rows: readonly ErrorRow[], rank: number): number[][] {
  return rows
    .map(({ values, weighted }, index) => ({ index, weight: dot(values, weighted) }))
    .sort((x, y) => y.weight - x.weight)
    .slice(0, rank)
    .map(({ index }) => rows.map((_, i) => (i === index ? 1 : 0)))
}

/** `-U U^T E` for orthonormal vectors U over the rows in error. */
function correction(
  method: RepairMethod,
  rows: readonly ErrorRow[],
  vectors: readonly number[][],
  outputs: number,
  columns: number,
): Correction {
  const rank = vectors.length
  const a = new Float64Array(rank * columns)
  const b = new Float64Array(outputs * rank)
  for (const [k, vector] of vectors.entries()) {
    for (const [i, { row, values }] of rows.entries()) {
      const share = vector[i]!
      b[row * rank + k] = -share
      if (share === 0) continue
      for (let j = 0; j < columns; j++) a[k * columns + j]! += share * values[j]!
    }
  }
  return { method, rank, a, b }
}
