import { frameWordsOf } from '../../src/compiler/adapter-layout.js'
import {
  bool,
  type InnerPorts,
  type InstancePorts,
  input,
  type ModuleBuilder,
  mux,
  output,
  sint,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { inSlot, loadPorts, loadsRegion } from '../adapter/load-ports.js'
import { adapterSlots, mostProjections } from '../adapter/parameters.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { optionalPorts } from '../common/optional-ports.js'
import { exponentBits } from '../l-unit/datapath.js'
import { alignShape } from './align-shape.js'
import { deltaEdges, type deltaPorts } from './deltas.js'
import { isSweep } from './operations.js'
import type { VectorUnitParameters } from './parameters.js'
import type { sweepIssuer } from './sequencer.js'
import { alignParametersOf } from './vector-unit.js'

/** The ports of the vector row for chips with adapters: their second reader of activations, the vectors `A x`, loading. */
export function adapterRowPorts(parameters: VectorUnitParameters) {
  const { columns, activationLanes, mantissaBits } = parameters
  const { reads, groups } = alignShape(alignParametersOf(parameters))
  return optionalPorts(parameters.adapter, (adapter) => ({
    /** An adapter is in use, in which slot; both hold while a token runs. */
    adapter_enable_i: input(bool),
    adapter_slot_i: input(bool),
    adapter_activation_bank_i: input(bool),
    adapter_exponent_bank_i: input(bool),
    adapter_activation_address_i: input(indexType(reads)),
    adapter_exponent_address_i: input(indexType(groups)),
    adapter_activation_o: output(vec(sint(mantissaBits), columns * activationLanes)),
    adapter_exponent_o: output(vec(uint(exponentBits), columns)),
    rank_bank_o: output(bool),
    rank_address_o: output(indexType(mostProjections)),
    rank_vector_i: input(vec(sint(mantissaBits), adapter.rank)),
    rank_exponent_i: input(uint(exponentBits)),
    ...loadPorts(adapter),
  }))
}

/**
 * Addresses of B lanes and of the vectors `A x`. B words lie in the order in which beats are issued, from the token's first
 * on. The vectors of a layer's four sweeps change banks in turn: those of key, query, value and of gate, up lie in the
 * first bank.
 *
 * @returns connects a vector unit, by its number
 */
export function deltaControl(
  m: ModuleBuilder,
  parameters: VectorUnitParameters,
  issued: InstancePorts<ReturnType<typeof sweepIssuer>['ports']>,
  ports: InnerPorts<ReturnType<typeof adapterRowPorts>>,
) {
  const { adapter, vectorLanes } = parameters
  if (adapter === undefined) return () => {}
  const { beats, rank } = adapter
  const { issue_o: issue, operation_o: operation } = issued
  const address = m.register('b_address', indexType(adapterSlots * beats), { reset: 0 })
  m.when(issue, () => {
    m.when(isSweep(operation, 'embed'), () =>
      address.next(inSlot(ports.adapter_slot_i, address.type.literal(0), beats)),
    ).elseWhen(isSweep(operation, 'head').not(), () =>
      address.next(address.add(1).truncate(address.width)),
    )
  })
  const isUp = isSweep(operation, 'swiglu').and(issued.beat_o.bit(0))
  const vectorType = ports.rank_address_o.type
  ports.rank_bank_o.assign(isSweep(operation, 'residual'))
  ports.rank_address_o.assign(
    mux(
      isSweep(operation, 'value'),
      vectorType.literal(2),
      mux(isSweep(operation, 'query').or(isUp), vectorType.literal(1), vectorType.literal(0)),
    ),
  )
  const hasDelta = ports.adapter_enable_i.and(isSweep(operation, 'embed', 'head').not())
  const hasDeltaLate = new DelayLine(m, 'has_delta', hasDelta).after(
    deltaEdges(parameters).beat + 1,
  )
  const loadsCodes = loadsRegion(m, ports, 'b codes')
  const loadsScales = loadsRegion(m, ports, 'b scales')
  const word = ports.load_word_i.truncate(indexType(frameWordsOf(rank)).width)
  m.unused(ports.load_word_i, ports.load_address_i)
  const writeAddress = m.let(
    'b_write_address',
    inSlot(ports.load_slot_i, ports.load_address_i, beats),
  )
  return (vectorUnit: InstancePorts<ReturnType<typeof deltaPorts>>, unit: number) => {
    const isLane = Array.from({ length: vectorLanes }, (_, lane) =>
      ports.load_unit_i.eq(unit * vectorLanes + lane),
    )
    vectorUnit.b_address_i.assign(address)
    vectorUnit.rank_vector_i.assign(ports.rank_vector_i)
    vectorUnit.rank_exponent_i.assign(ports.rank_exponent_i)
    vectorUnit.has_delta_i.assign(hasDeltaLate)
    vectorUnit.b_codes_write_i.assign(isLane.map((is) => loadsCodes.and(is)))
    vectorUnit.b_scales_write_i.assign(isLane.map((is) => loadsScales.and(is)))
    vectorUnit.b_write_address_i.assign(writeAddress)
    vectorUnit.b_write_word_i.assign(word)
    vectorUnit.b_write_data_i.assign(ports.load_data_i)
  }
}
