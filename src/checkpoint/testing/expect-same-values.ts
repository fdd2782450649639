import { expect } from 'vitest'

/** Compares bit for bit, and fast: `toEqual` takes seconds for arrays of a megabyte. */
export function expectSameValues(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length)
  const actualBits = new Uint32Array(actual.buffer, actual.byteOffset, actual.length)
  const expectedBits = new Uint32Array(expected.buffer, expected.byteOffset, expected.length)
  const difference = actualBits.findIndex((bits, i) => bits !== expectedBits[i])
  if (difference !== -1) {
    expect.fail(`value ${difference} is ${actual[difference]}, expected ${expected[difference]}`)
  }
}
