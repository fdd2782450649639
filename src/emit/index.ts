export { type DesignInput, emitDesign } from './emit-design.js'
export type {
  EmittedDesign,
  EmittedFile,
  EmittedInstance,
  EmittedLine,
  EmittedModule,
  EmittedPort,
  EmittedRom,
  FileUse,
  PortRole,
  UnresetState,
} from './emitted-design.js'
export { filesFor } from './emitted-design.js'
export { fileList, fuseSocCore } from './file-list.js'
export { manifest } from './manifest.js'
export { defaultOptions, type EmitOptions } from './options.js'
export { type ClockConstraint, type SdcOptions, sdc } from './sdc.js'
export { instanceCount, separateDesigns } from './separate-designs.js'
export { designFiles, type WriteOptions, writeDesign } from './write-design.js'
