import type { FlatOp } from '../../../hdl/ir/flat.js'

/** Index of a value in a {@link Graph}. */
export type ValueId = number

/**
 * Operators of the graph: those of the flat IR that an engine can simulate. The registered data of memory
 * read ports are `register` leaves; `memoryWord` is the present word of a memory at an address (zero
 * beyond the depth), the next value of such a register.
 */
export type ValueOp = Exclude<FlatOp, 'blackBox' | 'memoryRead'> | 'memoryWord'

/**
 * A hash-consed dataflow graph: equal expressions are one value. Operands come before their users. Registers
 * and inputs are leaves, so the graph has no cycle.
 */
export class Graph {
  readonly ops: ValueOp[] = []
  readonly widths: number[] = []
  readonly operands: (readonly ValueId[])[] = []
  /**
   * `slice`: lowest bit. `input`, `register`, `romRead`, `memoryWord`: index of the input, register, ROM or
   * memory. `const`: index into `constants`.
   */
  readonly payloads: number[] = []
  readonly constants: bigint[] = []
  readonly #constantIndex = new Map<bigint, number>()
  #table = new Int32Array(1 << 12).fill(-1)

  get size(): number {
    return this.ops.length
  }

  /** The value of an operator applied to operands; an equal one that exists is returned. */
  value(op: ValueOp, width: number, operands: readonly ValueId[], payload = 0): ValueId {
    let slot = this.#hash(op, width, operands, payload)
    for (;;) {
      const found = this.#table[slot]!
      if (found === -1) break
      if (this.#equal(found, op, width, operands, payload)) return found
      slot = (slot + 1) & (this.#table.length - 1)
    }
    const id = this.ops.length
    this.ops.push(op)
    this.widths.push(width)
    this.operands.push(operands)
    this.payloads.push(payload)
    this.#table[slot] = id
    if (this.ops.length * 2 > this.#table.length) this.#rehash()
    return id
  }

  constant(width: number, pattern: bigint): ValueId {
    let index = this.#constantIndex.get(pattern)
    if (index === undefined) {
      index = this.constants.push(pattern) - 1
      this.#constantIndex.set(pattern, index)
    }
    return this.value('const', width, [], index)
  }

  /** The bit pattern of a `const`, otherwise undefined. */
  constantOf(value: ValueId): bigint | undefined {
    return this.ops[value] === 'const' ? this.constants[this.payloads[value]!] : undefined
  }

  #hash(op: ValueOp, width: number, operands: readonly ValueId[], payload: number): number {
    let hash = Math.imul(width + 1, 0x9e3779b1) ^ Math.imul(payload + 1, 0x85ebca6b)
    hash ^= Math.imul(op.charCodeAt(0) * 31 + op.charCodeAt(op.length - 1) + op.length, 0xc2b2ae35)
    for (const operand of operands)
      hash = Math.imul(hash ^ (operand + 1), 0x27d4eb2f) ^ (hash >>> 15)
    return (hash ^ (hash >>> 13)) & (this.#table.length - 1)
  }

  #equal(
    id: ValueId,
    op: ValueOp,
    width: number,
    operands: readonly ValueId[],
    payload: number,
  ): boolean {
    if (this.ops[id] !== op || this.widths[id] !== width || this.payloads[id] !== payload)
      return false
    const own = this.operands[id]!
    if (own.length !== operands.length) return false
    for (let index = 0; index < own.length; index++) {
      if (own[index] !== operands[index]) return false
    }
    return true
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 4).fill(-1)
    for (let id = 0; id < this.ops.length; id++) {
      let slot = this.#hash(this.ops[id]!, this.widths[id]!, this.operands[id]!, this.payloads[id]!)
      while (this.#table[slot] !== -1) slot = (slot + 1) & (this.#table.length - 1)
      this.#table[slot] = id
    }
  }
}

/** Operators without operands. */
export function isLeaf(op: ValueOp): boolean {
  return op === 'const' || op === 'input' || op === 'register'
}
