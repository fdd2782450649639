import { basename } from 'node:path'
import { contentKey, type ResultCache } from '../common/result-cache.js'
import type { EmittedDesign } from '../emit/index.js'
import type { LibertyLibrary } from './liberty.js'
import { abcScript, type MappedModule, ModuleMapper, mappingScript } from './map-module.js'
import type { RtlilCell } from './rtlil.js'
import type { AnonymousModule } from './separate-module.js'
import {
  isMemory,
  type MemoryShape,
  memoryShape,
  wordLevelModules,
  wordLevelScript,
} from './word-level.js'
import type { Yosys, YosysRunOptions } from './yosys.js'

/** A module in one target, with the memories that stayed memories. */
export interface SynthesizedModule extends MappedModule {
  readonly memories: readonly MemoryShape[]
}

export interface ModuleSynthesisOptions {
  readonly yosys: Yosys
  readonly cache: ResultCache
  /** Whether ROMs become `logic` or stay `bits`. */
  readonly roms: 'logic' | 'bits'
  readonly flatten: boolean
  readonly run: YosysRunOptions
  readonly onTarget: (target: string) => void
}

/**
 * Synthesises one module to each target; a target that is in the cache costs no run of Yosys.
 *
 * @param targets libraries, and undefined for generic gates
 */
export async function synthesizeModule(
  module: AnonymousModule,
  targets: readonly (LibertyLibrary | undefined)[],
  { yosys, cache, roms, flatten, run, onTarget }: ModuleSynthesisOptions,
): Promise<readonly SynthesizedModule[]> {
  const keepsMemory = (cell: RtlilCell): boolean =>
    memoryShape(cell).writePorts > 0 || roms === 'bits'
  const wordLevel = once(() => wordLevelModules(designOf(module), yosys, { ...run, flatten }))
  const results: SynthesizedModule[] = []
  for (const library of targets) {
    const key = contentKey([
      'module 1',
      yosys.build,
      wordLevelScript(module.name, flatten),
      mappingScript(library && 'library', abcScript),
      roms,
      module.files.map(({ path, text }) => [path, text]),
      library?.text ?? '',
    ])
    let result = cache.get(key) as SynthesizedModule | undefined
    if (result === undefined) {
      onTarget(library === undefined ? 'generic gates' : basename(library.file))
      const modules = await wordLevel()
      const mapper = new ModuleMapper(modules, yosys, cache, { keepsMemory, abcScript })
      const own = modules.find(({ name }) => name === module.name)!
      const memories = own.cells.filter((cell) => isMemory(cell) && keepsMemory(cell))
      result = { ...(await mapper.map(own, library, run)), memories: memories.map(memoryShape) }
      cache.set(key, result)
    }
    results.push({ ...result, cells: withOriginalNames(result.cells, module) })
  }
  return results
}

function designOf({ name, files }: AnonymousModule): EmittedDesign {
  return { top: name, files, ports: [], unresetState: [], modules: [] }
}

function withOriginalNames(cells: MappedModule['cells'], module: AnonymousModule) {
  return Object.fromEntries(
    Object.entries(cells).map(([type, count]) => [module.originalNames.get(type) ?? type, count]),
  )
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
