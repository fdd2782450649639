import type { Graph, ValueId } from './graph.js'

/** A register as far as equivalence is concerned. */
export interface RegisterCandidate {
  /** Registers with different keys are never equivalent. */
  readonly key: string
  /** Values whose equality makes two registers with the same key and equal state stay equal. */
  readonly inputs: readonly ValueId[]
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
  for (let round = 0; round < mostRounds; round++) {
    const numbers = numberValues(graph, classes.of, romClass)
    const refined = classesOf(
      candidates.map(
        ({ inputs }, index) => `${classes.of[index]}:${inputs.map((input) => numbers[input])}`,
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

/** Equal numbers mean equal values, given that registers of one class are equal. */
function numberValues(
  graph: Graph,
  registerClass: Int32Array,
  romClass: readonly number[],
): Int32Array {
  const { ops, widths, operands, payloads } = graph
  const numbers = new Int32Array(graph.size)
  const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * graph.size + 2))).fill(-1)
  const payloadOf = (value: ValueId): number => {
    const payload = payloads[value]!
    if (ops[value] === 'register') return registerClass[payload]!
    return ops[value] === 'romRead' ? romClass[payload]! : payload
  }
  const equal = (a: ValueId, b: ValueId): boolean => {
    if (ops[a] !== ops[b] || widths[a] !== widths[b] || payloadOf(a) !== payloadOf(b)) return false
    const [left, right] = [operands[a]!, operands[b]!]
    if (left.length !== right.length) return false
    return left.every((operand, index) => numbers[operand] === numbers[right[index]!])
  }
  for (let value = 0; value < graph.size; value++) {
    let hash = Math.imul(payloadOf(value) + 1, 0x85ebca6b) ^ Math.imul(widths[value]!, 0x9e3779b1)
    hash ^= ops[value]!.charCodeAt(0) * 977 + ops[value]!.length * 131
    for (const operand of operands[value]!) {
      hash = Math.imul(hash ^ (numbers[operand]! + 1), 0x27d4eb2f) ^ (hash >>> 15)
    }
    let slot = (hash ^ (hash >>> 13)) & (table.length - 1)
    while (table[slot] !== -1 && !equal(table[slot]!, value)) slot = (slot + 1) & (table.length - 1)
    if (table[slot] === -1) table[slot] = value
    numbers[value] = numbers[table[slot]!] = table[slot]!
  }
  return numbers
}
