import { readFileSync } from 'node:fs'
import { InputError } from '../common/input-error.js'

/** One memory macro of a table. */
export interface SramMacro {
  readonly name: string
  readonly words: number
  readonly bitsPerWord: number
  /** Square micrometres. */
  readonly area: number
}

/**
 * Reads the macros of one family from a table with tab-separated columns `family`, `macro`, `words`,
 * `bits_per_word` and `lib_area_um2`.
 *
 * @throws InputError when the file cannot be read, lacks a column, or has no such family
 */
export function readSramTable(file: string, family: string): readonly SramMacro[] {
  const [head, ...lines] = readLines(file)
  const columns = head!.split('\t')
  const column = (name: string) => {
    const index = columns.indexOf(name)
    if (index < 0) throw new InputError('the column is missing', { file, field: name })
    return index
  }
  const [familyAt, nameAt, wordsAt, bitsAt, areaAt] = [
    column('family'),
    column('macro'),
    column('words'),
    column('bits_per_word'),
    column('lib_area_um2'),
  ]
  const rows = lines.filter((line) => line !== '').map((line) => line.split('\t'))
  const macros = rows
    .filter((row) => row[familyAt!] === family)
    .map((row) => ({
      name: row[nameAt!]!,
      words: Number(row[wordsAt!]),
      bitsPerWord: Number(row[bitsAt!]),
      area: Number(row[areaAt!]),
    }))
  if (macros.length === 0) {
    const known = [...new Set(rows.map((row) => row[familyAt!]))].join(', ')
    throw new InputError('has no macros in the table', { file, field: family }, `one of ${known}`)
  }
  const bad = macros.find(
    ({ words, bitsPerWord, area }) => !(words > 0 && bitsPerWord > 0 && area > 0),
  )
  if (bad !== undefined) throw new InputError('has no size or area', { file, field: bad.name })
  return macros
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
  }
}

/**
 * The smallest area that covers a memory with equal macros side by side and on top of each other; unused
 * words and bits of a macro count in full.
 */
export function sramArea(macros: readonly SramMacro[], width: number, depth: number): number {
  return Math.min(
    ...macros.map(
      ({ words, bitsPerWord, area }) =>
        Math.ceil(width / bitsPerWord) * Math.ceil(depth / words) * area,
    ),
  )
}
