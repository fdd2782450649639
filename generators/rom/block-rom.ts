import { type Bool, bool, cat, mux, type RomContents, type UInt } from '../../src/hdl/index.js'
import { chunks, vectorBits, wordOf } from './any-of.js'
import { bitsOf, divideByConstant, oneHot } from './decode.js'

/**
 * A B-ROM (ROMA, arXiv 2503.12988) with blocks of `block` addresses, 1 to 8. With `address = block * g + a`,
 * column j needs in block g the pattern `t(g, j) = sum over a of word(block * g + a)[j] << a`. For every
 * pattern t that some column needs there is one line for the whole block, `select(g) and bit a of t`, and
 * column j is the OR over the blocks of the line of its pattern: one input instead of `block`.
 */
export function blockRom(address: UInt, contents: RomContents, block: number): UInt {
  const { width, depth } = contents
  const { quotient, remainder } = divideByConstant(paddedBits(address, block), block)
  const select = oneHot(quotient, Math.ceil(depth / block))
  const patterns = select.map((_, g) =>
    Array.from({ length: width }, (_, column) => patternOf(contents, column, g, block)),
  )
  const lines = patternLines(select, patterns, new PatternFunctions(remainder, block))
  return wordOf(
    Array.from({ length: width }, (_, column) =>
      patterns.flatMap((row, g) => lines[g]!.get(row[column]!) ?? []),
    ),
  )
}

/** The lines of each block by pattern; zero patterns have none. */
function patternLines(
  select: readonly Bool[],
  patterns: readonly (readonly number[])[],
  patternOfRemainder: PatternFunctions,
): ReadonlyMap<number, Bool>[] {
  const blocksOf = new Map<number, number[]>()
  for (const [g, row] of patterns.entries()) {
    for (const pattern of new Set(row)) {
      if (!blocksOf.has(pattern)) blocksOf.set(pattern, [])
      blocksOf.get(pattern)!.push(g)
    }
  }
  blocksOf.delete(0)
  const lines = patterns.map(() => new Map<number, Bool>())
  for (const [pattern, blocks] of blocksOf) {
    for (const some of chunks(blocks, vectorBits)) {
      const selected = cat(...some.map((g) => select[g]!).reverse())
      const vector = selected.and(cat(...some.map(() => patternOfRemainder.at(pattern))))
      for (const [i, g] of some.entries()) lines[g]!.set(pattern, vector.bit(i))
    }
  }
  return lines
}

/** The address's bits, lowest first, at least as many as count within a block. */
function paddedBits(address: UInt, block: number): Bool[] {
  const needed = Math.max(address.width, Math.ceil(Math.log2(block)))
  return bitsOf(address.extend(needed))
}

/** What a column holds at the addresses of a block, the first address in the lowest bit. */
function patternOf(contents: RomContents, column: number, g: number, block: number): number {
  let pattern = 0
  for (let a = 0; a < block; a++) pattern |= contents.bit(g * block + a, column) << a
  return pattern
}

/**
 * The functions "bit `remainder` of the pattern" that the lines of all blocks share; equal parts of the
 * patterns share their hardware.
 */
class PatternFunctions {
  readonly #known = new Map<string, Bool>()

  constructor(
    private readonly remainder: readonly Bool[],
    private readonly block: number,
  ) {}

  at(pattern: number): Bool {
    return this.#function(pattern, this.remainder.length, this.block)
  }

  /** Of the `bits` low bits of the remainder; values of `size` and more do not occur. */
  #function(pattern: number, bits: number, size: number): Bool {
    const ones = 2 ** size - 1
    if ((pattern & ones) === 0) return bool.literal(false)
    if ((pattern & ones) === ones) return bool.literal(true)
    const half = 2 ** (bits - 1)
    if (size <= half) return this.#function(pattern, bits - 1, size)
    const key = `${pattern & ones} ${bits} ${size}`
    let value = this.#known.get(key)
    if (value === undefined) {
      const low = this.#function(pattern, bits - 1, half)
      const high = this.#function(pattern >> half, bits - 1, size - half)
      value = mux(this.remainder[bits - 1]!, high, low)
      this.#known.set(key, value)
    }
    return value
  }
}
