import { z } from 'zod'
import { contentKey, type ResultCache } from '../common/result-cache.js'
import { genericStorage } from './gate-costs.js'
import type { LibertyLibrary } from './liberty.js'
import { identifier, type RtlilCell, type RtlilModule } from './rtlil.js'
import { isMemory } from './word-level.js'
import type { Yosys, YosysRun, YosysRunOptions } from './yosys.js'
import { YosysError } from './yosys-error.js'

/** What a module becomes: cells of a library, or generic gates. */
export interface MappedModule {
  /** Number of cells by type; instances of other modules and memories are among them. */
  readonly cells: Readonly<Record<string, number>>
  /** Gates on the longest path between registers, memories and ports; generic gates only. */
  readonly depth?: number
  /**
   * Picoseconds of the longest path by ABC's static timing, without wires; libraries only. Of several modules the sum of
   * theirs: no path is longer.
   */
  readonly delay?: number
}

/**
 * ABC's script. Its default one does not end on constant multiply-accumulates; how this one compares with
 * others is measured by `scripts/abc-scripts.ts`.
 */
export const abcScript = 'strash; dc2; dch -f; amap'

/** `abc` options for a script; its own default without one. */
function abcOptions(script: string | undefined): string {
  return script === undefined ? '' : `-script +${script.replaceAll('; ', ';').replaceAll(' ', ',')}`
}

/** Gates that generic synthesis uses: NAND2, NOR2, AOI21, OAI21, AOI22, OAI22 and the inverter. */
export const genericGates = 'cmos4'

/** The Liberty file that the commands of a mapping read. */
export const libraryFile = 'cells.lib'
const statisticsFile = 'statistics.json'
const keepAttribute = 'romulus_keep_memory'

export interface MappingOptions {
  /** Which memories and ROMs stay cells; the others become flip-flops and gates. */
  readonly keepsMemory: (cell: RtlilCell) => boolean
  /** For ABC; Yosys' default script when undefined. */
  readonly abcScript: string | undefined
}

/** Maps modules one by one; a module that was mapped before comes from the cache. */
export class ModuleMapper {
  readonly #stubs: ReadonlyMap<string, string>

  /** @param modules of the whole design, which give the ports of instances */
  constructor(
    modules: readonly RtlilModule[],
    private readonly yosys: Yosys,
    private readonly cache: ResultCache,
    private readonly options: MappingOptions,
  ) {
    this.#stubs = new Map(modules.map((module) => [module.name, stub(module)]))
  }

  async map(
    module: RtlilModule,
    library: LibertyLibrary | undefined,
    options: YosysRunOptions,
  ): Promise<MappedModule> {
    const text = this.#text(module)
    const script = mappingScript(library && 'library', this.options.abcScript)
    const key = contentKey([this.yosys.build, script, text, library?.text ?? ''])
    const known = this.cache.get(key)
    if (known !== undefined) return known as MappedModule
    const { mapped } = await mapText(module.name, text, library, {
      yosys: this.yosys,
      abcScript: this.options.abcScript,
      run: options,
    })
    this.cache.set(key, mapped)
    return mapped
  }

  /** The module with the ports of what it instantiates, and marks on the memories that stay. */
  #text(module: RtlilModule): string {
    const marked = new Set(
      module.cells
        .filter((cell) => isMemory(cell) && this.options.keepsMemory(cell))
        .map(({ lines: [first] }) => first),
    )
    const lines = module.lines.flatMap((line, index) =>
      marked.has(index) ? [`  attribute \\${keepAttribute} 1`, line] : [line],
    )
    const instances = new Set(module.cells.map(({ type }) => type))
    const stubs = [...instances].sort().flatMap((type) => this.#stubs.get(type) ?? [])
    return [...stubs, ...lines, ''].join('\n')
  }
}

export interface TextMapping {
  readonly yosys: Yosys
  /** For ABC; Yosys' default script when undefined. */
  readonly abcScript: string | undefined
  /** Files of `outputs` are what `after` writes. */
  readonly run: YosysRunOptions
  /** Commands that follow on the mapped module. */
  readonly after?: readonly string[]
  /** The text has all modules below the one of the name too: each is mapped alone, all are counted. */
  readonly wholeDesign?: boolean
}

