import { expect, test } from 'vitest'
import { Random } from '../../common/random.js'
import { nonNegativeFit } from './non-negative-fit.js'

function residuals(rows: readonly number[][], values: readonly number[], found: readonly number[]) {
  return rows.map((row, i) => row.reduce((sum, x, j) => sum + x * found[j]!, 0) - values[i]!)
}

test('coefficients that explain the values are found, whatever the sizes of the columns', () => {
  const random = new Random(1)
  const rows = Array.from({ length: 12 }, () => [1, 1000 * random.fraction(), random.fraction(), 0])
  const values = rows.map(([a, b, c]) => 3 * a! + 0.02 * b! + 7 * c!)
  const found = nonNegativeFit(rows, values)
  expect(found[0]).toBeCloseTo(3)
  expect(found[1]).toBeCloseTo(0.02)
  expect(found[2]).toBeCloseTo(7)
  expect(found[3]).toBe(0)
})

test('no change of a coefficient that keeps it from 0 on comes nearer to random values', () => {
  const random = new Random(2)
  for (let run = 0; run < 20; run++) {
    const rows = Array.from({ length: 9 }, () =>
      Array.from({ length: 4 }, () => random.fraction() - 0.3),
    )
    const values = rows.map(() => random.fraction() - 0.5)
    const found = nonNegativeFit(rows, values)
    const rest = residuals(rows, values, found)
    for (const [j, x] of found.entries()) {
      const slope = rows.reduce((sum, row, i) => sum + row[j]! * rest[i]!, 0)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(slope).toBeGreaterThan(-1e-6)
      if (x > 0) expect(slope).toBeLessThan(1e-6)
    }
  }
})

test('nothing fits no samples', () => {
  expect(nonNegativeFit([], [])).toEqual([])
})
