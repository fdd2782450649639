import type { Graph, ValueId } from './graph.js'

/** A wide register as far as splitting is concerned. */
export interface SplitCandidate {
  readonly width: number
  /** The `register` leaf. */
  readonly value: ValueId
  readonly next: ValueId
}

const widestWord = 64
const mostPartsPerSlice = 4

/**
 * Finds wide registers that are only read in slices, for example the registered word of a ROM whose codes
 * go to different multipliers, and where to cut them. A multiplexer that only holds the old value for the
 * register's own next value does not count as a reader.
 * @param mayBeSplit of each candidate
 * @returns ascending lowest bits of the parts, by index of the candidate
 */
export function findRegisterSplits(
  graph: Graph,
  candidates: readonly SplitCandidate[],
  mayBeSplit: (index: number) => boolean,
): Map<number, readonly number[]> {
  const indexOf = new Map<ValueId, number>()
  const cuts = new Map<number, Set<number>>()
  candidates.forEach(({ value, width }, index) => {
    if (width <= widestWord || !mayBeSplit(index)) return
    indexOf.set(value, index)
    cuts.set(index, new Set([0]))
  })
  if (indexOf.size === 0) return new Map()
  const uses = countUses(graph)
  const holders = new Map<ValueId, number>()
  for (const index of indexOf.values()) {
    for (const holder of holdersOf(graph, candidates[index]!.next, uses)) {
      holders.set(holder, index)
    }
  }
  const slices: { readonly index: number; readonly low: number; readonly high: number }[] = []
  for (let user = 0; user < graph.size; user++) {
    for (const operand of graph.operands[user]!) {
      const index = indexOf.get(operand)
      if (index === undefined || holders.get(user) === index) continue
      if (graph.ops[user] !== 'slice') {
        cuts.delete(index)
        continue
      }
      const low = graph.payloads[user]!
      slices.push({ index, low, high: low + graph.widths[user]! })
    }
  }
  for (const { index, low, high } of slices) cuts.get(index)?.add(low).add(high)
  for (const { index, low, high } of slices) {
    const own = cuts.get(index)
    if (own === undefined) continue
    const parts = [...own].filter((cut) => cut >= low && cut < high).length
    if (parts > mostPartsPerSlice) cuts.delete(index)
  }
  return new Map(
    [...cuts].flatMap(([index, own]) => {
      const { width } = candidates[index]!
      const sorted = [...own].filter((cut) => cut < width).sort((a, b) => a - b)
      return sorted.length > 1 ? [[index, sorted] as const] : []
    }),
  )
}

function countUses(graph: Graph): Int32Array {
  const uses = new Int32Array(graph.size)
  for (const operands of graph.operands) for (const operand of operands) uses[operand]!++
  return uses
}

/** The tree of multiplexers that makes a next value and nothing else. */
function holdersOf(graph: Graph, next: ValueId, uses: Int32Array): ValueId[] {
  if (graph.ops[next] !== 'mux' || uses[next] !== 0) return []
  const found = [next]
  for (const holder of found) {
    for (const arm of graph.operands[holder]!.slice(1)) {
      if (graph.ops[arm] === 'mux' && uses[arm] === 1) found.push(arm)
    }
  }
  return found
}
