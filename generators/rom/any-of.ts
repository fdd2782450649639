import { type Bool, bool, cat, type UInt } from '../../src/hdl/index.js'

/**
 * Bits of a vector of lines, and inputs of a reduction. Linters and simulators handle vectors much faster than as
 * many single bits, until one bit that changes has too many others evaluated again.
 */
export const vectorBits = 32

export function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  )
}

/** The OR of lines: 0 of none. */
export function anyOf(lines: readonly Bool[]): Bool {
  if (lines.length === 0) return bool.literal(false)
  if (lines.length <= vectorBits) return cat(...lines).reduceOr()
  return anyOf(chunks(lines, vectorBits).map(anyOf))
}

/** The word whose bits are the ORs of the columns' lines. */
export function wordOf(columns: readonly (readonly Bool[])[]): UInt {
  return cat(...columns.map(anyOf).reverse())
}
