import { openModule } from '../../testing/open-embedded.js'
import { activationBeat } from '../activation-buffer.js'
import type { LUnitParameters } from '../parameters.js'
import { lUnitTile } from '../tile.js'
import type { LUnitWeights } from '../weights.js'
import type { TestActivations } from './reference.js'

/** The transfers that carry a vector of activations into a tile. */
export function activationBeats(
  parameters: LUnitParameters,
  columns: number,
  { mantissas, exponents }: TestActivations,
): bigint[] {
  const { lanes, group } = parameters
  return Array.from({ length: Math.ceil(columns / lanes) }, (_, beat) => {
    const first = beat * lanes
    const part = mantissas.subarray(first, Math.min(columns, first + lanes))
    return activationBeat(parameters, part, exponents[Math.floor(first / group)]!)
  })
}

export interface RunOptions {
  readonly seed?: number
  /** Probability of a transfer in a cycle, in and out; 1 by default. */
  readonly inRate?: number
  readonly outRate?: number
}

/** Runs vectors through a tile, one after the other; gives the results' bits and the cycles of each. */
export function runTile(
  parameters: LUnitParameters,
  weights: LUnitWeights,
  units: number,
  vectors: readonly TestActivations[],
  options: RunOptions = {},
): { results: Uint32Array[]; cycles: number[] } {
  const simulation = openModule(lUnitTile(parameters, weights, units), options.seed)
  const results: Uint32Array[] = []
  const cycles: number[] = []
  for (const vector of vectors) {
    const beats = activationBeats(parameters, weights.columns, vector)
    simulation.send('s_axis', beats, { rate: options.inRate ?? 1 })
    const receiver = simulation.receive('m_axis', weights.rows, { rate: options.outRate ?? 1 })
    const start = simulation.cycles
    simulation.runUntil(() => receiver.done, 200_000)
    cycles.push(simulation.cycles - start)
    results.push(Uint32Array.from(receiver.values as number[]))
    if (receiver.lastAt.join() !== String(weights.rows - 1)) throw new Error('tlast is misplaced')
  }
  simulation.close()
  return { results, cycles }
}
