import { bool, defineModule, input, mux, output, sint, uint, vec } from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import { alignUnit } from '../vector-unit/align-unit.js'
import { resultMemory } from '../vector-unit/result-memory.js'
import {
  type AdapterParameters,
  adapterName,
  mostProjections,
  rankAlignment,
} from './parameters.js'

/** Beats of the vectors that a sweep of the A units gives, at the most. */
function mostBeats({ rank, vectorLanes }: AdapterParameters): number {
  return (mostProjections * rank) / vectorLanes
}

/** Beats of the memory behind the A units: a power of two, whole ticks. */
export function rankBeats(parameters: AdapterParameters): number {
  const { units, vectorLanes } = parameters
  const least = Math.max(mostBeats(parameters), (2 * units) / vectorLanes, 2)
  return 2 ** Math.ceil(Math.log2(least))
}

/**
 * The vectors `A x`: results of the A units, beat after beat aligned, each projection's as a group. `start_i` comes
 * before the first results of a sweep that gives vectors for `last_vector_i + 1` projections. The vectors of a sweep lie
 * in a bank, those of the next in the other; data come one clock edge after `bank_i` and `address_i`.
 */
export function rankVectors(parameters: AdapterParameters) {
  const { rank, units, vectorLanes, lUnit } = parameters
  const resultBeats = rankBeats(parameters)
  const results = resultMemory({ vectorLanes, results: units, resultBeats })
  const beatsOfVector = rank / vectorLanes
  const beatsOfTick = units / vectorLanes
  return defineModule(
    `adapter_rank_vectors_${adapterName(parameters)}_m${lUnit.mantissaBits}`,
    {
      start_i: input(bool),
      last_vector_i: input(indexType(mostProjections)),
      result_valid_i: input(bool),
      result_i: input(vec(number32, units)),
      bank_i: input(bool),
      address_i: input(indexType(mostProjections)),
      vector_o: output(vec(sint(lUnit.mantissaBits), rank)),
      exponent_o: output(uint(exponentBits)),
    },
    (m, ports) => {
      const waiting = m.register('beats_waiting', indexType(resultBeats + 1), { reset: 0 })
      const address = m.register('beat_address', indexType(resultBeats), { reset: 0 })
      const last = m.register('last_vector', indexType(mostProjections), { reset: 0 })
      const reads = m.let('reads', waiting.ne(0))
      const added = mux(ports.result_valid_i, waiting.type.literal(beatsOfTick), 0)
      waiting.next(waiting.add(added).sub(reads.asUInt()).asUnsigned().truncate(waiting.width))
      const beat = new Counter(m, 'vector_beat', beatsOfVector)
      const vector = new Counter(m, 'vector', mostProjections)
      const endsVector = beat.is(beatsOfVector - 1)
      const ends = m.let('ends', endsVector.and(vector.value.eq(last)))
      m.when(reads, () => {
        address.next(address.add(1).truncate(address.width))
        beat.advance(endsVector, () => vector.advance(ends))
      })
      m.when(ports.start_i, () => {
        address.next(0)
        last.next(ports.last_vector_i)
      })
      m.assert('vectors_are_read', ports.start_i.and(reads).not())

      const { beat_o } = m.instance('u_results', results, {
        start_i: ports.start_i,
        base_i: address.type.literal(0),
        valid_i: ports.result_valid_i,
        results_i: ports.result_i,
        address_i: address,
      })
      const aligned = m.instance('u_align', alignUnit(rankAlignment(parameters)), {
        valid_i: m.delayed('beat_valid', reads, { reset: false }),
        last_i: m.delayed('beat_is_last', ends),
        data_i: beat_o,
        activation_bank_i: ports.bank_i,
        sum_bank_i: false,
        exponent_bank_i: ports.bank_i,
        activation_address_i: ports.address_i,
        sum_address_i: 0,
        exponent_address_i: ports.address_i,
      })
      m.unused(aligned.align_bank_o, aligned.negated_sum_o)
      ports.vector_o.assign(aligned.activation_o)
      ports.exponent_o.assign(aligned.exponent_o)
    },
    {
      parameters: { rank, units, vectorLanes },
      documentation: 'Vectors between the A and the B matrices of adapters',
    },
  )
}
