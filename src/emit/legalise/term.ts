import type { Place } from '../../hdl/place.js'
import type { Net } from '../printable/net.js'

/**
 * Operators of legalised expressions: bit vectors of explicit width in which signedness has moved into
 * the operators and nothing widens implicitly.
 *
 * | op | operands | result |
 * |---|---|---|
 * | `const`, `net` | | |
 * | `not` `neg` `and` `or` `xor` `add` `sub` `mul` | of the result's width | modulo 2^width |
 * | `umul` `smul` | of any widths | the whole product, sum of the widths |
 * | `reduceAnd` `reduceOr` `reduceXor` | one | 1 bit |
 * | `eq` `ne` `ult` `ule` `slt` `sle` | of equal width | 1 bit |
 * | `shl` `lshr` `ashr` | a of the result's width, unsigned amount of at most 32 bits | |
 * | `slice` | one | bits `low + width - 1 .. low` |
 * | `element` | vector, number of a bit of it | `width` bits from that bit on; never beyond the end |
 * | `concat` | most significant first | |
 * | `mux` | condition (1 bit), whenTrue, whenFalse | |
 * | `zext` `sext` | one, narrower | |
 */
export type TermOp =
  | 'const'
  | 'net'
  | 'not'
  | 'neg'
  | 'reduceAnd'
  | 'reduceOr'
  | 'reduceXor'
  | 'add'
  | 'sub'
  | 'mul'
  | 'umul'
  | 'smul'
  | 'and'
  | 'or'
  | 'xor'
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
  | 'element'
  | 'concat'
  | 'mux'
  | 'zext'
  | 'sext'

/** What is known of a term besides its value; it decides how the text looks, never what it means. */
export interface TermLook {
  /** Whether the author's expression was signed: a wire made of the term is declared so. */
  readonly signed: boolean
  /** Several expressions of the author use it, so rewriting its inside would duplicate hardware. */
  readonly shared: boolean
  /** `add`, `sub`, `neg`: no bit is lost, so that widening it can widen the operands instead. */
  readonly exact: boolean
  readonly place: Place | undefined
}

/** A node of a legalised expression; built by the functions of `simplify.ts` only. */
export class Term {
  /** Nodes of the expression written out as a tree, saturating. */
  readonly weight: number
  signed: boolean
  shared: boolean
  exact: boolean
  place: Place | undefined

  constructor(
    readonly op: TermOp,
    readonly width: number,
    readonly operands: readonly Term[],
    look: TermLook,
    /** `const`: the bit pattern. */
    readonly value = 0n,
    /** `slice`: the lowest bit. */
    readonly low = 0,
    /** `net`: what is read. */
    readonly net: Net | undefined = undefined,
  ) {
    this.signed = look.signed
    this.shared = look.shared
    this.exact = look.exact
    this.place = look.place
    let weight = 1
    for (const operand of operands) weight += operand.weight
    this.weight = Math.min(weight, 1_000_000)
  }

  get isConst(): boolean {
    return this.op === 'const'
  }
}
