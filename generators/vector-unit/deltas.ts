import { frameWordBits, frameWordsOf } from '../../src/compiler/adapter-layout.js'
import {
  bool,
  type InnerPorts,
  input,
  type ModuleBuilder,
  mux,
  sint,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { adapterBLane, bLaneEdges } from '../adapter/b-lane.js'
import { adapterSlots } from '../adapter/parameters.js'
import { indexType } from '../common/counter.js'
import { optionalPorts } from '../common/optional-ports.js'
import { exponentBits } from '../l-unit/datapath.js'
import { latencies, sumOf } from './arithmetic.js'
import type { VectorUnitParameters } from './parameters.js'

/**
 * Clock edges that adapters add behind a beat's issue, at which the B lanes are addressed: until the result memory is,
 * and until everything else works on the beat.
 */
export function deltaEdges({ adapter }: Pick<VectorUnitParameters, 'adapter'>) {
  const memory = 1
  const address = adapter === undefined ? 0 : bLaneEdges - memory
  return { address, beat: adapter === undefined ? 0 : address + latencies.add } as const
}

/** What a vector unit's B lanes need, for chips with adapters. */
export function deltaPorts({ adapter, vectorLanes }: VectorUnitParameters) {
  return optionalPorts(adapter, ({ rank, beats, lUnit }) => ({
    b_address_i: input(indexType(adapterSlots * beats)),
    rank_vector_i: input(vec(sint(lUnit.mantissaBits), rank)),
    rank_exponent_i: input(uint(exponentBits)),
    /** The results that come in this cycle have deltas. */
    has_delta_i: input(bool),
    b_codes_write_i: input(vec(bool, vectorLanes)),
    b_scales_write_i: input(vec(bool, vectorLanes)),
    b_write_address_i: input(indexType(adapterSlots * beats)),
    b_write_word_i: input(indexType(frameWordsOf(rank))),
    b_write_data_i: input(uint(frameWordBits)),
  }))
}

/** The results of a beat, with their deltas where there are any. */
export function resultsWithDeltas(
  m: ModuleBuilder,
  { adapter }: VectorUnitParameters,
  results: readonly UInt[],
  ports: InnerPorts<ReturnType<typeof deltaPorts>>,
): readonly UInt[] {
  if (adapter === undefined) return results
  const bLane = adapterBLane(adapter)
  return results.map((result, lane) => {
    const { delta_o } = m.instance(`u_b_lane${lane}`, bLane, {
      address_i: ports.b_address_i,
      vector_i: ports.rank_vector_i,
      exponent_i: ports.rank_exponent_i,
      code_write_i: ports.b_codes_write_i.at(lane),
      scale_write_i: ports.b_scales_write_i.at(lane),
      code_write_address_i: ports.b_write_address_i,
      scale_write_address_i: ports.b_write_address_i,
      write_word_i: ports.b_write_word_i,
      write_data_i: ports.b_write_data_i,
    })
    const sum = sumOf(m, `with_delta${lane}`, result, delta_o)
    let alone = result
    for (let edge = 1; edge <= latencies.add; edge++) {
      alone = m.delayed(`result${lane}_late${edge}`, alone)
    }
    return m.let(`row_result${lane}`, mux(ports.has_delta_i, sum, alone))
  })
}
