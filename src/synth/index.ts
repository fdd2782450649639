export { type AreaReport, type ModuleArea, type SynthesisOptions, synthesize } from './area.js'
export {
  type Counterexample,
  type Equivalence,
  equivalent,
  type ProvableDesign,
} from './equivalent.js'
export { osu018Path } from './liberty.js'
export { lint } from './lint.js'
export { romReference } from './rom-reference.js'
export { readSramTable, type SramMacro } from './sram-table.js'
export {
  openYosys,
  type Yosys,
  type YosysEngine,
  type YosysFiles,
  type YosysRun,
  type YosysRunOptions,
} from './yosys.js'
export { YosysError, YosysTimeout } from './yosys-error.js'
