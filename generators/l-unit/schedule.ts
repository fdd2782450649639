import { type SweepOrder, sweepOrder } from '../../src/compiler/sweep-order.js'
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

/** The order in which an L-Unit takes the weights of one matrix. */
export function lUnitOrder(parameters: LUnitParameters, rows: number, columns: number): SweepOrder {
  const accumulator = { accumulatorLatency: accumulatorLatency(parameters) }
  return sweepOrder({ ...parameters, ...accumulator }, rows, columns)
}
