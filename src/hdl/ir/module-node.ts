import type { Place } from '../place.js'
import type { ExpressionNode } from './expression.js'
import type { RomContents } from './rom-contents.js'
import type { StatementNode } from './statement.js'

/** Attribute of a declaration, instance or module: `(* name = value *)`. */
export interface AttributeNode {
  readonly name: string
  readonly value: string | number
}

export type SignalKind =
  | 'input'
  | 'output'
  | 'wire'
  | 'register'
  /** Data output of a memory's read port. */
  | 'memoryRead'
  /** Input port of an instance, driven by this module. */
  | 'instanceInput'
  /** Output port of an instance, read by this module. */
  | 'instanceOutput'

export type SignalRole = 'data' | 'clock' | 'reset'

/** A named scalar: bundles and vectors are lowered to one signal a leaf before they get here. */
export interface SignalNode {
  readonly kind: SignalKind
  /** The author's name, unique in the module; `u_mac.sum_o` for instance ports. */
  readonly name: string
  readonly width: number
  readonly signed: boolean
  readonly role: SignalRole
  readonly place: Place
  readonly attributes: readonly AttributeNode[]
  /** Only for `register`. */
  readonly register?: RegisterDetail
  /**
   * The author said that nobody reads it (`m.unused(signal)`); mutable while its module is built.
   */
  markedUnused: boolean
}

export interface RegisterDetail {
  /** A signal of role clock; the rising edge is active. */
  readonly clock: SignalNode
  readonly reset?: ResetDetail
  /** One bit; the register keeps its value when it is 0. */
  readonly enable?: ExpressionNode
  /** First stage of a synchroniser: may read another clock domain. */
  readonly synchronizer: boolean
}

export interface ResetDetail {
  /** A signal of role reset. */
  readonly signal: SignalNode
  readonly style: 'async' | 'sync'
  readonly activeLow: boolean
  /** Bit pattern, 0..2^width - 1. */
  readonly value: bigint
}

/** A synchronous memory. A read returns the word before a write of the same cycle. */
export interface MemoryNode {
  readonly name: string
  readonly width: number
  readonly depth: number
  /** Bits that one mask bit governs; `width` when writes are whole words. */
  readonly laneWidth: number
  readonly init?: RomContents
  readonly place: Place
  readonly attributes: readonly AttributeNode[]
  readonly reads: readonly MemoryReadNode[]
  /** On equal addresses in one cycle a later port wins. */
  readonly writes: readonly MemoryWriteNode[]
}

export interface MemoryReadNode {
  readonly clock: SignalNode
  /** Width `addressWidth(depth)`; addresses beyond the depth read zero. */
  readonly address: ExpressionNode
  /** Without it every cycle reads; when 0 the data keeps its value. */
  readonly enable?: ExpressionNode
  /** Kind `memoryRead`; holds the word from the cycle after the address on. */
  readonly data: SignalNode
  readonly place: Place
}

export interface MemoryWriteNode {
  readonly clock: SignalNode
  readonly address: ExpressionNode
  readonly data: ExpressionNode
  /** One bit. */
  readonly enable: ExpressionNode
  /** `width / laneWidth` bits; absent when whole words are written. */
  readonly mask?: ExpressionNode
  readonly place: Place
}

/**
 * How a ROM becomes hardware.
 * - `table`: a `case` statement in `always_comb`
 * - `readmemh`: an array initialised from a file
 * - `logic`: expressions made from the contents by `build`; simulators may read the contents instead
 * - `module`: an instance of a module made from the contents; simulators may read the contents instead
 * - `macro`: an instance of a foundry macro, contents in a file beside it
 */
export type RomForm =
  | { readonly kind: 'table' }
  | { readonly kind: 'readmemh' }
  | {
      readonly kind: 'logic'
      /** Names the construction in comments and the manifest, for example `brom:4`. */
      readonly construction: string
      readonly build: (address: ExpressionNode, contents: RomContents) => ExpressionNode
    }
  | {
      readonly kind: 'module'
      /** Names the construction in comments and the manifest, for example `symbols:8`. */
      readonly construction: string
      /** Of the module, which no other contents may have. */
      readonly name: string
      /**
       * The module and those below it, each after what it instantiates: ports `addr_i`, of the contents' address width,
       * and `data_o`, zero beyond the depth.
       */
      readonly build: (contents: RomContents) => readonly ModuleNode[]
    }
  | { readonly kind: 'macro'; readonly module: string }

export interface RomNode {
  readonly name: string
  readonly contents: RomContents
  readonly form: RomForm
  readonly place: Place
  readonly attributes: readonly AttributeNode[]
}

export interface InstanceNode {
  readonly name: string
  readonly module: ModuleNode
  readonly place: Place
  readonly attributes: readonly AttributeNode[]
  /** One signal a port of the module, in the order of its ports; kinds instanceInput and instanceOutput. */
  readonly ports: readonly SignalNode[]
}

export interface CheckNode {
  readonly kind: 'assert' | 'assume' | 'cover'
  readonly name: string
  /** One bit; `assert`: must be 1 at every rising clock edge outside reset. */
  readonly condition: ExpressionNode
  readonly clock: SignalNode
  readonly reset?: ResetDetail
  readonly place: Place
}

/**
 * One module as its author wrote it. Ports are the signals of kind input and output, in order.
 * A black box has ports only (and `blackBox` set).
 */
export interface ModuleNode {
  readonly name: string
  readonly place: Place
  readonly attributes: readonly AttributeNode[]
  readonly parameters: Readonly<Record<string, number | string | boolean>>
  readonly documentation: string | undefined
  readonly signals: readonly SignalNode[]
  readonly memories: readonly MemoryNode[]
  readonly roms: readonly RomNode[]
  readonly instances: readonly InstanceNode[]
  readonly statements: readonly StatementNode[]
  readonly checks: readonly CheckNode[]
  readonly blackBox: BlackBoxDetail | undefined
}

export interface BlackBoxDetail {
  /** SystemVerilog of a simulation model, or undefined when the user supplies the module. */
  readonly source: string | undefined
  /** Values of Verilog parameters at the instance. */
  readonly parameters: Readonly<Record<string, number | string>>
}

export function portsOf(module: ModuleNode): readonly SignalNode[] {
  return module.signals.filter((signal) => signal.kind === 'input' || signal.kind === 'output')
}