/**
 * Maps the RTLIL text of a module, whatever any cache holds.
 *
 * @param library undefined for generic gates
 */
export async function mapText(
  name: string,
  text: string,
  library: LibertyLibrary | undefined,
  { yosys, abcScript: script, run: options, after = [], wholeDesign = false }: TextMapping,
): Promise<{ readonly mapped: MappedModule; readonly files: YosysRun['files'] }> {
  const files = { 'module.il': text, ...(library && { [libraryFile]: library.text }) }
  const join = wholeDesign ? [`hierarchy -top ${name}`, 'flatten'] : []
  const mapping = mappingScript(library && 'library', script, join)
  const run = await yosys.run([...mapping, ...after], files, {
    ...options,
    outputs: [statisticsFile, ...(options.outputs ?? [])],
  })
  const mapped: MappedModule = {
    cells: cellCounts(run.files[statisticsFile] ?? '', name),
    ...(library === undefined ? { depth: longestPath(run.log) } : abcDelay(run.log)),
  }
  return { mapped, files: run.files }
}

/** Ports of a module, without contents. */
function stub({ name, wires }: RtlilModule): string {
  const ports = wires.filter(({ direction }) => direction !== undefined)
  return [
    'attribute \\blackbox 1',
    `module ${identifier(name)}`,
    ...ports.map(
      ({ name: port, width, direction }, index) =>
        `  wire width ${width} ${direction} ${index + 1} ${identifier(port)}`,
    ),
    'end',
  ].join('\n')
}

/**
 * The commands that map modules to a library, or to generic gates, one by one.
 *
 * @param join commands that make one module of the mapped ones before they are counted
 */
export function mappingScript(
  target: 'library' | undefined,
  script: string | undefined,
  join: readonly string[] = [],
): readonly string[] {
  const timed = script === undefined ? undefined : `${script}; topo; stime`
  const mapping =
    target === undefined
      ? [
          `dfflegalize ${genericStorage.map((cell) => `-cell ${cell} 01`).join(' ')}`,
          `abc -g ${genericGates} ${abcOptions(script)}`,
        ]
      : [`dfflibmap -liberty ${libraryFile}`, `abc -liberty ${libraryFile} ${abcOptions(timed)}`]
  return [
    'read_rtlil module.il',
    'opt -fast -full',
    `memory_map -attr !${keepAttribute}`,
    'opt -undriven -fine',
    'techmap',
    'opt -fast',
    ...mapping,
    ...join,
    'opt_clean',
    `tee -q -o ${statisticsFile} stat -json`,
    ...(target === undefined ? ['ltp -noff w:* t:$_*'] : []),
  ]
}

const statistics = z.object({
  modules: z.record(z.string(), z.object({ num_cells_by_type: z.record(z.string(), z.number()) })),
})

/** Reads `stat -json`, which before Yosys 0.26 writes commas where JSON has none. */
function cellCounts(text: string, module: string): Record<string, number> {
  const json = text.slice(text.indexOf('{')).replace(/,(\s*[}\]])/g, '$1')
  const counts = statistics.parse(JSON.parse(json)).modules[identifier(module)]
  if (counts === undefined) throw new YosysError(`Yosys counted no cells of ${module}`, text)
  return Object.fromEntries(
    Object.entries(counts.num_cells_by_type).map(([type, count]) => [
      type.replace(/^\\/, ''),
      count,
    ]),
  )
}

function longestPath(log: string): number {
  return Number(log.match(/Longest topological path in .* \(length=(\d+)\)/)?.[1] ?? 0)
}

/** The delays of the modules in one sum. ABC says nothing for modules without logic. */
function abcDelay(log: string): { delay?: number } {
  const delays = [...log.matchAll(/Delay =\s*([\d.]+) ps/g)].map(([, delay]) => Number(delay))
  return delays.length === 0 ? {} : { delay: delays.reduce((sum, delay) => sum + delay) }
}
