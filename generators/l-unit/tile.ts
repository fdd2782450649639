import { createHash } from 'node:crypto'
import { defineModule, streamInput, streamOutput, uint } from '../../src/hdl/index.js'
import { activationBeatBits, activationBuffer } from './activation-buffer.js'
import { number32 } from './datapath.js'
import { lUnit } from './l-unit.js'
import { describeParameters, type LUnitParameters, parametersName } from './parameters.js'
import { resultStream } from './result-stream.js'
import { lUnitOrder } from './schedule.js'
import { singleSweep, sweepSequencer } from './sequencer.js'
import { checkWeights, type LUnitWeights, weightsOfUnit } from './weights.js'

/**
 * A whole matrix-vector product behind two AXI4-Streams: one sequencer, `units` L-Units that share the
 * rows, a buffer for the activations and one for the results.
 *
 * Input: `ceil(columns / lanes)` transfers of `activationBeat` (`lanes` mantissas in order of the columns, and
 * their group's biased exponent); lanes beyond the last column carry zero. Output: one binary32 number a
 * row, in order of the rows, `tlast` with the last. Row r is row `floor(r / units)` of unit `r mod units`. The
 * next vector is taken after the last result.
 *
 * @throws InputError for weights that do not fit the parameters
 */
export function lUnitTile(parameters: LUnitParameters, weights: LUnitWeights, units: number) {
  checkWeights(parameters, weights)
  const { rows, columns } = weights
  const unitRows = Math.ceil(rows / units)
  const order = lUnitOrder(parameters, unitRows, columns)
  const definitions = Array.from({ length: units }, (_, unit) =>
    lUnit(parameters, weightsOfUnit(parameters, weights, unit, units)),
  )
  const hash = createHash('sha256')
  for (const { name } of definitions) hash.update(name)
  return defineModule(
    `l_unit_tile_${parametersName(parameters)}_${rows}x${columns}_u${units}_${hash.digest('hex').slice(0, 8)}`,
    {
      s_axis: streamInput(uint(activationBeatBits(parameters))),
      m_axis: streamOutput(number32, { last: true }),
    },
    (m, { s_axis, m_axis }) => {
      const phase = m.stateMachine('phase', ['load', 'run'], { initial: 'load' })
      const sequencer = m.instance('u_sequencer', sweepSequencer(parameters, singleSweep(order)), {
        order_i: 0,
        code_base_i: 0,
        scale_base_i: 0,
        activation_bank_i: false,
      })
      m.unused(sequencer.running_o, sequencer.activation_bank_o)
      m.unused(sequencer.sum_bank_o, sequencer.exponent_bank_o)
      s_axis.ready.assign(phase.is('load'))
      const buffer = activationBuffer(m, parameters, order, s_axis, sequencer)
      const isLoaded = m.let('is_loaded', s_axis.valid.and(s_axis.ready).and(buffer.isLast))
      sequencer.start_i.assign(isLoaded)
      const results = definitions.map((definition, unit) => {
        const instance = m.instance(`u_l_unit${unit}`, definition, {
          code_address_i: sequencer.code_address_o,
          activation_i: buffer.activation,
          first_beat_i: sequencer.first_beat_o,
          scale_address_i: sequencer.scale_address_o,
          exponent_i: buffer.exponent,
          first_group_i: sequencer.first_group_o,
          read_index_i: sequencer.read_index_o,
          write_index_i: sequencer.write_index_o,
          write_enable_i: sequencer.write_enable_o,
        })
        if (buffer.negatedSum !== undefined) instance.negated_sum_i.assign(buffer.negatedSum)
        return instance.result_o
      })
      const { sendsLast } = resultStream(m, results, sequencer.result_valid_o, rows, m_axis)
      phase.define({
        load: () => m.when(isLoaded, () => phase.goto('run')),
        run: () => m.when(sendsLast, () => phase.goto('load')),
      })
    },
    {
      parameters: { ...describeParameters(parameters), rows, columns, units },
      documentation: `${rows} x ${columns} matrix in the ROMs of ${units} L-Units, times a vector`,
    },
  )
}
