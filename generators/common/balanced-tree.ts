/**
 * Combines values two by two in a tree of depth `ceil(log2(values))`.
 *
 * @throws RangeError for an empty list
 */
export function balancedTree<T>(values: readonly T[], combine: (a: T, b: T) => T): T {
  let level = values
  while (level.length > 1) {
    const above: T[] = []
    for (let i = 0; i + 1 < level.length; i += 2) above.push(combine(level[i]!, level[i + 1]!))
    if (level.length % 2 === 1) above.push(level.at(-1)!)
    level = above
  }
  const [root] = level
  if (root === undefined) throw new RangeError('a tree needs at least one value')
  return root
}
