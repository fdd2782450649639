import { bool, defineModule, input, mux, output, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { optionalPorts } from '../common/optional-ports.js'
import { number32 } from '../l-unit/datapath.js'
import { linkSignatures, signatureChainPorts } from '../self-test/ports.js'
import type { AlignParameters } from './align-shape.js'
import { activationReadPorts, adapterReadPorts, alignUnit } from './align-unit.js'
import { productOf } from './arithmetic.js'
import type { VectorUnitContents } from './contents.js'
import { deltaPorts, resultsWithDeltas } from './deltas.js'
import { headPipe } from './head-pipe.js'
import { normPipe } from './norm-pipe.js'
import { isSweep, sweepType } from './operations.js'
import {
  beatsOf,
  lengthsOf,
  longestSweep,
  type VectorUnitParameters,
  vectorUnitName,
} from './parameters.js'
import { resultMemory } from './result-memory.js'
import { testedRomPorts } from './sequencer.js'
import { swigluPipe } from './swiglu-pipe.js'
import { resultEdges } from './timing.js'

/** What the align unit of a vector unit holds. */
export function alignParametersOf(parameters: VectorUnitParameters): AlignParameters {
  const { vectorLanes, activationLanes, group, mantissaBits } = parameters
  const { width, hidden } = lengthsOf(parameters)
  const hasAdapterReader = parameters.adapter !== undefined
  return { vectorLanes, activationLanes, group, mantissaBits, width, hidden, hasAdapterReader }
}

/** The beat that all vector units work on: what the issuer gives out. */
export function issuedBeatPorts(parameters: VectorUnitParameters, contents: VectorUnitContents) {
  return {
    issue_i: input(bool),
    operation_i: input(sweepType),
    is_last_i: input(bool),
    beat_i: input(indexType(longestSweep(parameters))),
    result_address_i: input(indexType(parameters.resultBeats)),
    norm_address_i: input(uint(contents.normWeights.addressWidth)),
    rotation_address_i: input(uint(contents.rotations.addressWidth)),
    code_address_i: input(uint(contents.embeddingCodes.addressWidth)),
    scale_address_i: input(uint(contents.embeddingScales.addressWidth)),
  } as const
}

/**
 * A vector unit: one column's share of every vector, from the results of the L array to the activations of the next
 * matrix, `vectorLanes` numbers a beat. It has no control of its own ({@link vectorRow}). `squares_o` belong to
 * `scaled_valid_o`; `rows_o` are results times the norm's factor, `resultEdges.scaled` edges after their issue.
 */
export function vectorUnit(parameters: VectorUnitParameters, contents: VectorUnitContents) {
  const { vectorLanes, results, resultBeats } = parameters
  const numbers = vec(number32, vectorLanes)
  const align = alignParametersOf(parameters)
  const hash = Object.values(contents).map((rom) => rom.hash.slice(0, 4))
  return defineModule(
    `vector_unit_${vectorUnitName(parameters)}_${hash.join('')}`,
    {
      result_start_i: input(bool),
      result_base_i: input(indexType(resultBeats)),
      result_valid_i: input(bool),
      results_i: input(vec(number32, results)),
      ...issuedBeatPorts(parameters, contents),
      factor_i: input(number32),
      query_factor_i: input(number32),
      mix_valid_i: input(bool),
      mix_last_i: input(bool),
      mix_data_i: input(numbers),
      scaled_valid_o: output(bool),
      scaled_last_o: output(bool),
      squares_o: output(numbers),
      rows_o: output(numbers),
      query_valid_o: output(bool),
      key_valid_o: output(bool),
      value_valid_o: output(bool),
      head_data_o: output(numbers),
      align_bank_o: output(bool),
      ...activationReadPorts(align),
      ...adapterReadPorts(align),
      ...deltaPorts(parameters),
      ...optionalPorts(parameters.selfTest, () => ({ ...testedRomPorts, ...signatureChainPorts })),
    },
    (m, ports) => {
      const { beat_o } = m.instance('u_results', resultMemory(parameters), {
        start_i: ports.result_start_i,
        base_i: ports.result_base_i,
        valid_i: ports.result_valid_i,
        results_i: ports.results_i,
        address_i: ports.result_address_i,
      })
      const results_o = resultsWithDeltas(m, parameters, beat_o.elements, ports)
      const { operation_i: operation, issue_i: issue } = ports

      const norm = normPipe(parameters, contents)
      const residual = m.instance('u_norm', norm, {
        issue_i: issue.and(isSweep(operation, 'embed', 'residual')),
        is_embedding_i: isSweep(operation, 'embed'),
        is_last_i: ports.is_last_i,
        beat_i: ports.beat_i.truncate(norm.ports.beat_i.type.width),
        norm_address_i: ports.norm_address_i,
        code_address_i: ports.code_address_i,
        scale_address_i: ports.scale_address_i,
        results_i: results_o,
      })
      ports.scaled_valid_o.assign(residual.scaled_valid_o)
      ports.scaled_last_o.assign(residual.scaled_last_o)
      ports.squares_o.assign(residual.squares_o)

      const isQuery = m.delayed('is_query', isSweep(operation, 'query'))
      const rowFactor = m.let('row_factor', mux(isQuery, ports.query_factor_i, ports.factor_i))
      const rows = results_o.map((result, lane) => productOf(m, `row${lane}`, result, rowFactor))
      ports.rows_o.assign(rows)
      const { scaled } = resultEdges
      const isOdd = ports.beat_i.bit(0)
      const beatOf = (name: string, signal: typeof issue) =>
        new DelayLine(m, name, issue.and(signal), { reset: false }).after(scaled)
      const last = new DelayLine(m, 'is_last', ports.is_last_i).after(scaled)
      const rotation = new DelayLine(m, 'rotation_address', ports.rotation_address_i)

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

      if (parameters.selfTest) {
        const { self_test_clear_i, self_test_shift_i, self_test_rotation_i } = ports
        const test = new DelayLine(m, 'self_test_rotation', self_test_rotation_i, { reset: false })
        residual.self_test_code_i.assign(ports.self_test_code_i)
        residual.self_test_scale_i.assign(ports.self_test_scale_i)
        residual.self_test_norm_i.assign(ports.self_test_norm_i)
        heads.self_test_rotation_i.assign(test.after(scaled - 1))
        const tested = [residual, heads]
        for (const pipe of tested) {
          pipe.self_test_clear_i.assign(self_test_clear_i)
          pipe.self_test_shift_i.assign(self_test_shift_i)
        }
        ports.signature_o.assign(linkSignatures(tested, ports.signature_i))
      }

      const isSwiglu = isSweep(operation, 'swiglu')
      const hidden = m.instance('u_swiglu', swigluPipe(vectorLanes), {
        gate_valid_i: beatOf('gate', isSwiglu.and(isOdd.not())),
        up_valid_i: beatOf('up', isSwiglu.and(isOdd)),
        last_i: last,
        data_i: rows,
      })

      const sources = [
        [residual.scaled_valid_o, residual.scaled_last_o, residual.scaled_o.elements],
        [hidden.hidden_valid_o, hidden.hidden_last_o, hidden.hidden_o.elements],
        [ports.mix_valid_i, ports.mix_last_i, ports.mix_data_i.elements],
      ] as const
      const [norms, swiglus, mixes] = sources
      const aligned = m.instance('u_align', alignUnit(align), {
        valid_i: norms[0].or(swiglus[0]).or(mixes[0]),
        last_i: mux(norms[0], norms[1], mux(swiglus[0], swiglus[1], mixes[1])),
        data_i: norms[2].map((number, lane) =>
          mux(norms[0], number, mux(swiglus[0], swiglus[2][lane]!, mixes[2][lane]!)),
        ),
        activation_bank_i: ports.activation_bank_i,
        sum_bank_i: ports.sum_bank_i,
        exponent_bank_i: ports.exponent_bank_i,
        activation_address_i: ports.activation_address_i,
        sum_address_i: ports.sum_address_i,
        exponent_address_i: ports.exponent_address_i,
      })
      const two = [norms[0].and(swiglus[0]), norms[0].and(mixes[0]), swiglus[0].and(mixes[0])]
      m.assert('one_vector_is_aligned', two.reduce((a, b) => a.or(b)).not())
      ports.align_bank_o.assign(aligned.align_bank_o)
      ports.activation_o.assign(aligned.activation_o)
      ports.negated_sum_o.assign(aligned.negated_sum_o)
      ports.exponent_o.assign(aligned.exponent_o)
      if (align.hasAdapterReader === true) {
        aligned.adapter_activation_bank_i.assign(ports.adapter_activation_bank_i)
        aligned.adapter_exponent_bank_i.assign(ports.adapter_exponent_bank_i)
        aligned.adapter_activation_address_i.assign(ports.adapter_activation_address_i)
        aligned.adapter_exponent_address_i.assign(ports.adapter_exponent_address_i)
        ports.adapter_activation_o.assign(aligned.adapter_activation_o)
        ports.adapter_exponent_o.assign(aligned.adapter_exponent_o)
      }
    },
    {
      parameters: {
        vectorLanes,
        results,
        resultBeats,
        width: align.width,
        beats: beatsOf(parameters).width,
      },
      documentation: 'Residual stream, norms, rotation, SwiGLU, embedding, alignment of a column',
    },
  )
}
