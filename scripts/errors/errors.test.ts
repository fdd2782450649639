import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { cacheErrors } from './cache.js'
import { functionErrors } from './functions.js'
import type { MeasuredError } from './measure.js'
import { operationErrors } from './operations.js'

const seed = 20

function expectWithinBounds(errors: readonly MeasuredError[]): void {
  for (const { what, largest, bound = Infinity, unit } of errors) {
    expect(Number.isFinite(largest), `${what}, seed ${seed}`).toBe(true)
    expect(largest, `${what} in ${unit}, seed ${seed}`).toBeLessThanOrEqual(bound)
  }
}

test('elementary functions and stored vectors are within their bounds', () => {
  expectWithinBounds(functionErrors(1009))
  expectWithinBounds(cacheErrors(300, new Random(seed)))
})

test('operations are within their bounds; where a bound can be reached, they come near it', () => {
  const errors = operationErrors(160, new Random(seed))
  expectWithinBounds(errors)
  const tight = /^(align|RoPE|attention score|SwiGLU|residual)/
  const near = errors.filter(({ what }) => tight.test(what))
  expect(near).toHaveLength(7)
  for (const { what, largest, bound } of near) {
    expect(largest, `${what}, seed ${seed}`).toBeGreaterThan(0.5 * bound!)
  }
})
