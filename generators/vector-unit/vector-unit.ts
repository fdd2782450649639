import { bool, defineModule, input, mux, output, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { number32 } from '../l-unit/datapath.js'
import { activationReadPorts, alignUnit } from './align-unit.js'
import { productOf } from './arithmetic.js'
import type { VectorUnitContents } from './contents.js'
import { headPipe } from './head-pipe.js'
import { normFactor } from './norm-factor.js'
import { normPipe } from './norm-pipe.js'
import { isSweep } from './operations.js'
import {
  checkVectorUnitParameters,
  type VectorUnitParameters,
  vectorUnitName,
} from './parameters.js'
import { resultMemory } from './result-memory.js'
import { sweepIssuer, sweepPorts } from './sequencer.js'
import { swigluPipe } from './swiglu-pipe.js'
import { resultEdges } from './timing.js'
import { tokenChoice } from './token-choice.js'

/**
 * Everything between two matrices of a decoder but attention, as `docs/arithmetic.md` defines it: sweeps over the results
 * of the L array in beats of `vectorLanes` numbers, and the align unit with the activations of the next matrix.
 *
 * `result_start_i` says to which beat the results that come after it go. `start_i` starts a sweep; all is at
 * fixed cycles from there, which `vectorTiming` tells, and nothing waits. `embed` and `residual` end in a norm, whose
 * factor holds until the next. `query` and `key` come in beats of heads whose neighbouring rows rotate together;
 * `swiglu` alternates a beat of gate rows and a beat of up rows. `mix_data_i` are beats from attention.
 *
 * @throws InputError for parameters that cannot be built
 */
export function vectorUnit(parameters: VectorUnitParameters, contents: VectorUnitContents) {
  checkVectorUnitParameters(parameters)
  const { vectorLanes, results, resultBeats, vocabulary } = parameters
  const numbers = vec(number32, vectorLanes)
  const hash = Object.values(contents).map((rom) => rom.hash.slice(0, 4))
  return defineModule(
    `vector_unit_${vectorUnitName(parameters)}_${hash.join('')}`,
    {
      result_start_i: input(bool),
      result_base_i: input(indexType(resultBeats)),
      result_valid_i: input(bool),
      results_i: input(vec(number32, results)),
      ...sweepPorts(parameters),
      mix_valid_i: input(bool),
      mix_last_i: input(bool),
      mix_data_i: input(numbers),
      query_valid_o: output(bool),
      key_valid_o: output(bool),
      value_valid_o: output(bool),
      head_data_o: output(numbers),
      logit_valid_o: output(bool),
      logits_o: output(numbers),
      token_valid_o: output(bool),
      token_o: output(indexType(vocabulary)),
      align_bank_o: output(bool),
      ...activationReadPorts(parameters),
    },
    (m, ports) => {
      const sweep = m.instance('u_issuer', sweepIssuer(parameters), {
        start_i: ports.start_i,
        op_i: ports.op_i,
        count_i: ports.count_i,
        interval_i: ports.interval_i,
        source_i: ports.source_i,
        table_i: ports.table_i,
        position_i: ports.position_i,
        token_i: ports.token_i,
      })
      const { beat_o: results_o } = m.instance('u_results', resultMemory(parameters), {
        start_i: ports.result_start_i,
        base_i: ports.result_base_i,
        valid_i: ports.result_valid_i,
        results_i: ports.results_i,
        address_i: sweep.result_address_o,
      })
      const { operation_o: operation, issue_o: issue } = sweep

      const norm = normPipe(parameters, contents)
      const residual = m.instance('u_norm', norm, {
        issue_i: issue.and(isSweep(operation, 'embed', 'residual')),
        is_embedding_i: isSweep(operation, 'embed'),
        is_last_i: sweep.is_last_o,
        beat_i: sweep.beat_o.truncate(norm.ports.beat_i.type.width),
        norm_address_i: sweep.norm_address_o,
        code_address_i: sweep.code_address_o,
        scale_address_i: sweep.scale_address_o,
        results_i: results_o,
      })
      const factor = m.instance('u_factor', normFactor(parameters), {
        valid_i: residual.scaled_valid_o,
        last_i: residual.scaled_last_o,
        squares_i: residual.squares_o,
      })

      const isQuery = m.delayed('is_query', isSweep(operation, 'query'))
      const rowFactor = m.let('row_factor', mux(isQuery, factor.query_factor_o, factor.factor_o))
      const rows = results_o.map((result, lane) => productOf(m, `row${lane}`, result, rowFactor))
      const { scaled } = resultEdges
      const isOdd = sweep.beat_o.bit(0)
      const beatOf = (name: string, signal: typeof issue) =>
        new DelayLine(m, name, issue.and(signal), { reset: false }).after(scaled)
      const last = new DelayLine(m, 'is_last', sweep.is_last_o).after(scaled)
      const beat = new DelayLine(m, 'beat', sweep.beat_o).after(scaled)
      const rotation = new DelayLine(m, 'rotation_address', sweep.rotation_address_o)

      const heads = m.instance('u_heads', headPipe(parameters, contents), {
        query_i: beatOf('query', isSweep(operation, 'query')),
        key_i: beatOf('key', isSweep(operation, 'key')),
        value_i: beatOf('value', isSweep(operation, 'value')),
        rotation_address_i: rotation.after(scaled - 1),
        data_i: rows,
      })
      ports.query_valid_o.assign(heads.query_valid_o)
      ports.key_valid_o.assign(heads.key_valid_o)
      ports.value_valid_o.assign(heads.value_valid_o)
      ports.head_data_o.assign(heads.head_data_o)

      const isSwiglu = isSweep(operation, 'swiglu')
      const hidden = m.instance('u_swiglu', swigluPipe(vectorLanes), {
        gate_valid_i: beatOf('gate', isSwiglu.and(isOdd.not())),
        up_valid_i: beatOf('up', isSwiglu.and(isOdd)),
        last_i: last,
        data_i: rows,
      })

      const logitValid = beatOf('logit', isSweep(operation, 'head'))
      const choice = tokenChoice(parameters)
      const token = m.instance('u_token', choice, {
        valid_i: logitValid,
        last_i: last,
        beat_i: beat.truncate(choice.ports.beat_i.type.width),
        logits_i: rows,
      })
      m.unused(beat)
      ports.logit_valid_o.assign(logitValid)
      ports.logits_o.assign(rows)
      ports.token_valid_o.assign(token.token_valid_o)
      ports.token_o.assign(token.token_o)

      const sources = [
        [residual.scaled_valid_o, residual.scaled_last_o, residual.scaled_o.elements],
        [hidden.hidden_valid_o, hidden.hidden_last_o, hidden.hidden_o.elements],
        [ports.mix_valid_i, ports.mix_last_i, ports.mix_data_i.elements],
      ] as const
      const [norms, swiglus, mixes] = sources
      const align = m.instance('u_align', alignUnit(parameters), {
        valid_i: norms[0].or(swiglus[0]).or(mixes[0]),
        last_i: mux(norms[0], norms[1], mux(swiglus[0], swiglus[1], mixes[1])),
        data_i: norms[2].map((number, lane) =>
          mux(norms[0], number, mux(swiglus[0], swiglus[2][lane]!, mixes[2][lane]!)),
        ),
        activation_bank_i: ports.activation_bank_i,
        activation_address_i: ports.activation_address_i,
        sum_address_i: ports.sum_address_i,
        exponent_address_i: ports.exponent_address_i,
      })
      const two = [norms[0].and(swiglus[0]), norms[0].and(mixes[0]), swiglus[0].and(mixes[0])]
      m.assert('one_vector_is_aligned', two.reduce((a, b) => a.or(b)).not())
      ports.align_bank_o.assign(align.align_bank_o)
      ports.activation_o.assign(align.activation_o)
      ports.negated_sum_o.assign(align.negated_sum_o)
      ports.exponent_o.assign(align.exponent_o)
    },
    {
      parameters: { vectorLanes, results, resultBeats, width: parameters.width },
      documentation: 'Residual stream, norms, rotation, SwiGLU, embedding, token choice, alignment',
    },
  )
}
