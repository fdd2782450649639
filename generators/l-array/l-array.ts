import { createHash } from 'node:crypto'
import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import { lUnitOfContents } from '../l-unit/l-unit.js'
import { describeParameters, type LUnitParameters, parametersName } from '../l-unit/parameters.js'
import {
  accumulatorsOf,
  activationDepth,
  groupDepth,
  type SweepSet,
  sweepSequencer,
} from '../l-unit/sequencer.js'
import type { LUnitContents } from '../l-unit/weights.js'
import { lUnitWidths } from '../l-unit/widths.js'

/**
 * L-Units with the matrices of a whole model in their ROMs, and the sequencer that takes them through a
 * matrix at a time. Activations come from memories outside, one clock edge after their address. With
 * `result_valid_o`, `result_o` holds the next row of every unit.
 *
 * @param contents of the ROMs, one pair for each unit
 */
export function lArray(
  parameters: LUnitParameters,
  set: SweepSet,
  contents: readonly LUnitContents[],
) {
  const accumulators = accumulatorsOf(set)
  const definitions = contents.map((roms, unit) =>
    lUnitOfContents(parameters, roms, accumulators, {
      name: `n${unit}`,
      parameters: { unit },
      documentation: `L-Unit ${unit}: INT${parameters.bits} weights in ROM with their multiply-accumulate`,
    }),
  )
  const hash = createHash('sha256')
  for (const { name } of definitions) hash.update(name)
  return defineModule(
    `l_array_${parametersName(parameters)}_u${contents.length}_${hash.digest('hex').slice(0, 8)}`,
    {
      start_i: input(bool),
      order_i: input(indexType(set.orders.length)),
      code_base_i: input(indexType(set.codeDepth)),
      scale_base_i: input(indexType(set.scaleDepth)),
      activation_bank_i: input(bool),
      activation_bank_o: output(bool),
      activation_address_o: output(indexType(activationDepth(set))),
      sum_address_o: output(indexType(groupDepth(set))),
      exponent_address_o: output(indexType(groupDepth(set))),
      activation_i: input(vec(sint(parameters.mantissaBits), parameters.lanes)),
      negated_sum_i: input(sint(lUnitWidths(parameters).sum)),
      exponent_i: input(uint(exponentBits)),
      running_o: output(bool),
      result_valid_o: output(bool),
      result_o: output(vec(number32, contents.length)),
    },
    (m, ports) => {
      const sequencer = m.instance('u_sequencer', sweepSequencer(parameters, set), {
        start_i: ports.start_i,
        order_i: ports.order_i,
        code_base_i: ports.code_base_i,
        scale_base_i: ports.scale_base_i,
        activation_bank_i: ports.activation_bank_i,
      })
      ports.activation_bank_o.assign(sequencer.activation_bank_o)
      ports.activation_address_o.assign(sequencer.activation_address_o)
      ports.sum_address_o.assign(sequencer.sum_address_o)
      ports.exponent_address_o.assign(sequencer.exponent_address_o)
      ports.running_o.assign(sequencer.running_o)
      ports.result_valid_o.assign(sequencer.result_valid_o)
      for (const [unit, definition] of definitions.entries()) {
        const { result_o } = m.instance(`u_l_unit${unit}`, definition, {
          code_address_i: sequencer.code_address_o,
          activation_i: ports.activation_i,
          first_beat_i: sequencer.first_beat_o,
          scale_address_i: sequencer.scale_address_o,
          negated_sum_i: ports.negated_sum_i,
          exponent_i: ports.exponent_i,
          first_group_i: sequencer.first_group_o,
          read_index_i: sequencer.read_index_o,
          write_index_i: sequencer.write_index_o,
          write_enable_i: sequencer.write_enable_o,
        })
        ports.result_o.elements[unit]!.assign(result_o)
      }
    },
    {
      parameters: { ...describeParameters(parameters), units: contents.length },
      documentation: `${contents.length} L-Units that share the rows of every matrix`,
    },
  )
}
