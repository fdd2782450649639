import { addRegisters, hasStage, type LUnitParameters, scaleRegisters } from './parameters.js'

/**
 * When an L-Unit wants each of its inputs, in clock edges after the sequencer's counters stand at a beat.
 * All delays count from the same beat; inputs of a whole group are wanted with its first or last beat.
 */
export interface LUnitTiming {
  /** Address of the code ROM. */
  readonly codeAddress: number
  /** The beat's activations. */
  readonly activation: number
  /** "First beat of its group", at the integer accumulator. */
  readonly firstBeat: number
  /** Address of the scale ROM, held over the beats of a group. */
  readonly scaleAddress: number
  /** `-S` of the group, with its first beat. */
  readonly negatedSum: number
  /** The group's exponent, with its last beat. */
  readonly exponent: number
  /** "First group of its row" and the accumulator to read, with the last beat. */
  readonly accumulatorRead: number
  /** The accumulator to write, and whether, with the last beat. */
  readonly accumulatorWrite: number
}

export function lUnitTiming(parameters: LUnitParameters): LUnitTiming {
  const stage = (name: Parameters<typeof hasStage>[1]) => (hasStage(parameters, name) ? 1 : 0)
  const rom = stage('rom')
  const correction = stage('correction')
  const toAccumulator = stage('products') + stage('tree')
  // Activations and sums come from memories of the tile, whose addresses go out one edge earlier.
  const memory = 1
  const codeAddress = Math.max(memory - rom, memory + correction - rom - toAccumulator, 0)
  const firstBeat = codeAddress + rom + toAccumulator
  const accumulatorRead =
    firstBeat + 1 + scaleRegisters(parameters).length + offsetLatency(parameters)
  return {
    codeAddress,
    activation: codeAddress + rom,
    firstBeat,
    scaleAddress: firstBeat - correction - rom,
    negatedSum: firstBeat - correction,
    exponent: firstBeat + 1,
    accumulatorRead,
    accumulatorWrite: accumulatorRead + addRegisters(parameters).length,
  }
}

/** Clock edges of the addition of the offset's share to a group's result. */
function offsetLatency(parameters: LUnitParameters): number {
  if (!parameters.offsets) return 0
  return addRegisters(parameters).length + (hasStage(parameters, 'scale-round') ? 1 : 0)
}

/** Beats that come between reading a binary32 accumulator and reading its new value, at least 1. */
export function accumulatorLatency(parameters: LUnitParameters): number {
  return addRegisters(parameters).length + 1
}

/** The order in which rows, groups and beats of one L-Unit follow each other. */
export interface LUnitOrder {
  readonly rows: number
  readonly columns: number
  readonly groups: number
  /** ROM words of a group; of the last one, whose words without a code are left out, `lastBeats`. */
  readonly beats: number
  readonly lastBeats: number
  /**
   * Rows are taken in blocks: all rows of a block go through one group before the next group, so that a
   * binary32 accumulator has time for its addition. The first `largeBlocks` blocks have one row more.
   */
  readonly blocks: number
  readonly largeBlocks: number
  readonly smallBlock: number
  /** Binary32 accumulators: rows of the largest block. */
  readonly accumulators: number
  /**
   * Turns of a group in a block: its rows, and pauses after them when a matrix has fewer rows than the
   * accumulator's latency asks for.
   */
  readonly leastTurns: number
}

/**
 * As few rows in flight as hide the accumulator's latency; every block has at least so many, so that the
 * ROM port never waits (unless there are too few rows at all).
 */
export function lUnitOrder(parameters: LUnitParameters, rows: number, columns: number): LUnitOrder {
  const { group, lanes } = parameters
  const groups = Math.ceil(columns / group)
  const beats = group / lanes
  const lastBeats = Math.ceil((columns - (groups - 1) * group) / lanes)
  const shortest = groups === 1 ? lastBeats : Math.min(beats, lastBeats)
  const leastTurns = groups === 1 ? 1 : Math.ceil(accumulatorLatency(parameters) / shortest)
  const blocks = Math.max(1, Math.floor(rows / leastTurns))
  const smallBlock = Math.floor(rows / blocks)
  const largeBlocks = rows % blocks
  const accumulators = smallBlock + (largeBlocks > 0 ? 1 : 0)
  return {
    rows,
    columns,
    groups,
    beats,
    lastBeats,
    blocks,
    largeBlocks,
    smallBlock,
    accumulators,
    leastTurns,
  }
}

/** Rows of a block. */
export function blockRows({ smallBlock, largeBlocks }: LUnitOrder, block: number): number {
  return smallBlock + (block < largeBlocks ? 1 : 0)
}

/** Beats of one of an order's groups. */
export function groupBeats({ groups, beats, lastBeats }: LUnitOrder, group: number): number {
  return group === groups - 1 ? lastBeats : beats
}

/** Beats of one row. */
export function rowBeats({ groups, beats, lastBeats }: LUnitOrder): number {
  return (groups - 1) * beats + lastBeats
}

/** Row and group in the order in which an L-Unit takes them. */
export function* rowGroups(order: LUnitOrder): Generator<{ row: number; group: number }> {
  let firstRow = 0
  for (let block = 0; block < order.blocks; block++) {
    const rows = blockRows(order, block)
    for (let group = 0; group < order.groups; group++) {
      for (let turn = 0; turn < rows; turn++) yield { row: firstRow + turn, group }
    }
    firstRow += rows
  }
}
