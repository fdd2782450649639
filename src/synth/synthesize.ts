import { openCache, type ResultCache } from '../common/result-cache.js'
import { type EmittedDesign, type EmittedFile, filesFor } from '../emit/index.js'
import { areaReport } from './area.js'
import type { AreaReport } from './area-report.js'
import { libertyLibrary, libertyText } from './liberty.js'
import { type SynthesizedModule, synthesizeModule } from './module-synthesis.js'
import {
  type AnonymousModule,
  anonymous,
  type SeparateModule,
  separateModules,
} from './separate-module.js'
import type { SramMacro } from './sram-table.js'
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
 * Synthesises a design to generic gates and to each library, module by module, with black boxes for what it
 * instantiates: modules that differ in names alone are synthesised once, and one that has not changed since an
 * earlier run not at all. Nothing is optimised across the borders of modules, unless `flatten` is set. Memories
 * with write ports stay memories.
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
  const libraries = liberty.map((file) => libertyLibrary(file, libertyText(file)))
  const files = filesFor(design, 'synthesis')
  const modules = flatten ? [wholeDesign(design.top, files)] : separateModules(files)
  const found: (readonly SynthesizedModule[])[] = []
  for (const [index, module] of modules.entries()) {
    const place = `${module.name} (${index + 1} of ${modules.length})`
    const onTarget = (target: string) => onProgress(`${target}: ${place}`)
    const settings = { yosys, cache, roms, flatten, run, onTarget }
    const unnamed = flatten ? named(module) : anonymous(module)
    found.push(await synthesizeModule(unnamed, [undefined, ...libraries], settings))
  }
  const inTarget = (target: number) =>
    new Map(modules.map(({ name }, index) => [name, found[index]![target]!]))
  return areaReport(
    {
      top: design.top,
      modules: modules.map(({ name }, index) => ({ name, memories: found[index]![0]!.memories })),
      generic: inTarget(0),
      libraries: libraries.map((library, index) => ({ library, mapped: inTarget(index + 1) })),
    },
    yosys.build,
    sram,
  )
}

function wholeDesign(name: string, files: readonly EmittedFile[]): SeparateModule {
  return { name, children: [], files }
}

function named(module: SeparateModule): AnonymousModule {
  return { ...module, originalNames: new Map() }
}
