import { basename } from 'node:path'
import { contentKey, openCache, type ResultCache } from '../common/result-cache.js'
import { type EmittedDesign, filesFor } from '../emit/index.js'
import { areaReport, type MappedDesign } from './area.js'
import type { AreaReport } from './area-report.js'
import { type LibertyLibrary, libertyLibrary, libertyText } from './liberty.js'
import { abcScript, type MappedModule, ModuleMapper, mappingScript } from './map-module.js'
import type { RtlilCell, RtlilModule } from './rtlil.js'
import type { SramMacro } from './sram-table.js'
import { memoryShape, wordLevelModules, wordLevelScript } from './word-level.js'
import type { Yosys } from './yosys.js'

export interface SynthesisOptions {
  readonly yosys: Yosys
  /** Liberty files; the design is mapped to each of them, besides generic gates. */
  readonly liberty?: readonly string[]
  /** Macros that cover the memories. */
  readonly sram?: readonly SramMacro[]
  /** ROMs become `logic` (the default), or stay `bits` that are counted and have no area. */
  readonly roms?: 'logic' | 'bits'
  /** One module instead of a hierarchy. */
  readonly flatten?: boolean
  /** Where results are kept; by default in the user's cache folder, {@link openCache}. */
  readonly cache?: ResultCache
  readonly onProgress?: (message: string) => void
  /** Kills Yosys when it aborts. */
  readonly signal?: AbortSignal
}

/**
 * Synthesises a design to generic gates and to each library, module by module: one that is instantiated many
 * times is synthesised once, and one that has not changed since an earlier run not at all. Memories with
 * write ports stay memories.
 *
 * @throws InputError for a Liberty file that cannot be read or used; YosysError
 */
export async function synthesize(
  design: EmittedDesign,
  options: SynthesisOptions,
): Promise<AreaReport> {
  const { yosys, liberty = [], sram, roms = 'logic', flatten = false } = options
  const { cache = openCache('synth'), onProgress = () => {}, signal } = options
  const run = signal === undefined ? {} : { signal }
  const texts = liberty.map((file) => ({ file, text: libertyText(file) }))
  const key = contentKey([
    'area report 1',
    yosys.build,
    [
      wordLevelScript(design.top, flatten),
      mappingScript(undefined, abcScript),
      mappingScript('library', abcScript),
    ],
    filesFor(design, 'synthesis').map(({ path, text }) => [path, text]),
    [design.top, roms, sram ?? null],
    texts.map(({ file, text }) => [basename(file), contentKey(text)]),
  ])
  const known = cache.get(key)
  if (known !== undefined) return known as AreaReport

  const libraries = texts.map(({ file, text }) => libertyLibrary(file, text))
  onProgress('reading the design')
  const modules = await wordLevelModules(design, yosys, { ...run, flatten })
  const keepsMemory = (cell: RtlilCell): boolean =>
    memoryShape(cell).writePorts > 0 || roms === 'bits'
  const mapper = new ModuleMapper(modules, yosys, cache, { keepsMemory, abcScript })
  const contained = modules.filter(({ attributes }) => !attributes.has('blackbox'))
  const mapAll = async (library: LibertyLibrary | undefined) => {
    const mapped = new Map<string, MappedModule>()
    for (const module of contained) {
      const target = library === undefined ? 'generic gates' : basename(library.file)
      onProgress(`${target}: ${module.name} (${mapped.size + 1} of ${contained.length})`)
      mapped.set(module.name, await mapper.map(module, library, run))
    }
    return mapped
  }
  const mapped: MappedDesign = {
    top: design.top,
    modules: contained.map((module) => ({
      name: module.name,
      memories: keptMemories(module, keepsMemory),
    })),
    generic: await mapAll(undefined),
    libraries: [],
  }
  const inLibraries: MappedDesign['libraries'][number][] = []
  for (const library of libraries) inLibraries.push({ library, mapped: await mapAll(library) })
  const report = areaReport({ ...mapped, libraries: inLibraries }, yosys.build, sram)
  cache.set(key, report)
  return report
}

function keptMemories(module: RtlilModule, keeps: (cell: RtlilCell) => boolean) {
  return module.cells.filter((cell) => cell.type === '$mem_v2' && keeps(cell)).map(memoryShape)
}
