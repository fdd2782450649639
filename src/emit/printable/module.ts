import type { AttributeNode } from '../../hdl/ir/module-node.js'
import type { RomContents } from '../../hdl/ir/rom-contents.js'
import type { Place } from '../../hdl/place.js'
import type { SvExpression, SvLiteral } from './expression.js'
import type { Net } from './net.js'

/** What the printer prints: one module, already legal in every tool. */
export interface SvModule {
  readonly name: string
  readonly place: Place | undefined
  readonly attributes: readonly AttributeNode[]
  /** Lines of the comment above the module, without slashes. */
  readonly header: readonly string[]
  /** Only stubs of black boxes have any: what the instances set, with its value as the default. */
  readonly parameters: Readonly<Record<string, number | string>>
  readonly ports: readonly SvPort[]
  /** Groups of items with a blank line between them. */
  readonly sections: readonly SvSection[]
}

export interface SvPort {
  readonly direction: 'input' | 'output'
  readonly net: Net
}

export type SvSection = readonly SvItem[]

export type SvItem =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'declare'; readonly net: Net }
  | SvLocalparam
  | SvUnusedParameter
  | SvAssign
  | SvCombinational
  | SvSequential
  | SvMemory
  | SvTable
  | SvInstance
  | SvChecks

export interface SvLocalparam {
  readonly kind: 'localparam'
  readonly value: SvLiteral
}

/** `localparam unused_Level = Level;` */
export interface SvUnusedParameter {
  readonly kind: 'unusedParameter'
  readonly parameter: string
}

/** `assign target = value;` */
export interface SvAssign {
  readonly kind: 'assign'
  readonly target: Net
  readonly value: SvExpression
  readonly place: Place | undefined
}

/** `always_comb`. */
export interface SvCombinational {
  readonly kind: 'combinational'
  readonly body: readonly SvStatement[]
  readonly place: Place | undefined
}

/** `always_ff`, on the rising edge of `clock`. */
export interface SvSequential {
  readonly kind: 'sequential'
  readonly clock: Net
  readonly reset: SvReset | undefined
  readonly body: readonly SvStatement[]
}

export interface SvReset {
  readonly net: Net
  readonly style: 'async' | 'sync'
  readonly activeLow: boolean
  readonly body: readonly SvStatement[]
}

export type SvStatement = SvStatementAssign | SvIf | SvCase

/** Blocking in `always_comb`, non-blocking in `always_ff`. */
export interface SvStatementAssign {
  readonly kind: 'assign'
  readonly target: Net | SvMemoryLane
  readonly value: SvExpression
  readonly place: Place | undefined
}

/** `memory[address]`, or bits of it. */
export interface SvMemoryLane {
  readonly memory: string
  readonly address: SvExpression
  /** Absent for a whole word. */
  readonly lane?: { readonly low: number; readonly width: number }
}

export interface SvIf {
  readonly kind: 'if'
  readonly branches: readonly SvBranch[]
  readonly otherwise: readonly SvStatement[]
}

export interface SvBranch {
  readonly condition: SvExpression
  readonly body: readonly SvStatement[]
}

export interface SvCase {
  readonly kind: 'case'
  readonly subject: SvExpression
  readonly cases: readonly SvCaseItem[]
  readonly otherwise: readonly SvStatement[]
  /** The values that only `default` covers, when it stands in place of the last item. */
  readonly otherwiseValues: readonly SvLiteral[]
}

export interface SvCaseItem {
  readonly values: readonly SvLiteral[]
  readonly body: readonly SvStatement[]
}

/** `logic [width-1:0] name [0:depth-1];`, and what fills it. */
export interface SvMemory {
  readonly kind: 'memory'
  readonly name: string
  readonly width: number
  readonly depth: number
  readonly image: SvImage | undefined
  readonly place: Place | undefined
  readonly attributes: readonly AttributeNode[]
}

/** A `$readmemh` file of the output directory. */
export interface SvImage {
  readonly path: string
  readonly contents: RomContents
}

/** A ROM as a `case` over all its words, in the form that Yosys recognises as a memory. */
export interface SvTable {
  readonly kind: 'table'
  readonly address: Net
  readonly data: Net
  readonly contents: RomContents
  readonly place: Place | undefined
}

export interface SvInstance {
  readonly kind: 'instance'
  readonly module: string
  readonly name: string
  readonly parameters: Readonly<Record<string, number | string>>
  readonly connections: readonly SvConnection[]
  readonly place: Place | undefined
  readonly attributes: readonly AttributeNode[]
}

export interface SvConnection {
  readonly port: string
  readonly direction: 'input' | 'output'
  /** An output is connected to a net. */
  readonly value: SvExpression
}

/** Assertions of one clock, invisible to synthesis. */
export interface SvChecks {
  readonly kind: 'checks'
  /** Wires that only the assertions read. */
  readonly wires: readonly SvItem[]
  readonly groups: readonly SvCheckGroup[]
}

export interface SvCheckGroup {
  readonly clock: Net
  readonly reset: { readonly net: Net; readonly activeLow: boolean } | undefined
  readonly checks: readonly SvCheck[]
}

export interface SvCheck {
  readonly kind: 'assert' | 'assume' | 'cover'
  readonly name: string
  readonly condition: SvExpression
  readonly place: Place | undefined
}
