import type { EmittedDesign } from '../emit/index.js'
import type { RomContents } from '../hdl/index.js'
import { parseAiger, truthTable } from './aiger.js'
import { genericFigures, libraryFigures } from './area.js'
import { transistorsOfNand2 } from './gate-costs.js'
import type { LibertyLibrary } from './liberty.js'
import { libraryFile, mappingScript, mapText } from './map-module.js'
import { wordLevelModules, wordLevelScript } from './word-level.js'
import type { Yosys, YosysRunOptions } from './yosys.js'

/** A combinational ROM in one target. */
export interface MappedRom {
  readonly cells: number
  /** Transistors of generic gates in static CMOS, or square micrometres of the library's cells. */
  readonly area: number
  /** Gate equivalents: area over that of a two-input NAND; absent when the library has none. */
  readonly nand2?: number
  /** Generic gates on the longest path. */
  readonly depth?: number
  /** Picoseconds of the longest paths of the modules by ABC, in sum and without wires; libraries only. */
  readonly delay?: number
  /** Of Yosys and ABC, from the SystemVerilog on. */
  readonly seconds: number
  /** The mapped netlist, as AND gates and inverters (ASCII AIGER). */
  readonly netlist: string
}

export interface RomMapping {
  readonly yosys: Yosys
  readonly abcScript: string
  /** All modules become one before they are optimised and mapped; false by default. */
  readonly flatten?: boolean
  readonly run?: Pick<YosysRunOptions, 'timeoutMilliseconds' | 'signal'>
}

interface WordLevel {
  readonly name: string
  readonly text: string
  readonly seconds: number
}

const netlistFile = 'netlist.aag'

/** What follows the mapping: the functions of its cells, as the library states them, in place of the cells. */
function netlistScript(top: string, library: LibertyLibrary | undefined): readonly string[] {
  const cellFunctions = [
    `read_liberty -overwrite -ignore_miss_func -ignore_miss_dir -ignore_miss_data_latch ${libraryFile}`,
    `hierarchy -top ${top}`,
    'flatten',
  ]
  return [
    ...(library === undefined ? [] : cellFunctions),
    'opt_clean -purge',
    'aigmap',
    `write_aiger -ascii -symbols ${netlistFile}`,
  ]
}

/** The commands of {@link RomMapper} for a target, which decide its results together with the design and Yosys. */
export function romMappingScript(
  library: LibertyLibrary | undefined,
  script: string,
  flatten = false,
): readonly string[] {
  return [
    ...wordLevelScript('', flatten),
    ...mappingScript(library && 'library', script, ['hierarchy', 'flatten']),
    ...netlistScript('', library),
  ]
}

/**
 * Reads a combinational design once and maps it to one target after another, module by module unless it is flattened: what
 * its author keeps apart, the mapping does not mix.
 */
export class RomMapper {
  #wordLevel: Promise<WordLevel> | undefined

  constructor(
    private readonly design: EmittedDesign,
    private readonly options: RomMapping,
  ) {}

  /**
   * @param library undefined for generic gates
   * @throws YosysTimeout, YosysError
   */
  async map(library: LibertyLibrary | undefined): Promise<MappedRom> {
    const { yosys, abcScript, run = {} } = this.options
    this.#wordLevel ??= this.#readDesign()
    const { name, text, seconds: readSeconds } = await this.#wordLevel
    const start = performance.now()
    const { mapped, files } = await mapText(name, text, library, {
      yosys,
      abcScript,
      run: { ...run, outputs: [netlistFile] },
      after: netlistScript(name, library),
      wholeDesign: true,
    })
    const { cells: counts, ...path } = mapped
    const netlist = files[netlistFile]!
    const seconds = readSeconds + (performance.now() - start) / 1000
    if (library === undefined) {
      const { cells, transistors: area } = genericFigures(counts)
      return { cells, area, nand2: area / transistorsOfNand2, ...path, seconds, netlist }
    }
    const { cells, squareMicrometres: area, unmapped } = libraryFigures(counts, library)
    if (unmapped > 0) throw new Error(`${unmapped} gates without a cell of ${library.name}`)
    const equivalents = library.nand2Area === undefined ? {} : { nand2: area / library.nand2Area }
    return { cells, area, ...equivalents, ...path, seconds, netlist }
  }

  async #readDesign(): Promise<WordLevel> {
    const { yosys, flatten = false, run } = this.options
    const start = performance.now()
    const modules = await wordLevelModules(this.design, yosys, { ...run, flatten })
    const seconds = (performance.now() - start) / 1000
    const text = [...modules.flatMap(({ lines }) => lines), ''].join('\n')
    return { name: this.design.top, text, seconds }
  }
}

/**
 * Reads a netlist at every address: undefined when it holds the contents, and zero beyond their depth; otherwise
 * the first place where it does not. All addresses of a combinational ROM are a proof.
 *
 * @param netlist ASCII AIGER with the ports of a ROM module
 */
export function firstWrongBit(
  netlist: string,
  contents: RomContents,
): { readonly address: number; readonly bit: number } | undefined {
  const { width, addressWidth } = contents
  const table = truthTable(
    parseAiger(netlist),
    { name: 'addr_i', width: addressWidth },
    { name: 'data_o', width },
  )
  for (let address = 0; address < 2 ** addressWidth; address++) {
    for (let bit = 0; bit < width; bit++) {
      if (table.bit(address, bit) !== contents.bit(address, bit)) return { address, bit }
    }
  }
  return undefined
}
