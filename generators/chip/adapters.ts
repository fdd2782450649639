import { adapterRegions } from '../../src/compiler/adapter-layout.js'
import { adapterStatusBits } from '../../src/compiler/register-map.js'
import {
  type InstancePorts,
  type ModuleBuilder,
  type StreamSource,
  streamInput,
  type UInt,
  type UIntType,
  uint,
} from '../../src/hdl/index.js'
import { aArrayEdges, adapterAArray } from '../adapter/a-array.js'
import { adapterLoader } from '../adapter/adapter-loader.js'
import { rankVectors } from '../adapter/rank-vectors.js'
import { adapterSlotChoice } from '../adapter/slot-choice.js'
import { DelayLine } from '../common/delay-line.js'
import { fitted } from '../common/fitted.js'
import { optionalPorts } from '../common/optional-ports.js'
import type { vectorRow } from '../vector-unit/index.js'
import type { axiLiteRegisters, RegisterParameters } from './axi-lite-registers.js'
import type { ChipParts } from './chip.js'
import type { controller } from './controller.js'
import { testedBanks } from './self-test.js'

/** The stream of adapters, of chips that have them. */
export function adapterStreamPorts({ adapterHeader }: Pick<ChipParts, 'adapterHeader'>) {
  return optionalPorts(adapterHeader, () => ({
    s_axis_adapter: streamInput(uint(32), { last: true }),
  }))
}

export function registerParameters(parts: ChipParts): RegisterParameters {
  const { positions, vocabulary } = parts.controller
  const adapterLayout = parts.adapterHeader?.at(-2)
  return {
    positions,
    vocabulary,
    ...(adapterLayout === undefined ? {} : { adapterLayout }),
    ...(parts.lUnit.selfTest && { selfTestBanks: testedBanks(parts) }),
  }
}

/** Loader, slots, A units and the vectors between A and B, for chips with adapters; the B lanes are in the vector units. */
export function connectAdapters(
  m: ModuleBuilder,
  { adapterHeader, vectorUnit }: ChipParts,
  stream: StreamSource<UIntType>,
  {
    registers,
    program,
    vector,
  }: {
    readonly registers: InstancePorts<ReturnType<typeof axiLiteRegisters>['ports']>
    readonly program: InstancePorts<ReturnType<typeof controller>['ports']>
    readonly vector: InstancePorts<ReturnType<typeof vectorRow>['ports']>
  },
): void {
  const { adapter } = vectorUnit
  if (adapter === undefined || adapterHeader === undefined) return
  const loader = m.instance(
    'u_adapter_loader',
    adapterLoader({ header: adapterHeader, regions: adapterRegions(adapter) }),
  )
  m.connect(stream, loader.s_axis_adapter)
  const choice = m.instance('u_adapter_slot', adapterSlotChoice(), {
    select_i: registers.adapter_select_o,
    slot_loaded_i: loader.slot_loaded_o,
    token_start_i: program.token_start_o,
    busy_i: program.busy_o,
  })
  loader.slot_is_used_i.assign(choice.slot_is_used_o)
  const field = (value: UInt, bit: number) => value.extend(32).shl(bit).truncate(32)
  const { status, loaded, loading, inUse, slot, frames } = adapterStatusBits
  const fields = [
    field(loader.status_o, status),
    ...loader.slot_loaded_o.elements.map((isLoaded, n) => field(isLoaded.asUInt(), loaded + n)),
    field(loader.busy_o.asUInt(), loading),
    field(choice.enable_o.asUInt(), inUse),
    field(choice.slot_o.asUInt(), slot),
    field(loader.frames_o, frames),
  ]
  registers.adapter_status_i.assign(fields.reduce((all, one) => all.or(one)))

  const load = {
    load_valid_i: loader.write_valid_o,
    load_slot_i: loader.write_slot_o,
    load_region_i: loader.write_region_o,
    load_unit_i: loader.write_unit_o,
    load_address_i: loader.write_address_o,
    load_word_i: loader.write_word_o,
    load_data_i: loader.write_data_o,
  }
  const array = adapterAArray(adapter)
  const start = m.let('adapter_start', program.adapter_start_o.and(choice.enable_o))
  const sweep = m.instance('u_adapter_a', array, {
    start_i: start,
    slot_i: choice.slot_o,
    order_i: fitted(program.adapter_order_o, array.ports.order_i.type.width),
    code_base_i: fitted(program.adapter_code_base_o, array.ports.code_base_i.type.width),
    scale_base_i: fitted(program.adapter_scale_base_o, array.ports.scale_base_i.type.width),
    activation_bank_i: program.adapter_bank_o,
    activation_i: vector.adapter_activation_o,
    exponent_i: vector.adapter_exponent_o,
    ...load,
  })
  const connect = (input: UInt, value: UInt) =>
    (input as UInt & { assign(value: UInt): void }).assign(fitted(value, input.width))
  vector.adapter_activation_bank_i.assign(sweep.activation_bank_o)
  vector.adapter_exponent_bank_i.assign(sweep.exponent_bank_o)
  connect(vector.adapter_activation_address_i, sweep.activation_address_o)
  connect(vector.adapter_exponent_address_i, sweep.exponent_address_o)

  const edges = aArrayEdges(adapter)
  const ranks = m.instance('u_adapter_ranks', rankVectors(adapter), {
    start_i: new DelayLine(m, 'rank_start', start, { reset: false }).after(edges),
    last_vector_i: fitted(
      new DelayLine(m, 'rank_last_vector', program.adapter_last_vector_o).after(edges),
      2,
    ),
    result_valid_i: sweep.result_valid_o,
    result_i: sweep.result_o,
    bank_i: vector.rank_bank_o,
    address_i: vector.rank_address_o,
  })
  vector.rank_vector_i.assign(ranks.vector_o)
  vector.rank_exponent_i.assign(ranks.exponent_o)
  vector.adapter_enable_i.assign(choice.enable_o)
  vector.adapter_slot_i.assign(choice.slot_o)
  vector.load_valid_i.assign(load.load_valid_i)
  vector.load_slot_i.assign(load.load_slot_i)
  vector.load_region_i.assign(load.load_region_i)
  vector.load_unit_i.assign(load.load_unit_i)
  vector.load_address_i.assign(load.load_address_i)
  vector.load_word_i.assign(load.load_word_i)
  vector.load_data_i.assign(load.load_data_i)
}
