/**
 * How vectors lie over the columns of a mesh: group by group, each column taking its share of the groups in
 * turn. Column `c` of `C` has the groups `c, c + C, ...`; with one column it has the whole vector.
 */

/** Elements of a vector in a column that has the most of them, with those that fill up. */
export function columnLength(length: number, group: number, columns: number): number {
  const steps = Math.ceil(length / (group * columns))
  const lastStart = (steps - 1) * group * columns
  return (steps - 1) * group + Math.min(group, length - lastStart)
}

/** The elements of a vector that a column has, in order; `undefined` where it fills up. */
export function columnElements(
  length: number,
  group: number,
  columns: number,
  column: number,
): (number | undefined)[] {
  return Array.from({ length: columnLength(length, group, columns) }, (_, i) => {
    const step = Math.floor(i / group)
    const element = (step * columns + column) * group + (i % group)
    return element < length ? element : undefined
  })
}

/**
 * The groups of a vector for each column, in order. A vector that `segments` units make side by side, each
 * of them for as many columns, is spread segment by segment.
 *
 * @param groups a multiple of `segments` when there are more than one
 */
export function columnGroups(groups: number, columns: number, segments = 1): number[][] {
  const columnsOfSegment = columns / segments
  const groupsOfSegment = groups / segments
  return Array.from({ length: columns }, (_, column) => {
    const segment = Math.floor(column / columnsOfSegment)
    const first = segment * groupsOfSegment + (column % columnsOfSegment)
    const own: number[] = []
    for (let g = first; g < (segment + 1) * groupsOfSegment; g += columnsOfSegment) own.push(g)
    return own
  })
}
