/** A binary heap: `pop` gives the entry that `compare` puts first. */
export class PriorityQueue<Entry> {
  private readonly heap: Entry[] = []

  /** @param compare negative when the first argument comes out before the second. */
  constructor(private readonly compare: (a: Entry, b: Entry) => number) {}

  push(entry: Entry): void {
    const { heap } = this
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.compare(heap[parent]!, entry) <= 0) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = entry
  }

  /** The first entry, taken out; undefined when there is none. */
  pop(): Entry | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.compare(heap[child + 1]!, heap[child]!) < 0) child++
      if (this.compare(last, heap[child]!) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}
