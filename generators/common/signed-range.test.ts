import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  rangeOfProduct,
  rangeOfRepeatedSum,
  rangeOfSum,
  type SignedRange,
  signedWidth,
  symmetricOfWidth,
  unsignedOfWidth,
} from './signed-range.js'

const smallRange = fc
  .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([min, size]): SignedRange => ({ min: BigInt(min), max: BigInt(min + size) }))

function valuesOf({ min, max }: SignedRange): bigint[] {
  return Array.from({ length: Number(max - min) + 1 }, (_, i) => min + BigInt(i))
}

function rangeOf(values: readonly bigint[]): SignedRange {
  const sorted = [...values].sort((a, b) => Number(a - b))
  return { min: sorted[0]!, max: sorted.at(-1)! }
}

test('sums and products reach exactly the ends of their ranges', () => {
  fc.assert(
    fc.property(smallRange, smallRange, (a, b) => {
      const pairs = valuesOf(a).flatMap((x) => valuesOf(b).map((y) => [x, y] as const))
      expect(rangeOfSum(a, b)).toEqual(rangeOf(pairs.map(([x, y]) => x + y)))
      expect(rangeOfProduct(a, b)).toEqual(rangeOf(pairs.map(([x, y]) => x * y)))
    }),
  )
  expect(rangeOfRepeatedSum(3, { min: -2n, max: 5n })).toEqual({ min: -6n, max: 15n })
})

test('the width is the least that holds both ends', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), fc.bigInt(), (a, b) => {
      const range = rangeOf([a, b])
      const width = signedWidth(range)
      const holds = (bits: number) =>
        [a, b].every((value) => bits > 0 && BigInt.asIntN(bits, value) === value)
      expect(holds(width)).toBe(true)
      expect(width === 1 || !holds(width - 1)).toBe(true)
    }),
  )
})

test('ranges of widths', () => {
  expect(symmetricOfWidth(4)).toEqual({ min: -7n, max: 7n })
  expect(unsignedOfWidth(4)).toEqual({ min: 0n, max: 15n })
})
