import type { SramCover } from './sram-cover.js'
import type { MemoryShape } from './word-level.js'

export interface CellCount {
  /** Gates, flip-flops and latches; neither instances nor memories. */
  readonly cells: number
  readonly flipFlops: number
}

export interface GenericArea extends CellCount {
  readonly transistors: number
  /** Gate equivalents: transistors over those of a two-input NAND. */
  readonly nand2: number
}

export interface LibertyArea extends CellCount {
  readonly squareMicrometres: number
  /** Gate equivalents: area over that of the library's smallest two-input NAND, if it has one. */
  readonly nand2?: number
  /** Cells that the library has no match for, and that therefore have no area: latches, mostly. */
  readonly unmapped: number
}

/** A module in one library; its own figures are those with everything below it. */
export interface ModuleInLibrary extends LibertyArea {
  /** File name of the library. */
  readonly library: string
  readonly own: LibertyArea
  /** Picoseconds of the longest path inside the module alone, by ABC, without wires and flip-flops. */
  readonly delay?: number
}

/** A memory of a module, or a ROM that was not turned into logic. */
export interface ModuleMemory extends MemoryShape {
  /** The macros that hold it: when an SRAM table is given, and never for a ROM. */
  readonly cover?: SramCover
}

/** The areas of one module: what is in it alone, and with all that it instantiates. */
export interface ModuleArea {
  readonly name: string
  /** How often it stands in the design. */
  readonly instances: number
  /** Modules right below it and how often each stands there. */
  readonly children: Readonly<Record<string, number>>
  readonly own: GenericArea
  readonly total: GenericArea
  /** Generic gates on the longest path inside the module alone. */
  readonly depth: number
  /** One entry for each Liberty file. */
  readonly libraries: readonly ModuleInLibrary[]
  /** In the module alone; in no cell count. */
  readonly memories: readonly ModuleMemory[]
  /** Bits of the memories in it and below. */
  readonly memoryBits: number
  /** Bits of the ROMs in it and below that were not turned into logic. */
  readonly romBits: number
  /** Square micrometres of the macros for all its memories; absent without an SRAM table. */
  readonly memoryArea?: number
}

export interface AreaReport {
  /** The Yosys that made it. */
  readonly yosys: string
  /** The top module first, then the others in order of their total. */
  readonly modules: readonly ModuleArea[]
  /** Instances of modules that the design leaves open, in the whole design; they have no area here. */
  readonly blackBoxes: Readonly<Record<string, number>>
}
