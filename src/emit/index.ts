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
export { defaultOptions, type EmitOptions } from './options.js'
