import { readFileSync } from 'node:fs'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { type LibertyGroup, parseLiberty } from './liberty-parser.js'

export interface LibertyCell {
  /** Square micrometres, if the file says so: the unit of Liberty areas is the library's own affair. */
  readonly area: number
  readonly kind: 'gate' | 'flip-flop' | 'latch'
}

/** A standard-cell library, ready for mapping. */
export interface LibertyLibrary {
  readonly name: string
  readonly file: string
  readonly cells: ReadonlyMap<string, LibertyCell>
  /** Area of the smallest two-input NAND, the unit of gate equivalents; undefined without one. */
  readonly nand2Area: number | undefined
  /** What Yosys reads: only cells that may be used, areas corrected. */
  readonly text: string
}

/**
 * Cells that are no ordinary logic though their functions look like it: sky130's isolation and probe cells,
 * which the library does not mark.
 */
const neverUsed = [/__lpflow_/, /__probe/]

/**
 * Areas that Debian's `osu018_stdcells.lib` gives wrongly, against the cell sizes of its own LEF file.
 */
const areaCorrections: Readonly<
  Record<string, Readonly<Record<string, readonly [number, number]>>>
> = {
  osu018_stdcells: { OAI21X1: [23, 32], NAND3X1: [36, 32], LATCH: [0, 56] },
}

/** Where Debian's package `qflow-tech-osu018` puts its library. */
export const osu018Path = '/usr/share/qflow/tech/osu018/osu018_stdcells.lib'

/**
 * Reads a Liberty file: names, areas and kinds of its cells, without those marked `dont_use`.
 *
 * @throws InputError when the file cannot be read, is no Liberty, or has no cell with an area
 */
export function readLiberty(file: string): LibertyLibrary {
  return libertyLibrary(file, libertyText(file))
}

/** The text of a Liberty file. @throws InputError when it cannot be read */
export function libertyText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
  }
}

/** The same as {@link readLiberty} from a text. */
export function libertyLibrary(file: string, text: string): LibertyLibrary {
  const library = parseLiberty(text, file)
  const cells = new Map<string, LibertyCell>()
  const kept: string[] = []
  let from = 0
  let nand2Area: number | undefined
  for (const group of library.groups) {
    if (group.kind !== 'cell') continue
    const area = cellArea(group, library.name, file)
    if (area === undefined || !isUsable(group)) {
      kept.push(text.slice(from, group.start))
      from = group.end
      continue
    }
    const correction = areaCorrections[library.name]?.[group.name]
    if (correction !== undefined) {
      kept.push(text.slice(from, group.start), withArea(text.slice(group.start, group.end), area))
      from = group.end
    }
    cells.set(group.name, { area, kind: cellKind(group) })
    if (isNand2(group)) nand2Area = Math.min(area, nand2Area ?? area)
  }
  if (cells.size === 0) throw new InputError('has no cells with areas', { file })
  return { name: library.name, file, cells, nand2Area, text: [...kept, text.slice(from)].join('') }
}

function cellArea(cell: LibertyGroup, library: string, file: string): number | undefined {
  const value = cell.attributes.get('area')
  if (value === undefined) return undefined
  const stated = Number(value)
  if (!Number.isFinite(stated) || stated < 0) {
    const field = `cell ${printable(cell.name)}`
    throw new InputError(`the area ${printable(value)} is no size`, {
      file,
      offset: cell.start,
      field,
    })
  }
  const correction = areaCorrections[library]?.[cell.name]
  return correction !== undefined && correction[0] === stated ? correction[1] : stated
}

function withArea(cell: string, area: number): string {
  return cell.replace(/\barea\s*:\s*[^;\n]+/, `area : ${area}`)
}

function isUsable({ name, attributes }: LibertyGroup): boolean {
  return attributes.get('dont_use') !== 'true' && !neverUsed.some((pattern) => pattern.test(name))
}

function cellKind({ groups }: LibertyGroup): LibertyCell['kind'] {
  if (groups.some(({ kind }) => kind === 'ff' || kind === 'ff_bank')) return 'flip-flop'
  if (groups.some(({ kind }) => kind === 'latch' || kind === 'latch_bank')) return 'latch'
  return 'gate'
}

/** One output `!(A*B)` in any of the notations of Liberty functions. */
function isNand2({ groups }: LibertyGroup): boolean {
  const functions = groups.flatMap(({ attributes }) => attributes.get('function') ?? [])
  if (functions.length !== 1) return false
  const bare = functions[0]!.replace(/\s+/g, ' ').trim()
  const name = String.raw`\(?(\w+)\)?`
  const and = '(?: ?[*&] ?| )'
  const or = ' ?[+|] ?'
  return (
    new RegExp(`^\\(?! ?\\(${name}${and}${name}\\)\\)?$`).test(bare) ||
    new RegExp(`^\\(?\\(?! ?${name}\\)?${or}\\(?! ?${name}\\)?\\)?$`).test(bare)
  )
}
