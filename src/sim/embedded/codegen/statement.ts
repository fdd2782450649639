import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { PackId } from '../lanes/pack.js'

/** One step of a cycle. The last two kinds belong to the commit of a clock edge. */
export type Statement =
  | { readonly kind: 'value'; readonly value: ValueId }
  /** Computes a pack. */
  | { readonly kind: 'pack'; readonly pack: PackId }
  /** Brings the scalars of a gathered pack into its lanes. */
  | { readonly kind: 'gather'; readonly pack: PackId }
  | { readonly kind: 'asyncReset'; readonly asserted: ValueId }
  /** Puts a value where it can be read from outside. */
  | { readonly kind: 'peek'; readonly value: ValueId }
  /** Puts a value among those that a waveform shows. */
  | { readonly kind: 'trace'; readonly value: ValueId }
  | { readonly kind: 'next'; readonly register: number }
  /** The next values of a pack of registers, which are a pack or one scalar themselves. */
  | { readonly kind: 'nextPack'; readonly pack: PackId }
  | { readonly kind: 'check'; readonly check: number }
  /** Whether and how an update group changes, decided before anything does. */
  | { readonly kind: 'condition'; readonly group: number }
  | { readonly kind: 'write'; readonly write: number }
  | { readonly kind: 'update'; readonly group: number }

/** Scalar values that a statement reads, as often as it evaluates them; packs are not among them. */
export function statementOperands(program: Program, statement: Statement): readonly ValueId[] {
  switch (statement.kind) {
    case 'value':
      return program.graph.operands[statement.value]!
    case 'asyncReset':
      return [statement.asserted]
    case 'peek':
    case 'trace':
      return [statement.value]
    case 'next':
      return [program.registers[statement.register]!.next]
    case 'check':
      return [program.checks[statement.check]!.fires]
    case 'condition': {
      const { reset, enable } = program.groups[statement.group]!
      return [reset?.asserted, enable].filter((value) => value !== undefined)
    }
    case 'write': {
      const { address, data, enable, mask } = program.writes[statement.write]!
      // A mask is evaluated once a lane.
      return mask === undefined ? [enable, address, data] : [enable, address, data, mask, mask]
    }
    default:
      return []
  }
}

export function isCommit({ kind }: Statement): boolean {
  return kind === 'write' || kind === 'update'
}
