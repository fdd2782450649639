import { createHash } from 'node:crypto'
import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { oncePerKey } from '../common/once-per-key.js'
import { optionalPorts } from '../common/optional-ports.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import { linkSignatures, signatureChainPorts } from '../self-test/ports.js'
import { alignShape } from './align-shape.js'
import type { VectorUnitContents } from './contents.js'
import { adapterRowPorts, deltaControl } from './delta-control.js'
import { deltaEdges } from './deltas.js'
import { lateBeat, lateSelfTest } from './late-beat.js'
import { normFactor } from './norm-factor.js'
import { isSweep } from './operations.js'
import {
  checkVectorUnitParameters,
  type VectorUnitParameters,
  vectorUnitName,
} from './parameters.js'
import { resultTurns } from './result-turns.js'
import { selfTestPorts, sweepIssuer, sweepPorts } from './sequencer.js'
import { resultEdges } from './timing.js'
import { tokenChoice } from './token-choice.js'
import { alignParametersOf, vectorUnit } from './vector-unit.js'

/**
 * Everything between two matrices of a decoder but attention, as `docs/arithmetic.md` defines it: a vector unit for each
 * column of the mesh, in step, with what they share: the issuer of the sweeps' beats, the norm's factor, the choice of
 * the token. Numbers at the ports are those of one vector unit after the other; results are those of the unit whose turn it
 * is, with `dealsTicks` ({@link resultTurns}).
 *
 * `result_start_i` says to which beat the results that come after it go. `start_i` starts a sweep; all is at
 * fixed cycles from there, which `vectorTiming` tells, and nothing waits. `embed` and `residual` end in a norm, whose
 * factor holds until the next. `query` and `key` come in beats of heads whose neighbouring rows rotate together;
 * `swiglu` alternates a beat of gate rows and a beat of up rows. `mix_data_i` are beats from attention. With `headsInFirst`
 * heads are those of the first unit, and `result_to_first_i` comes with the `result_start_i` of a sweep of nothing else.
 *
 * @throws InputError for parameters that cannot be built
 */
