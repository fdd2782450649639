import type { SramMacro } from './sram-table.js'
import type { MemoryShape } from './word-level.js'

/** Macros that together hold a memory. */
export interface SramCover {
  /** How many of each macro, by name. */
  readonly macros: Readonly<Record<string, number>>
  /** Square micrometres. */
  readonly area: number
}

interface Columns {
  readonly area: number
  readonly last?: { readonly macro: SramMacro; readonly rest: number }
}

/**
 * The smallest area that covers a memory. The macros stand in columns side by side, and a column is one kind
 * of macro stacked until it has all words; which kinds of columns make up the width is found by dynamic
 * programming, so the result is the best of its kind. Unused words and bits count in full. A further read
 * port takes a further copy; a write beside a read is taken to need none, and neither address logic nor
 * multiplexers between stacked macros are counted.
 *
 * @param macros at least one
 */
export function coverMemory(macros: readonly SramMacro[], memory: MemoryShape): SramCover {
  const best: Columns[] = [{ area: 0 }]
  const stacked = (macro: SramMacro): number => Math.ceil(memory.depth / macro.words)
  for (let bits = 1; bits <= memory.width; bits++) {
    let columns: Columns = { area: Number.POSITIVE_INFINITY }
    for (const macro of macros) {
      const rest = Math.max(0, bits - macro.bitsPerWord)
      const area = best[rest]!.area + stacked(macro) * macro.area
      if (area < columns.area) columns = { area, last: { macro, rest } }
    }
    best.push(columns)
  }
  const copies = Math.max(1, memory.readPorts)
  const counts: Record<string, number> = {}
  let columns = best[memory.width]!
  while (columns.last !== undefined) {
    const { macro, rest } = columns.last
    counts[macro.name] = (counts[macro.name] ?? 0) + copies * stacked(macro)
    columns = best[rest]!
  }
  return { macros: counts, area: copies * best[memory.width]!.area }
}
