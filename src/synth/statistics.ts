import { z } from 'zod'
import { YosysError } from './yosys-error.js'

/** What `stat` counts in one module, without what is below it. */
export interface ModuleStatistics {
  /** By cell type; module names for instances. */
  readonly cells: Readonly<Record<string, number>>
  /** Square micrometres of mapped cells; undefined without a library. */
  readonly area: number | undefined
}

const report = z.object({
  modules: z.record(
    z.string(),
    z.object({
      num_cells_by_type: z.record(z.string(), z.number()),
      area: z.number().optional(),
    }),
  ),
})

/**
 * Reads the output of `stat -json`. Yosys 0.23 writes its table of instances in the midst of the JSON: lines
 * that begin with no JSON token are left out.
 *
 * @throws YosysError when it is no such report
 */
export function parseStatistics(text: string): ReadonlyMap<string, ModuleStatistics> {
  const json = text
    .split('\n')
    .filter((line) => /^\s*["{}[\]]/.test(line))
    .join('\n')
  const parsed = report.safeParse(parseJson(json))
  if (!parsed.success) throw new YosysError('Yosys wrote no statistics', text)
  return new Map(
    Object.entries(parsed.data.modules).map(([name, { num_cells_by_type, area }]) => [
      name.replace(/^\\/, ''),
      { cells: num_cells_by_type, area },
    ]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A memory that stays a memory. */
export interface MemoryStatistics {
  readonly module: string
  readonly name: string
  readonly width: number
  readonly depth: number
}

/**
 * Reads the memories of `select -write` (one `module/cell` a line) and `dump` (their cells in the same
 * order).
 */
export function parseMemories(selection: string, dump: string): MemoryStatistics[] {
  const widths = numbersOf(dump, 'WIDTH')
  const depths = numbersOf(dump, 'SIZE')
  const paths = selection.split('\n').filter((line) => line !== '')
  return paths.map((path, i) => {
    const slash = path.indexOf('/')
    return {
      module: path.slice(0, slash),
      name: path.slice(slash + 1),
      width: widths[i]!,
      depth: depths[i]!,
    }
  })
}

function numbersOf(dump: string, parameter: string): number[] {
  const pattern = new RegExp(`^\\s+parameter (?:signed )?\\\\${parameter} (\\d+)$`, 'gm')
  return [...dump.matchAll(pattern)].map((match) => Number(match[1]))
}
