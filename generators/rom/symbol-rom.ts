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
import { type Half, joined, type SymbolGroup, symbolGroups } from './symbol-plan.js'
import { wordDecoder } from './word-decoder.js'

/** The fewest words that {@link symbolRom} takes. */
export const smallestDecoded = 3

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
      const groups = symbolGroups(contents, symbolBits).map((group) =>
        columnsOfGroup(m, words, group),
      )
      data_o.assign(cat(...groups.flat().reverse()))
    },
  )
}

/** The columns of a group, lowest first. */
function columnsOfGroup(m: ModuleBuilder, words: UInt, group: SymbolGroup): UInt[] {
  const { lower, upper, joins, alone } = group
  const lines: (readonly [number, Bool])[] = [
    ...joinedLines(m, `equal${lower.low}`, words, joins),
    ...alone.map((word) => [word, words.bit(word)] as const),
  ]
  return [
    ...(lower.width === 0 ? [] : [columnsOf(m, `lower${lower.low}_n`, lower, lines)]),
    columnsOf(m, `upper${lower.low}_n`, upper, lines),
  ]
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

/**
 * The lines of the values are low when they are read, and a column is the NAND of some: Yosys dissolves ORs of ORs,
 * however often the inner ones are used.
 */
function columnsOf(
  m: ModuleBuilder,
  name: string,
  { width, inverted, values: ofWords }: Half,
  lines: readonly (readonly [word: number, line: Bool])[],
): UInt {
  const loads = new Map<number, Bool[]>()
  for (const [word, line] of lines) {
    const value = ofWords[word]!
    if (value === 0) continue
    const others = loads.get(value)
    if (others === undefined) loads.set(value, [line])
    else others.push(line)
  }
  const values = [...loads.keys()].sort((a, b) => a - b)
  if (values.length === 0) return uint(width).literal(inverted)
  const ofValue = m.let(
    name,
    cat(...values.map((value) => anyOf(loads.get(value)!)).reverse()).not(),
  )
  const columns = Array.from({ length: width }, (_, bit) => {
    const ones = values.flatMap((value, i) => ((value >> bit) & 1 ? [ofValue.bit(i)] : []))
    const none = ones.length === 0 ? bool.literal(true) : cat(...ones).reduceAnd()
    return (inverted >> bit) & 1 ? none : none.not()
  })
  return cat(...columns.reverse())
}
