import { bool, defineModule, input, output, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { binary32, widthOf } from '../float/float-format.js'
import { floatMultiplier } from '../float/float-multiplier.js'
import { attentionScore } from './attention-score.js'
import { attentionSweep } from './attention-sweep.js'
import { cacheFormats, cacheWordParts, decodeCode, unitInBinary32 } from './cache-format.js'
import { headCache } from './head-cache.js'
import { mixStream } from './mix-stream.js'
import {
  describeParameters,
  type HUnitParameters,
  parametersName,
  queryHeads,
} from './parameters.js'
import { queryStore } from './query-store.js'
import { runningSoftmax } from './running-softmax.js'
import { visitTiming } from './timing.js'
import { valueMixer } from './value-mixer.js'

const number32 = uint(widthOf(binary32))

/**
 * An H-Unit: the key/value cache of all layers and the attention over it, as docs/arithmetic.md defines them.
 *
 * `head_data_i` are beats of `vectorLanes` numbers, the heads in order, with `key_valid_i`, `query_valid_i` (scaled and
 * rotated) or `value_valid_i`; the beats of a head come in consecutive cycles. `attend_start_i` starts the attention of
 * the queries over the positions 0 to `position_i`; `hUnitTiming` has the cycles from which it may come.
 * `mix_valid_o` and `mix_data_o` give the mixed vector in the same order of heads and beats, `mix_last_o` with its
 * last beat, and `done_o` with it. `layer_i` and `position_i` keep still from the first key beat to `done_o`.
 */
export function hUnit(parameters: HUnitParameters) {
  const { vectorLanes, layers, positions, kvHeads, headSize, kvFormat } = parameters
  return defineModule(
    `h_unit_${parametersName(parameters)}`,
    {
      head_data_i: input(vec(number32, vectorLanes)),
      key_valid_i: input(bool),
      query_valid_i: input(bool),
      value_valid_i: input(bool),
      layer_i: input(indexType(layers)),
      position_i: input(indexType(positions)),
      attend_start_i: input(bool),
      mix_valid_o: output(bool),
      mix_data_o: output(vec(number32, vectorLanes)),
      mix_last_o: output(bool),
      done_o: output(bool),
    },
    (m, ports) => {
      const beat = m.delayed('beat', ports.head_data_i)
      const arrives = (name: string, valid: typeof ports.key_valid_i) =>
        m.delayed(name, valid, { reset: false })
      const sweep = attentionSweep(m, parameters, ports.attend_start_i, ports.position_i)
      const cache = headCache(m, parameters, {
        beat,
        keyValid: arrives('key_beat', ports.key_valid_i),
        valueValid: arrives('value_beat', ports.value_valid_i),
        layer: ports.layer_i,
        position: ports.position_i,
        readOffset: sweep.offset,
      })
      const queries = queryStore(
        m,
        parameters,
        beat,
        arrives('query_beat', ports.query_valid_i),
        sweep.head,
      )

      const key = cacheWordParts(kvFormat, headSize, cache.key)
      const value = cacheWordParts(kvFormat, headSize, cache.value)
      const keyIntegers = key.codes.map((code, i) => m.let(`key${i}`, decodeCode(kvFormat, code)))
      const valueIntegers = value.codes.map((code, i) =>
        decodeCode(kvFormat, m.delayed(`value_code${i}`, code)),
      )
      const valueScale = m.let('value_scale', unitInBinary32(kvFormat, value.scale))

      const valid = new DelayLine(m, 'visit', sweep.valid, { reset: false })
      const head = new DelayLine(m, 'visit_head', sweep.head)
      const isFirst = new DelayLine(m, 'visit_first', sweep.isFirst)
      const final = new DelayLine(m, 'visit_final', sweep.isLast)
      const heads = queries.map((query, i) => {
        const { score_o } = m.instance(`u_score${i}`, attentionScore(parameters), {
          query_i: query.mantissas,
          query_exponent_i: query.exponent,
          key_i: keyIntegers,
          key_scale_i: key.scale,
        })
        const softmax = m.instance(`u_softmax${i}`, runningSoftmax(kvHeads), {
          score_i: score_o,
          valid_i: valid.after(visitTiming.score),
          head_i: head.after(visitTiming.score),
          first_i: isFirst.after(visitTiming.score),
        })
        const { product_o } = m.instance(`u_weight${i}`, floatMultiplier(binary32, ['multiply']), {
          a_i: softmax.weight_o,
          b_i: valueScale,
        })
        const rescale = new DelayLine(m, `rescale${i}`, softmax.rescale_o)
        const sums = valueIntegers.map(
          (integer, element) =>
            m.instance(
              `u_mixer${i}_${element}`,
              valueMixer(kvHeads, cacheFormats[kvFormat].integerBits),
              {
                scaled_weight_i: product_o,
                value_i: integer,
                read_head_i: head.after(visitTiming.addend),
                first_i: isFirst.after(visitTiming.addend),
                rescale_i: rescale.after(visitTiming.addend - visitTiming.weight),
                write_head_i: head.after(visitTiming.weightedSum),
                write_i: valid.after(visitTiming.weightedSum),
              },
            ).sum_o,
        )
        const reciprocal = new DelayLine(m, `reciprocal${i}`, softmax.reciprocal_o)
        return {
          sums,
          reciprocal: reciprocal.after(visitTiming.weightedSum - visitTiming.reciprocal),
        }
      })

      const { weightedSum } = visitTiming
      const mix = mixStream(m, parameters, {
        valid: valid.after(weightedSum).and(final.after(weightedSum)),
        isLast: head.after(weightedSum).eq(kvHeads - 1),
        weightedSums: heads.map(({ sums }) => sums),
        reciprocals: heads.map(({ reciprocal }) => reciprocal),
      })
      ports.mix_valid_o.assign(mix.valid)
      ports.mix_data_o.assign(mix.data)
      ports.mix_last_o.assign(mix.isLast)
      ports.done_o.assign(mix.isLast)
    },
    {
      parameters: describeParameters(parameters),
      documentation: `Key/value cache (${kvFormat}) and attention of ${queryHeads(parameters)} query heads a cycle`,
    },
  )
}
