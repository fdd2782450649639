import {
  type Bool,
  bool,
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  output,
  type RomContents,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { anyOf, chunks, vectorBits } from './any-of.js'
import { wordDecoder } from './word-decoder.js'

/** The fewest words that {@link symbolRom} takes. */
export const smallestDecoded = 3

/** Word lines that one NAND joins. */
const joined = 4

/**
 * A ROM whose columns form groups of `symbolBits`. In a group the bits of a word are a symbol. The word lines of
 * equal symbols are joined, four by one NAND4; every joined line feeds two ORs, that of all symbols with its lower
 * half and that of all with its upper half, and a column is the OR of some of those. So a joined line has two loads
 * instead of one for each 1 of the symbol, and the symbol zero has no lines. In each half the most frequent value counts
 * as zero: the columns of its ones are inverted. All addresses beyond the depth are one more word, of zeros.
 *
 * The principle, tables of few rows by the columns that these can have, is Lupanov's (1958); with words as rows it is
 * best at a depth of about four words for each symbol that occurs.
 *
 * @param contents at least 3 words
 * @param symbolBits 2 or more
 */
export function symbolRom(name: string, contents: RomContents, symbolBits: number) {
  const { width, depth, addressWidth } = contents
  return defineModule(
    name,
    { addr_i: input(uint(addressWidth)), data_o: output(uint(width)) },
    (m, { addr_i, data_o }) => {
      const lines = m.instance('u_word_decoder', wordDecoder(depth), { addr_i }).lines_no
      m.unused(lines)
      const isBeyond = depth < 2 ** addressWidth ? [addr_i.ge(depth)] : []
      const words = m.let('words', cat(...isBeyond, lines.not()))
      m.unused(words)
      const starts = Array.from({ length: Math.ceil(width / symbolBits) }, (_, i) => i * symbolBits)
      const groups = starts.map((low) =>
        groupOf(m, words, contents, low, Math.min(symbolBits, width - low)),
      )
      data_o.assign(cat(...groups.flat().reverse()))
    },
  )
}

/** The lower or the upper columns of a group. */
interface Half {
  readonly width: number
  /** Values whose columns are inverted. */
  readonly inverted: number
  /** Of every address, inverted. */
  readonly values: readonly number[]
  /** The lines of the values that are not 0. */
  readonly lines: Map<number, Bool[]>
}

/** The columns from `low` on, lowest first. */
function groupOf(
  m: ModuleBuilder,
  words: UInt,
  contents: RomContents,
  low: number,
  width: number,
): UInt[] {
  const lowerWidth = Math.floor(width / 2)
  const lower = halfOf(contents, low, lowerWidth)
  const upper = halfOf(contents, low + lowerWidth, width - lowerWidth)
  const { joins, alone } = joinsOf(lower, upper)
  for (const [address, line] of joinedLines(m, `equal${low}`, words, joins)) {
    load(lower, upper, address, line)
  }
  for (const address of alone) load(lower, upper, address, words.bit(address))
  return [
    ...(lowerWidth === 0 ? [] : [columnsOf(m, `lower${low}_n`, lower)]),
    columnsOf(m, `upper${low}_n`, upper),
  ]
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
  return { width, inverted, values: values.map((value) => value ^ inverted), lines: new Map() }
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}

/**
 * Addresses with equal symbols, by fours and what remains of them; and the addresses that have no equal, or that have
 * only one load, since one half is zero.
 */
function joinsOf(lower: Half, upper: Half) {
  const alone: number[] = []
  const symbols = new Map<number, number[]>()
  for (const [address, low] of lower.values.entries()) {
    const high = upper.values[address]!
    if (low === 0 || high === 0) {
      alone.push(address)
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

/** The line of each join, 1 when one of its addresses is read, with the first of them. */
function* joinedLines(
  m: ModuleBuilder,
  name: string,
  words: UInt,
  joins: readonly (readonly number[])[],
): Generator<readonly [number, Bool]> {
  for (let size = 2; size <= joined; size++) {
    const ofSize = joins.filter((addresses) => addresses.length === size)
    for (const [chunk, some] of chunks(ofSize, vectorBits).entries()) {
      const operands = Array.from({ length: size }, (_, position) =>
        cat(...some.map((addresses) => words.bit(addresses[position]!)).reverse()),
      )
      const vector = m.let(
        `${name}_${size}_${chunk}`,
        operands.reduce((any, operand) => any.or(operand)),
      )
      for (const [i, [first]] of some.entries()) yield [first!, vector.bit(i)]
    }
  }
}

function load(lower: Half, upper: Half, address: number, line: Bool): void {
  for (const { values, lines } of [lower, upper]) {
    const value = values[address]!
    if (value === 0) continue
    const others = lines.get(value)
    if (others === undefined) lines.set(value, [line])
    else others.push(line)
  }
}

/**
 * The lines of the values are low when they are read, and a column is the NAND of some: Yosys dissolves ORs of ORs,
 * however often the inner ones are used.
 */
function columnsOf(m: ModuleBuilder, name: string, { width, inverted, lines }: Half): UInt {
  const values = [...lines.keys()].sort((a, b) => a - b)
  if (values.length === 0) return uint(width).literal(inverted)
  const ofValue = m.let(
    name,
    cat(...values.map((value) => anyOf(lines.get(value)!)).reverse()).not(),
  )
  const columns = Array.from({ length: width }, (_, bit) => {
    const ones = values.flatMap((value, i) => ((value >> bit) & 1 ? [ofValue.bit(i)] : []))
    const none = ones.length === 0 ? bool.literal(true) : cat(...ones).reduceAnd()
    return (inverted >> bit) & 1 ? none : none.not()
  })
  return cat(...columns.reverse())
}
