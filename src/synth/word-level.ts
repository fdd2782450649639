import { type EmittedDesign, filesFor } from '../emit/index.js'
import { readDesign } from './read-design.js'
import { parameterNumber, parseRtlil, type RtlilCell, type RtlilModule } from './rtlil.js'
import type { Yosys, YosysRunOptions } from './yosys.js'

const netlist = 'word-level.il'

/** The commands up to word-level cells; `hierarchy` comes before them. */
export function wordLevelScript(top: string, flatten: boolean): readonly string[] {
  return [
    `synth -top ${top}${flatten ? ' -flatten' : ''} -run begin:fine`,
    'chformal -remove',
    'delete */t:$print',
    'opt_clean',
    // Names that do not depend on other modules, so that equal modules have equal texts.
    'rename -enumerate',
    `write_rtlil ${netlist}`,
  ]
}

/**
 * Reads a design and optimises it at word level, module by module: the steps `begin` and `coarse` of Yosys'
 * `synth`. Memories and ROMs are `$mem_v2` cells.
 */
export async function wordLevelModules(
  design: EmittedDesign,
  yosys: Yosys,
  { flatten, ...options }: YosysRunOptions & { readonly flatten: boolean },
): Promise<readonly RtlilModule[]> {
  const { files, commands } = readDesign(filesFor(design, 'synthesis'), design.top)
  const script = [...commands, ...wordLevelScript(design.top, flatten)]
  const run = await yosys.run(script, files, { ...options, outputs: [netlist] })
  return parseRtlil(run.files[netlist] ?? '')
}

/** A memory or ROM at word level. */
export interface MemoryShape {
  readonly name: string
  /** Bits of a word. */
  readonly width: number
  /** Words. */
  readonly depth: number
  readonly readPorts: number
  readonly writePorts: number
}

export function isMemory({ type }: RtlilCell): boolean {
  return type === '$mem_v2'
}

export function memoryShape(cell: RtlilCell): MemoryShape {
  return {
    name: cell.name,
    width: parameterNumber(cell, 'WIDTH'),
    depth: parameterNumber(cell, 'SIZE'),
    readPorts: parameterNumber(cell, 'RD_PORTS'),
    writePorts: parameterNumber(cell, 'WR_PORTS'),
  }
}
