import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { InputError } from '../common/input-error.js'
import { type EmittedDesign, filesFor } from '../emit/index.js'
import { genericFlipFlops, transistorsOfGate, transistorsOfNand2 } from './gate-costs.js'
import { correctedLiberty } from './liberty.js'
import { readDesign } from './read-design.js'
import { type SramMacro, sramArea } from './sram-table.js'
import { type ModuleStatistics, parseMemories, parseStatistics } from './statistics.js'
import type { Yosys } from './yosys.js'

export interface SynthesisOptions {
  readonly yosys: Yosys
  /** Liberty files to map to, besides generic gates. */
  readonly liberty?: readonly string[]
  /** Macros that cover the memories. */
  readonly sram?: readonly SramMacro[]
  /** One module instead of a hierarchy. */
  readonly flatten?: boolean
  readonly onProgress?: (message: string) => void
}

/** The cells of one module and all below it. */
export interface CellCount {
  readonly cells: number
  readonly flipFlops: number
}

export interface GenericArea extends CellCount {
  readonly transistors: number
  /** Gate equivalents: transistors over those of a two-input NAND. */
  readonly nand2: number
}

export interface LibertyArea extends CellCount {
  readonly library: string
  readonly squareMicrometres: number
}

/** The areas of one module: what is in it alone, and with all that it instantiates. */
export interface ModuleArea {
  readonly name: string
  /** How often it stands in the design. */
  readonly instances: number
  readonly own: GenericArea
  readonly total: GenericArea
  /** Of the whole module with all below, one entry a library. */
  readonly libraries: readonly LibertyArea[]
  /** Bits of the memories in it and below; not in any cell count. */
  readonly memoryBits: number
  /** Square micrometres of the macros that cover them; undefined without macros. */
  readonly memoryArea: number | undefined
}

export interface AreaReport {
  readonly yosys: string
  /** The top module first, then the others in order of their total. */
  readonly modules: readonly ModuleArea[]
}

/** ABC's default script does not end on constant multiply-accumulates; this one does. */
const abcScript = '+strash;dch;amap'

/**
 * Synthesises a design to generic gates and to each library, module by module: one that is instantiated many
 * times is synthesised once. Memories with write ports stay memories.
 *
 * @throws InputError for a Liberty file that cannot be read; YosysError
 */
export async function synthesize(
  design: EmittedDesign,
  options: SynthesisOptions,
): Promise<AreaReport> {
  const { yosys, liberty = [], onProgress = () => {} } = options
  const libraries = liberty.map((file) => ({ library: basename(file), text: readLiberty(file) }))
  onProgress('generic gates')
  const generic = await runSynthesis(design, options, undefined)
  const mapped: { library: string; statistics: ReadonlyMap<string, ModuleStatistics> }[] = []
  for (const { library, text } of libraries) {
    onProgress(library)
    const { statistics } = await runSynthesis(design, options, text)
    mapped.push({ library, statistics })
  }
  return { yosys: yosys.build, modules: moduleAreas(design.top, generic, mapped, options.sram) }
}

async function runSynthesis(
  design: EmittedDesign,
  { yosys, flatten = false }: SynthesisOptions,
  liberty: string | undefined,
) {
  const { files, commands } = readDesign(filesFor(design, 'synthesis'), design.top)
  const script = [
    ...commands,
    'proc',
    ...(flatten ? ['flatten'] : []),
    'opt',
    'wreduce',
    'peepopt',
    'opt_clean',
    'alumacc',
    'share',
    'opt',
    'memory -nomap',
    'opt_clean',
    'memory_map -rom-only',
    'opt -full',
    'techmap',
    'opt',
    ...(liberty === undefined ? genericMapping : libertyMapping),
    'opt_clean',
    `tee -q -o statistics.json stat -json${liberty === undefined ? '' : ' -liberty cells.lib'}`,
    'select -write memories.txt t:$mem_v2',
    'tee -q -o memories.il dump t:$mem_v2',
  ]
  const inputs = liberty === undefined ? files : { ...files, 'cells.lib': liberty }
  const outputs = ['statistics.json', 'memories.txt', 'memories.il']
  const run = await yosys.run(script, inputs, { outputs })
  return {
    statistics: parseStatistics(run.files['statistics.json'] ?? ''),
    memories: parseMemories(run.files['memories.txt'] ?? '', run.files['memories.il'] ?? ''),
  }
}

const genericMapping = [
  `dfflegalize ${genericFlipFlops.map((cell) => `-cell ${cell} 01`).join(' ')}`,
  `abc -g cmos4 -script ${abcScript}`,
]

const libertyMapping = [
  'dfflibmap -liberty cells.lib',
  `abc -liberty cells.lib -script ${abcScript}`,
]

function readLiberty(file: string): string {
  try {
    return correctedLiberty(file, readFileSync(file, 'utf8'))
  } catch (error) {
    throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
  }
}

