import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { PackOperand, Packs } from '../lanes/pack.js'

/**
 * Scalar values and packs as the vertices of one dependency graph. A unit below `graph.size` is the scalar
 * value with that number; the packs follow. Values that a pack computes are represented by the pack.
 */
export class UnitGraph {
  readonly valueCount: number
  readonly size: number
  /** Asynchronous reset of each register, or -1. */
  readonly #asyncReset: Int32Array

  constructor(
    readonly program: Program,
    readonly packs: Packs,
  ) {
    this.valueCount = program.graph.size
    this.size = this.valueCount + packs.list.length
    this.#asyncReset = Int32Array.from(program.registers, ({ group }) => {
      const { reset } = program.groups[group]!
      return reset?.style === 'async' ? reset.asserted : -1
    })
  }

  unitOf(value: ValueId): number {
    const pack = this.packs.packOf[value]!
    return pack === -1 ? value : this.valueCount + pack
  }

  isPack(unit: number): boolean {
    return unit >= this.valueCount && unit < this.size
  }

  /** The value whose assertion resets the registers that a unit reads, or -1. */
  asyncReset(unit: number): ValueId {
    const { graph } = this.program
    const value = this.isPack(unit) ? this.packs.list[unit - this.valueCount]!.values[0]! : unit
    return graph.ops[value] === 'register' ? this.#asyncReset[graph.payloads[value]!]! : -1
  }

  operandsOf(unit: number): number[] {
    if (!this.isPack(unit)) {
      return this.program.graph.operands[unit]!.map((operand) => this.unitOf(operand))
    }
    const { op, operands, values } = this.packs.list[unit - this.valueCount]!
    if (op === 'gathered') return [...new Set(values)].map((value) => this.unitOf(value))
    return operands.map((operand) => this.operandUnit(operand))
  }

  operandUnit(operand: PackOperand): number {
    return 'pack' in operand ? this.valueCount + operand.pack : this.unitOf(operand.uniform)
  }
}
