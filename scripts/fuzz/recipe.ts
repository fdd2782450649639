/**
 * A circuit as data: what the fuzzer draws, minimises and keeps. Any document of this shape makes a legal
 * circuit, since the builder brings operands to the types that are needed and takes numbers modulo what there
 * is; so minimising may delete and lower anything.
 */
export interface CircuitRecipe {
  /** Modules may hold instances of those before them; the last one is the top. */
  readonly modules: readonly ModuleRecipe[]
  /** The reset of all modules; the language's own default unless given. */
  readonly reset?: ResetRecipe
}

export interface ResetRecipe {
  readonly style: 'async' | 'sync'
  readonly activeLow: boolean
}

export interface ModuleRecipe {
  readonly inputs: readonly TypeRecipe[]
  readonly steps: readonly Step[]
  readonly outputs: readonly OutputRecipe[]
}

export interface OutputRecipe {
  readonly type: TypeRecipe
  /** One a leaf of the type. */
  readonly values: readonly Ref[]
}

export type ScalarRecipe =
  | { readonly kind: 'bool' }
  | { readonly kind: 'uint'; readonly width: number }
  | { readonly kind: 'sint'; readonly width: number }

export type TypeRecipe =
  | ScalarRecipe
  | { readonly kind: 'vec'; readonly element: TypeRecipe; readonly length: number }
  /** Fields `a`, `b`, `c`... */
  | { readonly kind: 'bundle'; readonly fields: readonly TypeRecipe[] }

/**
 * A scalar value: of step `[0]` of the module counted from 1 (0 are the inputs), the value number `[1]` that it
 * makes.
 */
export type Ref = readonly [step: number, value: number]

/** A bit pattern in hexadecimal. */
export type Pattern = string

export type UnaryName =
  | 'not'
  | 'neg'
  | 'abs'
  | 'reduceAnd'
  | 'reduceOr'
  | 'reduceXor'
  | 'isNegative'
  | 'asBool'
  | 'cast'
  | 'toSigned'

export type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'

/** Values that are computed, in the order in which they are written. */
export type Step =
  | { readonly kind: 'const'; readonly type: ScalarRecipe; readonly value: Pattern }
  | { readonly kind: 'unary'; readonly op: UnaryName; readonly a: Ref }
  | {
      readonly kind: 'binary'
      readonly op: BinaryName
      readonly signed: boolean
      readonly a: Ref
      readonly b: Ref
    }
  | { readonly kind: 'shift'; readonly op: 'left' | 'right'; readonly a: Ref; readonly by: Ref }
  | { readonly kind: 'move'; readonly op: 'shl' | 'shr'; readonly a: Ref; readonly amount: number }
  | {
      readonly kind: 'resize'
      readonly op: 'extend' | 'truncate' | 'saturate'
      readonly a: Ref
      readonly by: number
    }
  | { readonly kind: 'slice'; readonly a: Ref; readonly high: number; readonly low: number }
  /** A bit at a variable position. */
  | { readonly kind: 'bit'; readonly a: Ref; readonly at: Ref }
  /** An element of a vector at a variable position. */
  | {
      readonly kind: 'select'
      readonly element: ScalarRecipe
      readonly items: readonly Ref[]
      readonly at: Ref
    }
  | { readonly kind: 'cat'; readonly parts: readonly Ref[] }
  | { readonly kind: 'repeat'; readonly a: Ref; readonly count: number }
  | { readonly kind: 'mux'; readonly condition: Ref; readonly a: Ref; readonly b: Ref }
  | { readonly kind: 'let'; readonly a: Ref; readonly name?: string }
  | RomStep
  | RegisterStep
  | MemoryStep
  | BranchesStep
  /** A wire of which each bit follows the next lower one: a loop only as a whole. */
  | { readonly kind: 'chain'; readonly width: number; readonly op: 'and' | 'xor'; readonly a: Ref }
  | MachineStep
  | { readonly kind: 'instance'; readonly module: number; readonly inputs: readonly Ref[] }

export interface RomStep {
  readonly kind: 'rom'
  readonly name?: string
  /** A ROM policy: `table`, `brom:4`... */
  readonly form: string
  readonly width: number
  readonly words: readonly Pattern[]
  readonly address: Ref
}

/** `next`, `enable` and what writes a memory may refer to later steps. */
export interface RegisterStep {
  readonly kind: 'register'
  readonly name?: string
  readonly type: TypeRecipe
  readonly reset?: readonly Pattern[]
  readonly enable?: Ref
  readonly next: readonly Ref[]
  /** Takes the next value only where this holds. */
  readonly when?: Ref
}

export interface MemoryStep {
  readonly kind: 'memory'
  readonly name?: string
  readonly element: TypeRecipe
  readonly depth: number
  /** Lanes of a word that are masked; one when it is written whole. */
  readonly lanes: number
  readonly init?: readonly Pattern[]
  readonly reads: readonly { readonly address: Ref; readonly enable?: Ref }[]
  readonly writes: readonly {
    readonly address: Ref
    readonly values: readonly Ref[]
    readonly enable?: Ref
    readonly mask?: Ref
    readonly when?: Ref
  }[]
}

/** Wires and registers that statements assign: a default, then branches over it. */
export interface BranchesStep {
  readonly kind: 'branches'
  readonly targets: readonly TargetRecipe[]
  readonly body: readonly BranchRecipe[]
}

export interface TargetRecipe {
  readonly name?: string
  readonly type: ScalarRecipe
  /** Registers may have no default. */
  readonly isRegister: boolean
  readonly value: Ref
}

export type BranchRecipe =
  | {
      readonly kind: 'when'
      readonly branches: readonly { readonly condition: Ref; readonly body: BlockRecipe }[]
      readonly otherwise?: BlockRecipe
    }
  | {
      readonly kind: 'switch'
      readonly subject: Ref
      readonly cases: readonly { readonly values: readonly number[]; readonly body: BlockRecipe }[]
      readonly otherwise?: BlockRecipe
    }

export interface BlockRecipe {
  /** A target's number and its value; the first one counts for each target. */
  readonly assigns: readonly (readonly [target: number, value: Ref])[]
  readonly inner?: BranchRecipe
  /** The inner nest comes before the assigns, which then leave its targets alone. */
  readonly innerFirst?: boolean
}

/** A state machine of which each state has transitions, the last one to the next state. */
export interface MachineStep {
  readonly kind: 'machine'
  readonly name?: string
  readonly states: readonly { readonly to: number; readonly when: Ref }[]
}
