import type { Form } from '../codegen/forms.js'
import type { ValueId } from '../graph/graph.js'
import type { Ranges } from '../graph/ranges.js'
import { isSource, type Pack, type PackId, type PackOperand, type Packs } from './pack.js'

export type LaneBits = 8 | 16 | 32 | 64

/**
 * How a pack lies in vectors. A lane may have fewer bits than the value when the value's bounds allow:
 * then `zero` and `sign` say how it is extended to its width, and `any` does not occur.
 */
export interface LaneType {
  readonly bits: LaneBits
  readonly form: Form
}

/** Bounds that hold in all lanes; see {@link Ranges}. */
export interface LaneBounds {
  readonly unsignedHigh: number
  readonly signedLow: number
  readonly signedHigh: number
  readonly exactSigned: boolean
}

const sizes: readonly LaneBits[] = [8, 16, 32, 64]

function firstThat(fits: (bits: LaneBits) => boolean, atLeast: LaneBits): LaneBits {
  return sizes.find((bits) => bits >= atLeast && fits(bits)) ?? 64
}

/** Chooses the lane type of every pack from the bounds of its values. */
export class LaneTypes {
  readonly #types: LaneType[] = []
  readonly #bounds: LaneBounds[]

  constructor(
    readonly packs: Packs,
    readonly ranges: Ranges,
    readonly widthOf: (value: ValueId) => number,
  ) {
    this.#bounds = packs.list.map(({ values }) => this.#boundsOf(values))
    // Registers and gathered values are no operations on others, so their users may rely on them.
    packs.list.forEach((pack, id) => {
      if (isSource(pack)) this.#types[id] = this.#sourceType(pack, id)
    })
    for (let id = 0; id < packs.list.length; id++) this.#resolve(id)
  }

  of(pack: PackId): LaneType {
    return this.#types[pack]!
  }

  bounds(pack: PackId): LaneBounds {
    return this.#bounds[pack]!
  }

  operandBounds(operand: PackOperand): LaneBounds {
    return 'pack' in operand
      ? this.bounds(operand.pack)
      : this.#boundsOf(Int32Array.of(operand.uniform))
  }

  operandWidth(operand: PackOperand): number {
    return 'pack' in operand ? this.packs.list[operand.pack]!.width : this.widthOf(operand.uniform)
  }

  /** Fewest lane bits that hold an operand zero-extended. */
  unsignedBits(operand: PackOperand): LaneBits {
    const { unsignedHigh } = this.operandBounds(operand)
    const width = this.operandWidth(operand)
    return firstThat((bits) => width <= bits || unsignedHigh < 2 ** bits, 8)
  }

  /** Fewest lane bits that hold an operand sign-extended. */
  signedBits(operand: PackOperand): LaneBits {
    const { signedLow, signedHigh } = this.operandBounds(operand)
    const width = this.operandWidth(operand)
    return firstThat(
      (bits) => width <= bits || (signedLow >= -(2 ** (bits - 1)) && signedHigh < 2 ** (bits - 1)),
      8,
    )
  }

  /** Lane type in which both operands of a comparison are compared. */
  comparisonType({ op, operands }: Pack): LaneType {
    const unsigned = Math.max(...operands.map((operand) => this.unsignedBits(operand))) as LaneBits
    const signed = Math.max(...operands.map((operand) => this.signedBits(operand))) as LaneBits
    if (op === 'slt' || op === 'sle') return { bits: signed, form: 'sign' }
    if (op === 'ult' || op === 'ule') return { bits: unsigned, form: 'zero' }
    return signed < unsigned ? { bits: signed, form: 'sign' } : { bits: unsigned, form: 'zero' }
  }

