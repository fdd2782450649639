import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { rowSum, rowSumEdges } from '../l-array/row-sum.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import { lUnitTiming } from '../l-unit/schedule.js'
import { activationDepth, groupDepth, sweepSequencer } from '../l-unit/sequencer.js'
import { adapterAUnit } from './a-unit.js'
import { inSlot, loadPorts, loadsRegion } from './load-ports.js'
import { type AdapterParameters, adapterName, adapterSlots } from './parameters.js'

/** Clock edges from the sequencer's counters at a row's last beat to its result. */
export function aArrayEdges({ lUnit, columns }: AdapterParameters): number {
  return lUnitTiming(lUnit).accumulatorWrite + rowSumEdges(lUnit, columns)
}

/**
 * The A units of all columns of the mesh, their sequencer, and the sums of their results over the columns. With
 * `result_valid_o`, `result_o` holds the next row of every unit of a column. `slot_i` belongs to `start_i`.
 */
export function adapterAArray(parameters: AdapterParameters) {
  const { lUnit, units, columns, orders, codeDepth, scaleDepth } = parameters
  const unit = adapterAUnit(parameters)
  const set = {
    orders,
    codeDepth: adapterSlots * codeDepth,
    scaleDepth: adapterSlots * scaleDepth,
  }
  return defineModule(
    `adapter_a_array_${adapterName(parameters)}_g${lUnit.group}_l${lUnit.lanes}_m${lUnit.mantissaBits}`,
    {
      start_i: input(bool),
      slot_i: input(bool),
      order_i: input(indexType(orders.length)),
      code_base_i: input(indexType(codeDepth)),
      scale_base_i: input(indexType(scaleDepth)),
      activation_bank_i: input(bool),
      activation_bank_o: output(bool),
      exponent_bank_o: output(bool),
      activation_address_o: output(indexType(activationDepth(set))),
      exponent_address_o: output(indexType(groupDepth(set))),
      activation_i: input(vec(sint(lUnit.mantissaBits), columns * lUnit.lanes)),
      exponent_i: input(vec(uint(exponentBits), columns)),
      ...loadPorts(parameters),
      result_valid_o: output(bool),
      result_o: output(vec(number32, units)),
    },
    (m, ports) => {
      const sequencer = m.instance('u_sequencer', sweepSequencer(lUnit, set), {
        start_i: ports.start_i,
        order_i: ports.order_i,
        code_base_i: inSlot(ports.slot_i, ports.code_base_i, codeDepth),
        scale_base_i: inSlot(ports.slot_i, ports.scale_base_i, scaleDepth),
        activation_bank_i: ports.activation_bank_i,
      })
      m.unused(sequencer.running_o, sequencer.sum_bank_o, sequencer.sum_address_o)
      ports.activation_bank_o.assign(sequencer.activation_bank_o)
      ports.exponent_bank_o.assign(sequencer.exponent_bank_o)
      ports.activation_address_o.assign(sequencer.activation_address_o)
      ports.exponent_address_o.assign(sequencer.exponent_address_o)

      const loadsCodes = loadsRegion(m, ports, 'a codes')
      const loadsScales = loadsRegion(m, ports, 'a scales')
      const codeAddress = m.let(
        'code_write_address',
        inSlot(ports.load_slot_i, ports.load_address_i, codeDepth),
      )
      const scaleAddress = m.let(
        'scale_write_address',
        inSlot(ports.load_slot_i, ports.load_address_i, scaleDepth),
      )
      const word = ports.load_word_i.truncate(unit.ports.write_word_i.type.width)
      m.unused(ports.load_address_i, ports.load_word_i)
      const { lanes } = lUnit
      const results = Array.from({ length: columns }, (_, c) =>
        Array.from({ length: units }, (_, u) => {
          const number = c * units + u
          const isLoaded = ports.load_unit_i.eq(number)
          return m.instance(`u_a_unit_c${c}n${u}`, unit, {
            code_address_i: sequencer.code_address_o,
            scale_address_i: sequencer.scale_address_o,
            activation_i: ports.activation_i.elements.slice(c * lanes, (c + 1) * lanes),
            first_beat_i: sequencer.first_beat_o,
            exponent_i: ports.exponent_i.at(c),
            first_group_i: sequencer.first_group_o,
            read_index_i: sequencer.read_index_o,
            write_index_i: sequencer.write_index_o,
            write_enable_i: sequencer.write_enable_o,
            code_write_i: loadsCodes.and(isLoaded),
            scale_write_i: loadsScales.and(isLoaded),
            code_write_address_i: codeAddress,
            scale_write_address_i: scaleAddress,
            write_word_i: word,
            write_data_i: ports.load_data_i,
          }).result_o
        }),
      ).flat()
      const sums =
        columns === 1
          ? results
          : m.instance('u_row_sum', rowSum(lUnit, columns, units), { result_i: results }).result_o
              .elements
      ports.result_o.assign(sums)
      const valid = new DelayLine(m, 'result_valid', sequencer.result_valid_o, { reset: false })
      ports.result_valid_o.assign(valid.after(rowSumEdges(lUnit, columns)))
    },
    {
      parameters: { columns, units, rank: parameters.rank, codeDepth, scaleDepth },
      documentation: 'Units with the A matrices of adapters in SRAM',
    },
  )
}
