import { basename } from 'node:path'
import type {
  AreaReport,
  GenericArea,
  LibertyArea,
  ModuleArea,
  ModuleInLibrary,
  ModuleMemory,
} from './area-report.js'
import { isFlipFlop, transistorsOf, transistorsOfNand2 } from './gate-costs.js'
import { type Hierarchy, hierarchyTotals, instanceCounts } from './hierarchy.js'
import type { LibertyLibrary } from './liberty.js'
import type { MappedModule } from './map-module.js'
import { coverMemory } from './sram-cover.js'
import type { SramMacro } from './sram-table.js'
import type { MemoryShape } from './word-level.js'

/** What synthesis found in each module, before anything is added up. */
export interface MappedDesign {
  readonly top: string
  readonly modules: readonly { readonly name: string; readonly memories: readonly MemoryShape[] }[]
  readonly generic: ReadonlyMap<string, MappedModule>
  readonly libraries: readonly {
    readonly library: LibertyLibrary
    readonly mapped: ReadonlyMap<string, MappedModule>
  }[]
}

/** Adds the cells of a design up, module by module and through its hierarchy. */
export function areaReport(
  design: MappedDesign,
  yosys: string,
  sram: readonly SramMacro[] | undefined,
): AreaReport {
  const { top, generic } = design
  const hierarchy: Hierarchy = new Map(
    [...generic].map(([name, { cells }]) => [name, pick(cells, (type) => generic.has(type))]),
  )
  const counts = instanceCounts(top, hierarchy)
  const own = new Map([...generic].map(([name, { cells }]) => [name, genericFigures(cells)]))
  const totals = hierarchyTotals(top, hierarchy, own)
  const memories = new Map(
    design.modules.map(({ name, memories: shapes }) => [name, shapes.map(covered(sram))]),
  )
  const memoryTotals = hierarchyTotals(top, hierarchy, mapValues(memories, memoryFigures))
  const libraries = design.libraries.map((mapped) => inLibrary(mapped, top, hierarchy))
  const modules = [...counts].map(([name, instances]): ModuleArea => {
    const { memoryBits, romBits, memoryArea } = memoryTotals.get(name)!
    return {
      name,
      instances,
      children: hierarchy.get(name)!,
      own: withGateEquivalents(own.get(name)!),
      total: withGateEquivalents(totals.get(name)!),
      depth: generic.get(name)!.depth ?? 0,
      libraries: libraries.map((modulesInLibrary) => modulesInLibrary.get(name)!),
      memories: memories.get(name)!,
      memoryBits,
      romBits,
      ...(sram === undefined ? {} : { memoryArea }),
    }
  })
  const [first, ...others] = modules
  others.sort((a, b) => b.total.transistors - a.total.transistors)
  return { yosys, modules: [first!, ...others], blackBoxes: blackBoxes(generic, counts) }
}

type Cells = Readonly<Record<string, number>>

function pick(cells: Cells, accepts: (type: string) => boolean): Cells {
  return Object.fromEntries(Object.entries(cells).filter(([type]) => accepts(type)))
}

function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}

/** Cells of generic gates added up; other cells count nothing. */
export function genericFigures(cells: Cells) {
  const figures = { cells: 0, flipFlops: 0, transistors: 0 }
  for (const [type, count] of Object.entries(cells)) {
    const transistors = transistorsOf(type)
    if (transistors === undefined) continue
    figures.cells += count
    figures.transistors += count * transistors
    if (isFlipFlop(type)) figures.flipFlops += count
  }
  return figures
}

function withGateEquivalents(figures: Readonly<ReturnType<typeof genericFigures>>): GenericArea {
  return { ...figures, nand2: figures.transistors / transistorsOfNand2 }
}

function inLibrary(
  { library, mapped }: MappedDesign['libraries'][number],
  top: string,
  hierarchy: Hierarchy,
): ReadonlyMap<string, ModuleInLibrary> {
  const own = mapValues(mapped, ({ cells }) => libraryFigures(cells, library))
  const totals = hierarchyTotals(top, hierarchy, own)
  const relative = (figures: Omit<LibertyArea, 'nand2'>): LibertyArea =>
    library.nand2Area === undefined
      ? figures
      : { ...figures, nand2: figures.squareMicrometres / library.nand2Area }
  return new Map(
    [...totals].map(([name, total]) => {
      const delay = mapped.get(name)!.delay
      return [
        name,
        {
          library: basename(library.file),
          ...relative(total),
          own: relative(own.get(name)!),
          ...(delay === undefined ? {} : { delay }),
        },
      ]
    }),
  )
}

/** Cells of a library added up; `unmapped` are generic gates that it has no match for. */
export function libraryFigures(cells: Cells, library: LibertyLibrary) {
  const figures = { cells: 0, flipFlops: 0, squareMicrometres: 0, unmapped: 0 }
  for (const [type, count] of Object.entries(cells)) {
    const cell = library.cells.get(type)
    if (cell === undefined) {
      if (type.startsWith('$_')) figures.unmapped += count
      continue
    }
    figures.cells += count
    figures.squareMicrometres += count * cell.area
    if (cell.kind === 'flip-flop') figures.flipFlops += count
  }
  return figures
}

function covered(sram: readonly SramMacro[] | undefined) {
  return (shape: MemoryShape): ModuleMemory =>
    sram === undefined || shape.writePorts === 0
      ? shape
      : { ...shape, cover: coverMemory(sram, shape) }
}

function memoryFigures(memories: readonly ModuleMemory[]) {
  const figures = { memoryBits: 0, romBits: 0, memoryArea: 0 }
  for (const { width, depth, writePorts, cover } of memories) {
    figures[writePorts === 0 ? 'romBits' : 'memoryBits'] += width * depth
    figures.memoryArea += cover?.area ?? 0
  }
  return figures
}

/** Cell types that are neither gates nor modules of the design nor Yosys' own. */
function blackBoxes(
  generic: ReadonlyMap<string, MappedModule>,
  instances: ReadonlyMap<string, number>,
): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [name, times] of instances) {
    for (const [type, count] of Object.entries(generic.get(name)!.cells)) {
      if (type.startsWith('$') && !type.startsWith('$paramod')) continue
      if (!generic.has(type)) found[type] = (found[type] ?? 0) + times * count
    }
  }
  return found
}
