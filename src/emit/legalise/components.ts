/**
 * Strongly connected components of a directed graph (Tarjan 1972, without recursion).
 *
 * @param successors the edges of every vertex
 * @returns the component number of every vertex, and the size of every component
 */
export function stronglyConnected(successors: readonly (readonly number[])[]): {
  readonly componentOf: Int32Array
  readonly sizes: readonly number[]
} {
  const count = successors.length
  const order = new Int32Array(count).fill(-1)
  const lowest = new Int32Array(count)
  const componentOf = new Int32Array(count).fill(-1)
  const sizes: number[] = []
  const open: number[] = []
  let visited = 0

  const enter = (vertex: number) => {
    order[vertex] = visited
    lowest[vertex] = visited
    visited++
    open.push(vertex)
    return { vertex, next: 0 }
  }
  const close = (vertex: number) => {
    let size = 0
    for (let member = -1; member !== vertex; size++) {
      member = open.pop()!
      componentOf[member] = sizes.length
    }
    sizes.push(size)
  }

  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue
    const path = [enter(root)]
    while (path.length > 0) {
      const step = path.at(-1)!
      const { vertex } = step
      const successor = successors[vertex]![step.next]
      if (successor === undefined) {
        path.pop()
        if (lowest[vertex] === order[vertex]) close(vertex)
        const parent = path.at(-1)?.vertex
        if (parent !== undefined) lowest[parent] = Math.min(lowest[parent]!, lowest[vertex]!)
        continue
      }
      step.next++
      if (order[successor] === -1) path.push(enter(successor))
      else if (componentOf[successor] === -1) {
        lowest[vertex] = Math.min(lowest[vertex]!, order[successor]!)
      }
    }
  }
  return { componentOf, sizes }
}
