/**
 * Combines values two by two in a tree of {@link treeLevels}: neighbours first; an odd one out at the end of a level goes up to
 * the next.
 *
 * @param passed what becomes of a value that goes up, itself by default: as much later as a combined one
 * @throws RangeError for an empty list
 */
export function balancedTree<T>(
  values: readonly T[],
  combine: (a: T, b: T) => T,
  passed: (value: T) => T = (value) => value,
): T {
  let level = values
  while (level.length > 1) {
    const above: T[] = []
    for (let i = 0; i + 1 < level.length; i += 2) above.push(combine(level[i]!, level[i + 1]!))
    if (level.length % 2 === 1) above.push(passed(level.at(-1)!))
    level = above
  }
  const [root] = level
  if (root === undefined) throw new RangeError('a tree needs at least one value')
  return root
}

/** Levels of a balanced tree. */
export function treeLevels(values: number): number {
  return Math.ceil(Math.log2(values))
}