export function vectorRow(
  parameters: VectorUnitParameters,
  contents: readonly VectorUnitContents[],
) {
  checkVectorUnitParameters(parameters)
  const { columns, vectorLanes, results, resultBeats, vocabulary, mantissaBits } = parameters
  const { activationLanes, dealsTicks, headsInFirst } = parameters
  const align = alignShape(alignParametersOf(parameters))
  const numbers = vec(number32, columns * vectorLanes)
  const units = contents.map(oncePerKey((roms) => vectorUnit(parameters, roms)))
  const hash = createHash('sha256')
  for (const { name } of units) hash.update(name)
  return defineModule(
    `vector_row_${dealsTicks ? 'dealt_' : ''}${headsInFirst ? 'hf_' : ''}${vectorUnitName(parameters)}_${hash.digest('hex').slice(0, 8)}`,
    {
      result_start_i: input(bool),
      result_base_i: input(indexType(resultBeats)),
      result_valid_i: input(bool),
      ...optionalPorts(headsInFirst || undefined, () => ({ result_to_first_i: input(bool) })),
      results_i: input(vec(number32, dealsTicks ? results : columns * results)),
      ...sweepPorts(parameters),
      mix_valid_i: input(bool),
      mix_last_i: input(bool),
      mix_data_i: input(numbers),
      query_valid_o: output(bool),
      key_valid_o: output(bool),
      value_valid_o: output(bool),
      head_data_o: output(headsInFirst ? vec(number32, vectorLanes) : numbers),
      logit_valid_o: output(bool),
      logit_last_o: output(bool),
      logits_o: output(numbers),
      token_valid_o: output(bool),
      token_o: output(indexType(vocabulary)),
      align_bank_o: output(bool),
      activation_bank_i: input(bool),
      sum_bank_i: input(bool),
      exponent_bank_i: input(bool),
      activation_address_i: input(indexType(align.reads)),
      sum_address_i: input(indexType(align.groups)),
      exponent_address_i: input(indexType(align.groups)),
      activation_o: output(vec(sint(mantissaBits), columns * activationLanes)),
      negated_sum_o: output(vec(sint(align.sumBits), columns)),
      exponent_o: output(vec(uint(exponentBits), columns)),
      ...adapterRowPorts(parameters),
      ...selfTestPorts(parameters),
      ...optionalPorts(parameters.selfTest, () => signatureChainPorts),
    },
    (m, ports) => {
      const issued = m.instance('u_issuer', sweepIssuer(parameters), {
        start_i: ports.start_i,
        op_i: ports.op_i,
        count_i: ports.count_i,
        interval_i: ports.interval_i,
        source_i: ports.source_i,
        table_i: ports.table_i,
        position_i: ports.position_i,
        token_i: ports.token_i,
      })
      const sweep = lateBeat(m, issued, deltaEdges(parameters))
      const connectDeltas = deltaControl(m, parameters, issued, ports)
      const factor = m.instance('u_factor', normFactor(parameters))
      const shareOf = <T>(elements: readonly T[], unit: number, lanes: number) =>
        elements.slice(unit * lanes, (unit + 1) * lanes)
      const turns = dealsTicks
        ? resultTurns(m, columns, {
            start: ports.result_start_i,
            valid: ports.result_valid_i,
            ...(headsInFirst ? { toFirst: ports.result_to_first_i } : {}),
          })
        : undefined
      const instances = units.map((definition, unit) =>
        m.instance(`u_vector_unit${unit}`, definition, {
          result_start_i: ports.result_start_i,
          result_base_i: ports.result_base_i,
          result_valid_i: turns?.[unit] ?? ports.result_valid_i,
          results_i: shareOf(ports.results_i.elements, dealsTicks ? 0 : unit, results),
          issue_i: sweep.issue_o,
          operation_i: sweep.operation_o,
          is_last_i: sweep.is_last_o,
          beat_i: sweep.beat_o,
          result_address_i: sweep.result_address_o,
          norm_address_i: sweep.norm_address_o,
          rotation_address_i: sweep.rotation_address_o,
          code_address_i: sweep.code_address_o,
          scale_address_i: sweep.scale_address_o,
          factor_i: factor.factor_o,
          query_factor_i: factor.query_factor_o,
          mix_valid_i: ports.mix_valid_i,
          mix_last_i: ports.mix_last_i,
          mix_data_i: shareOf(ports.mix_data_i.elements, unit, vectorLanes),
          activation_bank_i: ports.activation_bank_i,
          sum_bank_i: ports.sum_bank_i,
          exponent_bank_i: ports.exponent_bank_i,
          activation_address_i: ports.activation_address_i,
          sum_address_i: ports.sum_address_i,
          exponent_address_i: ports.exponent_address_i,
        }),
      )
      for (const [unit, instance] of instances.entries()) {
        connectDeltas(instance, unit)
        if (parameters.adapter === undefined) continue
        instance.adapter_activation_bank_i.assign(ports.adapter_activation_bank_i)
        instance.adapter_exponent_bank_i.assign(ports.adapter_exponent_bank_i)
        instance.adapter_activation_address_i.assign(ports.adapter_activation_address_i)
        instance.adapter_exponent_address_i.assign(ports.adapter_exponent_address_i)
      }
      if (parameters.selfTest) {
        issued.self_test_address_i.assign(ports.self_test_address_i)
        issued.self_test_norm_i.assign(ports.self_test_norm_i)
        issued.self_test_rotation_i.assign(ports.self_test_rotation_i)
        issued.self_test_code_i.assign(ports.self_test_code_i)
        issued.self_test_scale_i.assign(ports.self_test_scale_i)
        const tested = lateSelfTest(m, issued, deltaEdges(parameters))
        for (const instance of instances) {
          instance.self_test_norm_i.assign(tested.self_test_norm_i)
          instance.self_test_rotation_i.assign(tested.self_test_rotation_i)
          instance.self_test_code_i.assign(tested.self_test_code_i)
          instance.self_test_scale_i.assign(tested.self_test_scale_i)
          instance.self_test_clear_i.assign(ports.self_test_clear_i)
          instance.self_test_shift_i.assign(ports.self_test_shift_i)
        }
        ports.signature_o.assign(linkSignatures(instances, ports.signature_i))
      }
      const [first, ...others] = instances
      factor.valid_i.assign(first!.scaled_valid_o)
      factor.last_i.assign(first!.scaled_last_o)
      factor.squares_i.assign(instances.flatMap(({ squares_o }) => squares_o.elements))
      ports.query_valid_o.assign(first!.query_valid_o)
      ports.key_valid_o.assign(first!.key_valid_o)
      ports.value_valid_o.assign(first!.value_valid_o)
      ports.align_bank_o.assign(first!.align_bank_o)
      for (const unit of others) {
        m.unused(unit.scaled_valid_o, unit.scaled_last_o, unit.query_valid_o, unit.key_valid_o)
        m.unused(unit.value_valid_o, unit.align_bank_o)
      }
      const heads = instances.map(({ head_data_o }) => head_data_o.elements)
      ports.head_data_o.assign(headsInFirst ? heads[0]! : heads.flat())
      if (headsInFirst) m.unused(...heads.slice(1).flat())
      ports.activation_o.assign(instances.flatMap(({ activation_o }) => activation_o.elements))
      ports.negated_sum_o.assign(instances.map(({ negated_sum_o }) => negated_sum_o))
      ports.exponent_o.assign(instances.map(({ exponent_o }) => exponent_o))
      if (parameters.adapter !== undefined) {
        ports.adapter_activation_o.assign(
          instances.flatMap(({ adapter_activation_o }) => adapter_activation_o.elements),
        )
        ports.adapter_exponent_o.assign(
          instances.map(({ adapter_exponent_o }) => adapter_exponent_o),
        )
      }

      const { scaled } = resultEdges
      const rows = instances.flatMap(({ rows_o }) => rows_o.elements)
      const isLogit = sweep.issue_o.and(isSweep(sweep.operation_o, 'head'))
      const logitValid = new DelayLine(m, 'logit', isLogit, { reset: false }).after(scaled)
      const logitLast = new DelayLine(m, 'is_last', sweep.is_last_o.and(isLogit), {
        reset: false,
      }).after(scaled)
      const beat = new DelayLine(m, 'beat', sweep.beat_o).after(scaled)
      const choice = tokenChoice(parameters)
      const token = m.instance('u_token', choice, {
        valid_i: logitValid,
        last_i: logitLast,
        beat_i: beat.truncate(choice.ports.beat_i.type.width),
        logits_i: rows,
      })
      m.unused(beat)
      ports.logit_valid_o.assign(logitValid)
      ports.logit_last_o.assign(logitLast)
      ports.logits_o.assign(rows)
      ports.token_valid_o.assign(token.token_valid_o)
      ports.token_o.assign(token.token_o)
    },
    {
      parameters: { columns, vectorLanes, results, resultBeats, width: parameters.width },
      documentation: 'The vector units of all columns, in step',
    },
  )
}
