/** What of an L-Unit decides in which order it takes its weights. */
export interface SweepParameters {
  /** Weights that share a scale. */
  readonly group: number
  /** Codes in a ROM word. */
  readonly lanes: number
  /** Beats between reading a binary32 accumulator and reading its new value, at least 1. */
  readonly accumulatorLatency: number
}

/**
 * The order in which an L-Unit takes the weights of one matrix: blocks of rows; within a block the code
 * digits, highest first; within a digit the groups; within a group a turn for each row of the block; within
 * a turn the beats. All rows of a block go through one group before the next group, so that a binary32
 * accumulator has time for its addition.
 */
export interface SweepOrder {
  /** Rows of one L-Unit. */
  readonly rows: number
  readonly columns: number
  readonly group: number
  readonly lanes: number
  /** Digits of a code: 2 for 8-bit codes on a 4-bit L-Unit. */
  readonly digits: number
  readonly groups: number
  /** ROM words of a group; of the last one, whose words without a code are left out, `lastBeats`. */
  readonly beats: number
  readonly lastBeats: number
  /** The first `largeBlocks` blocks have one row more than `smallBlock`. */
  readonly blocks: number
  readonly largeBlocks: number
  readonly smallBlock: number
  /** Binary32 accumulators: rows of the largest block. */
  readonly accumulators: number
  /** Turns of a group at the least: a block with fewer rows pauses for the rest. */
  readonly leastTurns: number
}

/** The order with as few rows in flight as hide the accumulator's latency. */
export function sweepOrder(
  { group, lanes, accumulatorLatency }: SweepParameters,
  rows: number,
  columns: number,
  digits = 1,
): SweepOrder {
  const groups = Math.ceil(columns / group)
  const beats = group / lanes
  const lastBeats = Math.ceil((columns - (groups - 1) * group) / lanes)
  const unblocked = { rows, columns, group, lanes, digits, groups, beats, lastBeats }
  return accumulatedInBlocks(unblocked, accumulatorLatency, 1)
}

/** The same weights in blocks of at least so many rows, or of as many as there are. */
export function accumulatedInBlocks(
  order: Omit<SweepOrder, 'blocks' | 'largeBlocks' | 'smallBlock' | 'accumulators' | 'leastTurns'>,
  accumulatorLatency: number,
  leastRows: number,
): SweepOrder {
  const { rows, digits, groups, beats, lastBeats } = order
  const shortest = groups === 1 ? lastBeats : Math.min(beats, lastBeats)
  const leastTurns = groups * digits === 1 ? 1 : Math.ceil(accumulatorLatency / shortest)
  const blocks = Math.max(1, Math.floor(rows / Math.max(leastRows, leastTurns)))
  const smallBlock = Math.floor(rows / blocks)
  const largeBlocks = rows % blocks
  return {
    ...order,
    blocks,
    largeBlocks,
    smallBlock,
    accumulators: smallBlock + (largeBlocks > 0 ? 1 : 0),
    leastTurns,
  }
}

export function blockRows({ smallBlock, largeBlocks }: SweepOrder, block: number): number {
  return smallBlock + (block < largeBlocks ? 1 : 0)
}

/** Turns of every group of a block, pauses included. */
export function blockTurns(order: SweepOrder, block: number): number {
  return Math.max(blockRows(order, block), order.leastTurns)
}

export function groupBeats({ groups, beats, lastBeats }: SweepOrder, group: number): number {
  return group === groups - 1 ? lastBeats : beats
}

/** Beats of the activations of one row, which every digit takes. */
export function activationBeats({ groups, beats, lastBeats }: SweepOrder): number {
  return (groups - 1) * beats + lastBeats
}

/** Words of the code ROM. */
export function codeWords(order: SweepOrder): number {
  return order.rows * order.digits * activationBeats(order)
}

/** Words of the scale ROM. */
export function scaleWords({ rows, digits, groups }: SweepOrder): number {
  return rows * digits * groups
}

/** Cycles in which the sweep takes beats, pauses included. */
export function sweepCycles(order: SweepOrder): number {
  let turns = 0
  for (let block = 0; block < order.blocks; block++) turns += blockTurns(order, block)
  return turns * order.digits * activationBeats(order)
}

/** Row, digit and group in the order in which an L-Unit takes them. */
export function* sweepGroups(
  order: SweepOrder,
): Generator<{ row: number; digit: number; group: number }> {
  let firstRow = 0
  for (let block = 0; block < order.blocks; block++) {
    const rows = blockRows(order, block)
    for (let digit = 0; digit < order.digits; digit++) {
      for (let group = 0; group < order.groups; group++) {
        for (let turn = 0; turn < rows; turn++) yield { row: firstRow + turn, digit, group }
      }
    }
    firstRow += rows
  }
}

/**
 * The number of the last beat of each row, counted over all beats of the sweep with its pauses: its result
 * follows a fixed time later.
 */
export function rowEnds(order: SweepOrder): number[] {
  const ends: number[] = []
  let start = 0
  for (let block = 0; block < order.blocks; block++) {
    const turns = blockTurns(order, block)
    const end = start + turns * order.digits * activationBeats(order)
    const lastGroup = end - turns * order.lastBeats
    for (let turn = 0; turn < blockRows(order, block); turn++) {
      ends.push(lastGroup + (turn + 1) * order.lastBeats - 1)
    }
    start = end
  }
  return ends
}

/** The number of the first beat of a sweep that needs each group of activations. */
export function groupStarts(order: SweepOrder): number[] {
  const turns = blockTurns(order, 0)
  return Array.from({ length: order.groups }, (_, group) => group * turns * order.beats)
}
