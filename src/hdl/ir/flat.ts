import type { Place } from '../place.js'
import type { SignalRole } from './module-node.js'
import type { RomContents } from './rom-contents.js'

/** Index into {@link FlatDesign.nets}. */
export type NetId = number

/**
 * Operators of the flat dataflow IR. Every net is an unsigned bit vector; signedness has moved into the
 * operators. Operands have the width that the operator names; nothing widens implicitly.
 *
 * | op | operands | result |
 * |---|---|---|
 * | `const` | | `value` |
 * | `input` | | a top-level input |
 * | `register` | | the value of `registers[index]`; with an asynchronous reset asserted, the reset value |
 * | `memoryRead` | | the registered data of read port `index` in `memoryReads` |
 * | `blackBox` | | an output of a black box: no engine of ours can simulate it |
 * | `add` `sub` `mul` `and` `or` `xor` | a, b of the result's width | modulo 2^width |
 * | `not` `neg` | a of the result's width | |
 * | `reduceAnd` `reduceOr` `reduceXor` | a | 1 bit |
 * | `eq` `ne` `ult` `ule` `slt` `sle` | a, b of equal width | 1 bit |
 * | `shl` `lshr` `ashr` | a of the result's width, unsigned amount of any width | amounts beyond the width shift everything out |
 * | `slice` | a | bits `low + width - 1 .. low` |
 * | `index` | a, index | element of `width` bits; beyond the end of `a` zero |
 * | `concat` | parts, most significant first | |
 * | `mux` | condition (1 bit), whenTrue, whenFalse | |
 * | `zext` `sext` | a, narrower | |
 * | `romRead` | address | word of `roms[index]`; beyond the depth zero |
 */
export type FlatOp =
  | 'const'
  | 'input'
  | 'register'
  | 'memoryRead'
  | 'blackBox'
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  | 'neg'
  | 'reduceAnd'
  | 'reduceOr'
  | 'reduceXor'
  | 'eq'
  | 'ne'
  | 'ult'
  | 'ule'
  | 'slt'
  | 'sle'
  | 'shl'
  | 'lshr'
  | 'ashr'
  | 'slice'
  | 'index'
  | 'concat'
  | 'mux'
  | 'zext'
  | 'sext'
  | 'romRead'

export interface FlatNet {
  readonly op: FlatOp
  readonly width: number
  readonly operands: readonly NetId[]
  /** `const`: the bit pattern. */
  readonly value?: bigint
  /** `slice`: lowest bit. `register`, `memoryRead`, `romRead`, `input`: index into the design's list. */
  readonly index?: number
  /**
   * Where the net was written: equal `template` and `node` in different instances mean the same
   * expression of structurally equal modules (ROM contents may differ), which is what lets a simulator
   * put instances into the lanes of one vector.
   */
  readonly template: number
  readonly node: number
  readonly instance: number
}

export interface FlatInput {
  readonly name: string
  readonly net: NetId
  readonly width: number
  readonly signed: boolean
  readonly role: SignalRole
}

export interface FlatOutput {
  readonly name: string
  readonly net: NetId
  readonly width: number
  readonly signed: boolean
}

export interface FlatReset {
  /** One bit. */
  readonly net: NetId
  readonly style: 'async' | 'sync'
  readonly activeLow: boolean
  readonly value: bigint
}

export interface FlatRegister {
  /** Hierarchical name below the top. */
  readonly path: string
  readonly width: number
  /** The net of op `register` that holds its value. */
  readonly q: NetId
  /** Next value. */
  readonly d: NetId
  /** Net of the clock: an `input` of role clock. */
  readonly clock: NetId
  readonly reset?: FlatReset
  readonly enable?: NetId
  readonly synchronizer: boolean
  readonly place: Place
}

export interface FlatMemory {
  readonly path: string
  readonly width: number
  readonly depth: number
  readonly laneWidth: number
  readonly init?: RomContents
  readonly writes: readonly FlatMemoryWrite[]
  readonly place: Place
}

export interface FlatMemoryWrite {
  readonly clock: NetId
  readonly address: NetId
  readonly data: NetId
  readonly enable: NetId
  readonly mask?: NetId
}

export interface FlatMemoryRead {
  /** Index into `memories`. */
  readonly memory: number
  readonly clock: NetId
  readonly address: NetId
  readonly enable?: NetId
  /** The net of op `memoryRead`. */
  readonly data: NetId
}

export interface FlatCheck {
  readonly kind: 'assert' | 'assume' | 'cover'
  /** Hierarchical name. */
  readonly path: string
  readonly condition: NetId
  readonly clock: NetId
  readonly reset?: { readonly net: NetId; readonly activeLow: boolean }
}

/** A name of the source for a net: what `peek` by path and waveforms show. */
export interface FlatSignal {
  /** Hierarchical name below the top, `u_mac.acc`. */
  readonly path: string
  readonly net: NetId
  readonly width: number
  readonly signed: boolean
}

/**
 * A whole design as one dataflow graph. `nets` is in evaluation order: operands come before their users
 * (registers, memory reads, inputs and constants have no operands).
 */
export interface FlatDesign {
  readonly name: string
  readonly nets: readonly FlatNet[]
  readonly inputs: readonly FlatInput[]
  readonly outputs: readonly FlatOutput[]
  readonly registers: readonly FlatRegister[]
  readonly memories: readonly FlatMemory[]
  readonly memoryReads: readonly FlatMemoryRead[]
  readonly roms: readonly RomContents[]
  readonly checks: readonly FlatCheck[]
  readonly signals: readonly FlatSignal[]
  /** Instance paths, by the `instance` number of a net; instance 0 is the top, with an empty path. */
  readonly instances: readonly string[]
}
