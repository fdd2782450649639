export { catalogue, type DiagnosticCode } from './diagnostics/catalogue.js'
export { DesignError, type Diagnostic, formatDiagnostic } from './diagnostics/diagnostic.js'
export { Design, elaborate } from './elaborate/design.js'
export type { FlatDesign } from './ir/flat.js'
export type { ModuleNode, RomForm } from './ir/module-node.js'
export { RomContents, type WordArray } from './ir/rom-contents.js'
export type { ClockDomain, ModuleBuilder, RegisterOptions } from './module/module-builder.js'
export {
  type BlackBoxOptions,
  defineBlackBox,
  defineModule,
  type ModuleDefinition,
  type ModuleOptions,
} from './module/module-definition.js'
export {
  type InnerPorts,
  type InstancePorts,
  input,
  output,
  type PortList,
  type StreamSink,
  type StreamSource,
  streamInput,
  streamOutput,
} from './module/port.js'
export { Bool } from './signals/bool.js'
export { Clock, Reset } from './signals/clock.js'
export { cat, mux, pack, repeat, unpack } from './signals/operators.js'
export { SInt } from './signals/sint.js'
export { UInt } from './signals/uint.js'
export { Vec } from './signals/vec.js'
export type { Register, SignalOf, Wire } from './types/assignable.js'
export { bool } from './types/bool-type.js'
export { bundle } from './types/bundle-type.js'
export { clock, reset } from './types/clock-type.js'
export { HardwareType } from './types/hardware-type.js'
export { type SIntType, sint } from './types/sint-type.js'
export { type UIntType, uint } from './types/uint-type.js'
export { vec } from './types/vec-type.js'
