import type { Graph, ValueId, ValueOp } from './graph.js'

/** A register as far as equivalence is concerned. */
export interface RegisterCandidate {
  /** Registers with different keys are never equivalent. */
  readonly key: string
  /** Values whose equality makes two registers with the same key and equal state stay equal. */
  readonly inputs: readonly (ValueId | undefined)[]
}

const mostRounds = 24

/**
 * Finds registers that always hold the same value, for example the address counters of units that run in
 * step: the coarsest partition in which members of a class have equal inputs whenever all classes hold
 * equal values. All registers start at zero, so such a partition is an invariant.
 * (Partition refinement as in optimistic global value numbering, Alpern, Wegman and Zadeck, POPL 1988.)
 *
 * @param registerLeaf `register` leaves carry an index into `candidates`
 * @param romClass equal numbers mean ROMs with equal contents
 * @returns the representative of each register, the first of its class
 */
export function equivalentRegisters(
  graph: Graph,
  candidates: readonly RegisterCandidate[],
  romClass: readonly number[],
): Int32Array {
  let classes = classesOf(candidates.map(({ key }) => key))
  if (classes.count === candidates.length) return representatives(classes.of)
  const numbering = new ValueNumbering(graph, romClass)
  for (let round = 0; round < mostRounds; round++) {
    const numbers = numbering.number(classes.of)
    const refined = classesOf(
      candidates.map(
        ({ inputs }, index) =>
          `${classes.of[index]}:${inputs.map((input) => input !== undefined && numbers[input])}`,
      ),
    )
    if (refined.count === classes.count) return representatives(refined.of)
    classes = refined
  }
  return Int32Array.from(candidates, (_, index) => index)
}

interface Classes {
  readonly of: Int32Array
  readonly count: number
}

function classesOf(keys: readonly string[]): Classes {
  const numbers = new Map<string, number>()
  const of = Int32Array.from(keys, (key) => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
  return { of, count: numbers.size }
}

function representatives(classes: Int32Array): Int32Array {
  const first = new Map<number, number>()
  return classes.map((number, index) => {
    const known = first.get(number)
    if (known !== undefined) return known
    first.set(number, index)
    return index
  })
}

/** Numbers values anew for every partition of the registers; the tables are shared by all rounds. */
class ValueNumbering {
  readonly #opNumbers: Uint8Array
  readonly #payloads: Int32Array
  readonly #numbers: Int32Array
  readonly #table: Int32Array

  /** @param romClass equal numbers mean ROMs with equal contents */
  constructor(
    readonly graph: Graph,
    romClass: readonly number[],
  ) {
    const opNumbers = new Map<ValueOp, number>()
    this.#opNumbers = Uint8Array.from(graph.ops, (op) => {
      const known = opNumbers.get(op)
      if (known !== undefined) return known
      opNumbers.set(op, opNumbers.size)
      return opNumbers.size - 1
    })
    this.#payloads = Int32Array.from(graph.payloads, (payload, value) =>
      graph.ops[value] === 'romRead' ? romClass[payload]! : payload,
    )
    this.#numbers = new Int32Array(graph.size)
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * graph.size + 2)))
  }

  /**
   * Equal numbers mean equal values, given that registers of one class are equal.
   * @returns valid until the next call
   */
  number(registerClass: Int32Array): Int32Array {
    const { ops, operands, payloads } = this.graph
    const numbers = this.#numbers
    const table = this.#table.fill(-1)
    const mask = table.length - 1
    for (let value = 0; value < numbers.length; value++) {
      if (ops[value] === 'register') this.#payloads[value] = registerClass[payloads[value]!]!
      let hash = Math.imul(this.#payloads[value]! + 1, 0x85ebca6b)
      hash ^= Math.imul(this.graph.widths[value]! * 32 + this.#opNumbers[value]!, 0x9e3779b1)
      for (const operand of operands[value]!) {
        hash = Math.imul(hash ^ (numbers[operand]! + 1), 0x27d4eb2f) ^ (hash >>> 15)
      }
      let slot = (hash ^ (hash >>> 13)) & mask
      while (table[slot] !== -1 && !this.#equal(table[slot]!, value)) slot = (slot + 1) & mask
      if (table[slot] === -1) table[slot] = value
      numbers[value] = table[slot]!
    }
    return numbers
  }

  #equal(a: ValueId, b: ValueId): boolean {
    const { widths, operands } = this.graph
    if (this.#opNumbers[a] !== this.#opNumbers[b] || widths[a] !== widths[b]) return false
    if (this.#payloads[a] !== this.#payloads[b]) return false
    const [left, right] = [operands[a]!, operands[b]!]
    if (left.length !== right.length) return false
    for (let index = 0; index < left.length; index++) {
      if (this.#numbers[left[index]!] !== this.#numbers[right[index]!]) return false
    }
    return true
  }
}
