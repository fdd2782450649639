export { noCache, openCache, type ResultCache } from '../common/result-cache.js'
export type {
  AreaReport,
  GenericArea,
  LibertyArea,
  ModuleArea,
  ModuleInLibrary,
  ModuleMemory,
} from './area-report.js'
export type { Counterexample, CounterexampleStep, PortValues } from './counterexample.js'
export {
  type Equivalence,
  type EquivalenceOptions,
  equivalent,
  type ProofMethod,
} from './equivalent.js'
export { transistorsOf, transistorsOfNand2 } from './gate-costs.js'
export { type LibertyLibrary, osu018Path, readLiberty } from './liberty.js'
export { type LintOptions, lint } from './lint.js'
export { abcScript } from './map-module.js'
export { firstWrongBit, type MappedRom, RomMapper, romMappingScript } from './map-rom.js'
export type { ProvableDesign } from './provable-design.js'
export { type RomReferenceOptions, romReference } from './rom-reference.js'
export type { SramCover } from './sram-cover.js'
export { readSramTable, type SramMacro } from './sram-table.js'
export { type SynthesisOptions, synthesize } from './synthesize.js'
export {
  openYosys,
  type Yosys,
  type YosysEngine,
  type YosysFiles,
  type YosysRun,
  type YosysRunOptions,
} from './yosys.js'
export { YosysError, YosysTimeout } from './yosys-error.js'
