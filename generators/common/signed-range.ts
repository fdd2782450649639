/** The values that a signed quantity can take: `min <= value <= max`. */
export interface SignedRange {
  readonly min: bigint
  readonly max: bigint
}

/** The range `-magnitude..magnitude`. */
export function symmetric(magnitude: bigint): SignedRange {
  return { min: -magnitude, max: magnitude }
}

/** Every value of a two's-complement number of `width` bits, the most negative one left out. */
export function symmetricOfWidth(width: number): SignedRange {
  return symmetric((1n << BigInt(width - 1)) - 1n)
}

/** Every value of an unsigned number of `width` bits. */
export function unsignedOfWidth(width: number): SignedRange {
  return { min: 0n, max: (1n << BigInt(width)) - 1n }
}

export function rangeOfSum(a: SignedRange, b: SignedRange): SignedRange {
  return { min: a.min + b.min, max: a.max + b.max }
}

export function rangeOfProduct(a: SignedRange, b: SignedRange): SignedRange {
  const corners = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max]
  return { min: extremeOf(corners, (x, y) => x < y), max: extremeOf(corners, (x, y) => x > y) }
}

function extremeOf(values: readonly bigint[], wins: (a: bigint, b: bigint) => boolean): bigint {
  return values.reduce((best, value) => (wins(value, best) ? value : best))
}

/** Of `count` values of one range. */
export function rangeOfRepeatedSum(count: number, { min, max }: SignedRange): SignedRange {
  return { min: BigInt(count) * min, max: BigInt(count) * max }
}

/** Bits of the narrowest two's-complement number that holds every value of a range. */
export function signedWidth({ min, max }: SignedRange): number {
  const bitsOf = (value: bigint) => (value < 0n ? -value - 1n : value).toString(2).length
  const magnitude = [min, max].filter((value) => value !== 0n && value !== -1n).map(bitsOf)
  return 1 + Math.max(0, ...magnitude)
}
