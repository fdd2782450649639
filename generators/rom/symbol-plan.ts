import type { RomContents } from '../../src/hdl/index.js'
import { chunks } from './any-of.js'

/** Word lines that one NAND joins. */
export const joined = 4

/** The lower or the upper columns of a group. */
export interface Half {
  /** The lowest column. */
  readonly low: number
  readonly width: number
  /** The value whose ones are the inverted columns. */
  readonly inverted: number
  /** Of every word, inverted; the last one is of all addresses beyond the depth, when there are any. */
  readonly values: readonly number[]
}

/** Columns whose bits are a symbol in each word. */
export interface SymbolGroup {
  readonly lower: Half
  readonly upper: Half
  /** Words with equal symbols, two to {@link joined} of them. */
  readonly joins: readonly (readonly number[])[]
  /** The other words that are not zero. */
  readonly alone: readonly number[]
}

/** The groups of a ROM by symbols, from the lowest column on. */
export function symbolGroups(contents: RomContents, symbolBits: number): SymbolGroup[] {
  const { width } = contents
  return Array.from({ length: Math.ceil(width / symbolBits) }, (_, i) => {
    const low = i * symbolBits
    const columns = Math.min(symbolBits, width - low)
    const lowerWidth = Math.floor(columns / 2)
    const lower = halfOf(contents, low, lowerWidth)
    const upper = halfOf(contents, low + lowerWidth, columns - lowerWidth)
    return { lower, upper, ...joinsOf(lower, upper) }
  })
}

function halfOf(contents: RomContents, low: number, width: number): Half {
  const { depth, addressWidth } = contents
  const words = Math.min(depth + 1, 2 ** addressWidth)
  const values = Array.from({ length: words }, (_, address) => {
    let value = 0
    for (let i = 0; i < width; i++) value |= contents.bit(address, low + i) << i
    return value
  })
  const inverted = mostFrequent(values)
  return { low, width, inverted, values: values.map((value) => value ^ inverted) }
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}

/** Words with a load in one half alone are not joined: the OR's first gates do that. */
function joinsOf(lower: Half, upper: Half) {
  const alone: number[] = []
  const symbols = new Map<number, number[]>()
  for (const [address, low] of lower.values.entries()) {
    const high = upper.values[address]!
    if (low === 0 || high === 0) {
      if (low !== high) alone.push(address)
      continue
    }
    const symbol = high * 2 ** lower.width + low
    const equal = symbols.get(symbol)
    if (equal === undefined) symbols.set(symbol, [address])
    else equal.push(address)
  }
  const joins = [...symbols.values()].flatMap((addresses) => chunks(addresses, joined))
  alone.push(...joins.filter((addresses) => addresses.length === 1).flat())
  return { joins: joins.filter((addresses) => addresses.length > 1), alone }
}
