import { PriorityQueue } from './priority-queue.js'

/** What two neighbours become. */
export interface PairMerge {
  readonly token: number
  /** The pair of highest priority in the text is merged first, the leftmost of equals. */
  readonly priority: number
}

/** A token while it is merged; the symbols of a text are a doubly linked list. */
interface LinkedSymbol {
  token: number
  previous: number
  next: number
}

/** Two neighbours that could become one token. */
interface Candidate extends PairMerge {
  readonly left: number
  readonly right: number
  readonly leftToken: number
  readonly rightToken: number
}

const NONE = -1

/**
 * Merges neighbouring tokens, the pair of highest priority first, until `mergeOf` knows no pair of neighbours.
 * Time is n log n.
 */
export function mergePairs(
  tokens: readonly number[],
  mergeOf: (left: number, right: number) => PairMerge | undefined,
): number[] {
  const symbols = tokens.map(
    (token, index): LinkedSymbol => ({
      token,
      previous: index - 1,
      next: index + 1 < tokens.length ? index + 1 : NONE,
    }),
  )
  const queue = new PriorityQueue<Candidate>((a, b) => b.priority - a.priority || a.left - b.left)
  const consider = (left: number, right: number) => {
    const leftToken = symbols[left]!.token
    const rightToken = symbols[right]!.token
    const merge = mergeOf(leftToken, rightToken)
    if (merge !== undefined) queue.push({ ...merge, left, right, leftToken, rightToken })
  }
  for (let left = 0; left + 1 < symbols.length; left++) consider(left, left + 1)
  for (let merge = queue.pop(); merge !== undefined; merge = queue.pop()) {
    const left = symbols[merge.left]!
    const right = symbols[merge.right]!
    const stale = left.token !== merge.leftToken || right.token !== merge.rightToken
    if (stale) continue
    left.token = merge.token
    left.next = right.next
    right.token = NONE
    if (left.next !== NONE) {
      symbols[left.next]!.previous = merge.left
      consider(merge.left, left.next)
    }
    if (left.previous !== NONE) consider(left.previous, merge.left)
  }
  return symbols.map((symbol) => symbol.token).filter((token) => token !== NONE)
}
