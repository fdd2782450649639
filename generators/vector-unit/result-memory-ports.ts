import { bool, input, output, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { number32 } from '../l-unit/datapath.js'
import type { VectorUnitParameters } from './parameters.js'

export type ResultMemoryParameters = Pick<
  VectorUnitParameters,
  'vectorLanes' | 'results' | 'resultBeats'
>

/** The ports of a result memory: a tick of `results` numbers in, a beat of `vectorLanes` out. */
export function resultMemoryPorts({ vectorLanes, results, resultBeats }: ResultMemoryParameters) {
  return {
    start_i: input(bool),
    base_i: input(indexType(resultBeats)),
    valid_i: input(bool),
    results_i: input(vec(number32, results)),
    address_i: input(indexType(resultBeats)),
    beat_o: output(vec(number32, vectorLanes)),
  } as const
}
