import {
  activationBeat,
  type LUnitParameters,
  type lUnitTile,
} from '../../../generators/l-unit/index.js'
import { alignVector, matrixVector } from '../../golden/index.js'
import type { QuantizedMatrix } from '../../quantize/index.js'
import type { Engine } from '../../sim/index.js'
import { Simulation } from '../../sim/index.js'
import type { ActivationVector } from './load-tile.js'

/** The first result that differs from the golden function's. */
export interface Difference {
  /** Number of the vector, from 0. */
  readonly vector: number
  readonly row: number
  /** Binary32 bit patterns. */
  readonly expected: number
  readonly simulated: number
}

export interface TileSimulation {
  /** Clock cycles of one vector, from the first transfer in to the last result out. */
  readonly cycles: number
  readonly vectors: number
  readonly difference: Difference | undefined
}

/** Runs every vector through the tile and compares each result with the golden function, bit for bit. */
export function simulateTile(
  engine: Engine,
  tile: ReturnType<typeof lUnitTile>,
  parameters: LUnitParameters,
  matrix: QuantizedMatrix,
  vectors: readonly ActivationVector[],
  seed: number,
): TileSimulation {
  const simulation = new Simulation(engine, tile.ports, { seed })
  simulation.reset()
  let cycles = 0
  for (const [vector, { values }] of vectors.entries()) {
    const start = simulation.cycles
    simulation.send('s_axis', activationBeats(parameters, values))
    const results = simulation.receive('m_axis', matrix.rows)
    simulation.runUntil(() => results.done, 100 * (matrix.rows * matrix.columns + 1000))
    cycles = simulation.cycles - start
    const expected = binary32Bits(matrixVector(matrix, values, parameters.mantissaBits))
    const row = expected.findIndex((bits, i) => bits !== results.values[i])
    if (row >= 0) {
      const difference = { vector, row, expected: expected[row]!, simulated: results.values[row]! }
      return { cycles, vectors: vector + 1, difference }
    }
  }
  return { cycles, vectors: vectors.length, difference: undefined }
}

/** The transfers that carry a vector into a tile. */
function activationBeats(parameters: LUnitParameters, values: Float32Array): bigint[] {
  const { group, lanes, mantissaBits } = parameters
  return alignVector(values, group, mantissaBits).flatMap(({ mantissas, exponent }, index) => {
    const used = Math.min(group, values.length - index * group)
    return Array.from({ length: Math.ceil(used / lanes) }, (_, beat) =>
      activationBeat(
        parameters,
        mantissas.subarray(beat * lanes, (beat + 1) * lanes),
        exponent + 127,
      ),
    )
  })
}

function binary32Bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}
