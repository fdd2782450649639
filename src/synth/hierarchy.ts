/** Modules right below each module, and how often each stands there. */
export type Hierarchy = ReadonlyMap<string, Readonly<Record<string, number>>>

/** How often each module stands in the design. */
export function instanceCounts(top: string, hierarchy: Hierarchy): ReadonlyMap<string, number> {
  const counts = new Map<string, number>([[top, 1]])
  for (const name of parentsFirst(top, hierarchy)) {
    for (const [child, count] of Object.entries(hierarchy.get(name)!)) {
      counts.set(child, (counts.get(child) ?? 0) + counts.get(name)! * count)
    }
  }
  return counts
}

/** Figures of each module with everything below it, from the figures of the modules alone. */
export function hierarchyTotals<Key extends string>(
  top: string,
  hierarchy: Hierarchy,
  own: ReadonlyMap<string, Readonly<Record<Key, number>>>,
): ReadonlyMap<string, Readonly<Record<Key, number>>> {
  const totals = new Map<string, Record<Key, number>>()
  for (const name of parentsFirst(top, hierarchy).reverse()) {
    const total: Record<Key, number> = { ...own.get(name)! }
    for (const [child, count] of Object.entries(hierarchy.get(name)!)) {
      const below = totals.get(child)!
      for (const key of Object.keys(total) as Key[]) total[key] += count * below[key]
    }
    totals.set(name, total)
  }
  return totals
}

/** The modules of the design, each before those that it instantiates. */
function parentsFirst(top: string, hierarchy: Hierarchy): string[] {
  const children: string[] = []
  const visited = new Set<string>()
  const visit = (name: string): void => {
    if (visited.has(name)) return
    visited.add(name)
    for (const child of Object.keys(hierarchy.get(name)!)) visit(child)
    children.push(name)
  }
  visit(top)
  return children.reverse()
}