  /** Operands come before their users, except for the operands of registers, which have none. */
  #resolve(id: PackId): LaneType {
    const known = this.#types[id]
    if (known !== undefined) return known
    const pack = this.packs.list[id]!
    for (const operand of pack.operands) if ('pack' in operand) this.#resolve(operand.pack)
    const type = this.#operationType(pack, id)
    this.#types[id] = type
    return type
  }

  #boundsOf(values: Int32Array): LaneBounds {
    const { unsignedHigh, signedLow, signedHigh, exactSigned } = this.ranges
    let bounds = { unsignedHigh: 0, signedLow: 0, signedHigh: 0, exactSigned: true }
    for (const value of values) {
      bounds = {
        unsignedHigh: Math.max(bounds.unsignedHigh, unsignedHigh[value]!),
        signedLow: Math.min(bounds.signedLow, signedLow[value]!),
        signedHigh: Math.max(bounds.signedHigh, signedHigh[value]!),
        exactSigned: bounds.exactSigned && exactSigned[value] === 1,
      }
    }
    return bounds
  }

  /** The smallest lane, and the form that a lane narrower than its value has. */
  #smallest(id: PackId, atLeast: LaneBits): LaneType {
    const { width } = this.packs.list[id]!
    const operand = { pack: id }
    const signed = this.signedBits(operand)
    const unsigned = this.unsignedBits(operand)
    const bits = Math.max(atLeast, Math.min(signed, unsigned)) as LaneBits
    if (bits >= width) return { bits, form: 'any' }
    return { bits, form: signed <= bits ? 'sign' : 'zero' }
  }

  #sourceType(pack: Pack, id: PackId): LaneType {
    const type = this.#smallest(id, 8)
    if (type.form !== 'any' || type.bits === pack.width) return type
    const { signedLow } = this.#bounds[id]!
    const signed =
      pack.op === 'register' && (pack.width === 1 || (signedLow < 0 && this.#isSigned(id)))
    return { bits: type.bits, form: signed ? 'sign' : 'zero' }
  }

  /** Whether a pack is mostly read as a signed number. */
  #isSigned(id: PackId): boolean {
    return this.packs.list.some(
      ({ op, operands }) =>
        (op === 'sext' || op === 'slt' || op === 'sle' || op === 'ashr') &&
        operands.some((operand) => 'pack' in operand && operand.pack === id),
    )
  }

  #operationType(pack: Pack, id: PackId): LaneType {
    const { op, width, operands } = pack
    switch (op) {
      case 'eq':
      case 'ne':
      case 'ult':
      case 'ule':
      case 'slt':
      case 'sle':
        return { bits: this.comparisonType(pack).bits, form: 'sign' }
      case 'reduceAnd':
      case 'reduceOr':
        return { bits: this.unsignedBits(operands[0]!), form: 'sign' }
      case 'reduceXor':
        return { bits: Math.max(16, this.unsignedBits(operands[0]!)) as LaneBits, form: 'any' }
      case 'lshr':
        return { bits: Math.max(16, this.unsignedBits(operands[0]!)) as LaneBits, form: 'zero' }
      case 'ashr':
        return { bits: Math.max(16, this.signedBits(operands[0]!)) as LaneBits, form: 'sign' }
      case 'slice':
        return this.#sliceType(pack, id)
      case 'and':
      case 'or':
      case 'xor':
      case 'not':
      case 'mux':
        return this.#bitwiseType(pack, id)
      case 'zext': {
        const bits = this.unsignedBits({ pack: id })
        return { bits, form: 'zero' }
      }
      case 'sext': {
        const bits = this.signedBits({ pack: id })
        return { bits, form: 'sign' }
      }
      case 'concat':
        return { bits: Math.max(16, this.unsignedBits({ pack: id })) as LaneBits, form: 'zero' }
      default: {
        const type = this.#smallest(id, op === 'mul' || op === 'shl' ? 16 : 8)
        const exact = type.form === 'any' && type.bits > width && this.#bounds[id]!.exactSigned
        return exact ? { bits: type.bits, form: 'sign' } : type
      }
    }
  }

  #sliceType({ payload: low, width, operands }: Pack, id: PackId): LaneType {
    const [a] = operands as [PackOperand]
    if (low === 0) return this.#smallest(id, 8)
    const natural = 'pack' in a ? this.#types[a.pack]!.bits : this.unsignedBits(a)
    if (low + width <= natural) return { bits: Math.max(16, natural) as LaneBits, form: 'any' }
    return { bits: Math.max(16, this.unsignedBits(a)) as LaneBits, form: 'any' }
  }

  /** Truth values keep the lanes of what they were compared in; others take the smallest lanes. */
  #bitwiseType({ op, width, operands }: Pack, id: PackId): LaneType {
    const arms = op === 'mux' ? operands.slice(1) : operands
    const types = arms.flatMap((arm) => ('pack' in arm ? [this.#types[arm.pack]!] : []))
    if (width === 1) {
      return { bits: Math.max(8, ...types.map(({ bits }) => bits)) as LaneBits, form: 'sign' }
    }
    const type = this.#smallest(id, 8)
    if (type.form !== 'any' || type.bits === width) return type
    const signed = types.length > 0 && types.every(({ form }) => form === 'sign')
    return { bits: type.bits, form: signed ? 'sign' : 'zero' }
  }
}
