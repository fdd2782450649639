/**
 * Coefficients from 0 on with which `rows` come nearest to `values` by least squares, coordinate after coordinate
 * (Franc, Hlaváč and Navara 2005). Columns of zeros get 0.
 *
 * @param rows a sample each, all of one length
 */
export function nonNegativeFit(
  rows: readonly (readonly number[])[],
  values: readonly number[],
): number[] {
  const columns = rows[0]?.map((_, j) => rows.map((row) => row[j]!)) ?? []
  const scales = columns.map((column) => Math.sqrt(dot(column, column)))
  const units = columns.map((column, j) =>
    column.map((x) => (scales[j] === 0 ? 0 : x / scales[j]!)),
  )
  const products = units.map((a) => units.map((b) => dot(a, b)))
  const found = units.map(() => 0)
  const slopes = units.map((column) => -dot(column, values))
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let largest = 0
    for (const [j, slope] of slopes.entries()) {
      if (scales[j] === 0) continue
      const next = Math.max(0, found[j]! - slope)
      const change = next - found[j]!
      if (change === 0) continue
      found[j] = next
      for (const i of slopes.keys()) slopes[i]! += change * products[i]![j]!
      largest = Math.max(largest, Math.abs(change))
    }
    if (largest < smallestChange) break
  }
  return found.map((x, j) => (x < smallestPart ? 0 : x / scales[j]!))
}

const mostSweeps = 200_000
const smallestChange = 1e-10
/** Less of a column's norm is taken for nothing. */
const smallestPart = 1e-6

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}