interface Totals {
  readonly own: GenericArea
  readonly total: GenericArea
  readonly libraries: readonly LibertyArea[]
  readonly memoryBits: number
  readonly memoryArea: number
}

function moduleAreas(
  top: string,
  generic: Awaited<ReturnType<typeof runSynthesis>>,
  mapped: readonly { library: string; statistics: ReadonlyMap<string, ModuleStatistics> }[],
  sram: readonly SramMacro[] | undefined,
): ModuleArea[] {
  const { statistics, memories } = generic
  const known = new Map<string, Totals>()
  const totalsOf = (name: string): Totals => {
    const found = known.get(name)
    if (found !== undefined) return found
    const { cells } = statistics.get(name)!
    const below = instancesIn(cells, statistics).map(([inner, count]) => ({
      count,
      ...totalsOf(inner),
    }))
    const own = genericArea(cells)
    const here = memories.filter(({ module }) => module === name)
    const totals: Totals = {
      own,
      total: below.reduce((sum, { count, total }) => addGeneric(sum, total, count), own),
      libraries: mapped.map((library, i) =>
        below.reduce(
          (sum, { count, libraries }) => addLiberty(sum, libraries[i]!, count),
          libertyArea(library.library, library.statistics.get(name)!, library.statistics),
        ),
      ),
      memoryBits: below.reduce(
        (sum, { count, memoryBits }) => sum + count * memoryBits,
        here.reduce((sum, { width, depth }) => sum + width * depth, 0),
      ),
      memoryArea: below.reduce(
        (sum, { count, memoryArea }) => sum + count * memoryArea,
        here.reduce((sum, { width, depth }) => sum + sramArea(sram ?? [], width, depth), 0),
      ),
    }
    known.set(name, totals)
    return totals
  }
  totalsOf(top)
  const counts = instanceCounts(top, statistics)
  return [...known]
    .map(([name, totals]) => ({
      name,
      instances: counts.get(name)!,
      ...totals,
      memoryArea: sram === undefined ? undefined : totals.memoryArea,
    }))
    .sort((a, b) =>
      a.name === top ? -1 : b.name === top ? 1 : b.total.transistors - a.total.transistors,
    )
}

function instancesIn(
  cells: Readonly<Record<string, number>>,
  modules: ReadonlyMap<string, unknown>,
): [string, number][] {
  return Object.entries(cells).filter(([type]) => modules.has(type))
}

function instanceCounts(
  top: string,
  statistics: ReadonlyMap<string, ModuleStatistics>,
): Map<string, number> {
  const counts = new Map<string, number>()
  const visit = (name: string, times: number) => {
    counts.set(name, (counts.get(name) ?? 0) + times)
    for (const [inner, count] of instancesIn(statistics.get(name)!.cells, statistics)) {
      visit(inner, times * count)
    }
  }
  visit(top, 1)
  return counts
}

function genericArea(cells: Readonly<Record<string, number>>): GenericArea {
  let area = { cells: 0, flipFlops: 0, transistors: 0 }
  for (const [type, count] of Object.entries(cells)) {
    const transistors = transistorsOfGate[type]
    if (transistors === undefined) continue
    const isFlipFlop = (genericFlipFlops as readonly string[]).includes(type)
    area = {
      cells: area.cells + count,
      flipFlops: area.flipFlops + (isFlipFlop ? count : 0),
      transistors: area.transistors + count * transistors,
    }
  }
  return { ...area, nand2: area.transistors / transistorsOfNand2 }
}

function addGeneric(sum: GenericArea, more: GenericArea, count: number): GenericArea {
  return {
    cells: sum.cells + count * more.cells,
    flipFlops: sum.flipFlops + count * more.flipFlops,
    transistors: sum.transistors + count * more.transistors,
    nand2: sum.nand2 + count * more.nand2,
  }
}

function libertyArea(
  library: string,
  { cells, area }: ModuleStatistics,
  modules: ReadonlyMap<string, unknown>,
): LibertyArea {
  const mapped = Object.entries(cells).filter(
    ([type]) => !modules.has(type) && !type.startsWith('$'),
  )
  const count = (entries: readonly [string, number][]) => entries.reduce((sum, [, n]) => sum + n, 0)
  return {
    library,
    cells: count(mapped),
    flipFlops: count(mapped.filter(([type]) => /dff|dfxtp|dfrtp|dfstp|dfrbp|dffhq/i.test(type))),
    squareMicrometres: area ?? 0,
  }
}

function addLiberty(sum: LibertyArea, more: LibertyArea, count: number): LibertyArea {
  return {
    library: sum.library,
    cells: sum.cells + count * more.cells,
    flipFlops: sum.flipFlops + count * more.flipFlops,
    squareMicrometres: sum.squareMicrometres + count * more.squareMicrometres,
  }
}
