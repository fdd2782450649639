import { readFileSync } from 'node:fs'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'

/** One memory macro of a table. */
export interface SramMacro {
  readonly name: string
  readonly words: number
  readonly bitsPerWord: number
  /** Square micrometres. */
  readonly area: number
}

/** Columns with numbers; the first area that is not zero counts. */
const numberColumns = ['words', 'bits_per_word', 'lef_area_um2', 'lib_area_um2'] as const

/**
 * Reads the macros of one family from a table with tab-separated columns `family`, `macro`, `words`,
 * `bits_per_word`, `lef_area_um2` and `lib_area_um2`. The area of the layout (LEF) counts, and where it is
 * zero that of the Liberty file.
 *
 * @throws InputError when the file cannot be read, lacks a column, has a row without size or area, or has
 * no such family
 */
export function readSramTable(file: string, family: string): readonly SramMacro[] {
  const [head, ...lines] = readLines(file)
  const titles = head!.split('\t')
  const column = (name: string): number => {
    const index = titles.indexOf(name)
    if (index < 0) throw new InputError('the column is missing', { file, field: name })
    return index
  }
  const familyAt = column('family')
  const nameAt = column('macro')
  const numbersAt = numberColumns.map(column)
  const rows = lines.filter((line) => line !== '').map((line) => line.split('\t'))
  const macros = rows
    .filter((row) => row[familyAt] === family)
    .map((row): SramMacro => {
      const name = row[nameAt] ?? ''
      const [words, bitsPerWord, layout, library] = numbersAt.map((index) => Number(row[index]))
      const area = layout! > 0 ? layout! : library!
      if (!(words! > 0 && bitsPerWord! > 0 && area > 0)) {
        throw new InputError('has no size or no area', { file, field: printable(name) })
      }
      return { name, words: words!, bitsPerWord: bitsPerWord!, area }
    })
  if (macros.length === 0) {
    const known = [...new Set(rows.map((row) => row[familyAt]))].join(', ')
    throw new InputError(
      'has no macros in the table',
      { file, field: printable(family) },
      `one of ${printable(known)}`,
    )
  }
  return macros
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)
  } catch (error) {
    throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
  }
}
