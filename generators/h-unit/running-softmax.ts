import {
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  sint,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { fixedExp2Unit } from '../float/exp2.js'
import { floatAdder } from '../float/float-adder.js'
import { binary32, widthOf } from '../float/float-format.js'
import { floatReciprocalUnit } from '../float/reciprocal.js'
import { scoreBits, scorePointBits, wholeBits } from './attention-score.js'
import { rescaled, selected, storeAt } from './head-states.js'

const number32 = uint(widthOf(binary32))

const units = new Map<number, ReturnType<typeof defineRunningSoftmax>>()

/**
 * Softmax in one pass with a running maximum (docs/arithmetic.md, Attention) of one query head for each of `kvHeads`
 * key/value heads. A score comes with `valid_i`, the number of its head, and whether it is the first of the sequence;
 * one edge later the maximum is stored. Two edges after the score there are `weight_o` (p), and `rescale_o` (d), by
 * which what was added before is to be divided; the head's sum of weights is divided and added to in the next two
 * edges and stored at the third; two more edges later, the sum's `reciprocal_o`.
 */
export function runningSoftmax(kvHeads: number) {
  let unit = units.get(kvHeads)
  if (unit === undefined) {
    unit = defineRunningSoftmax(kvHeads)
    units.set(kvHeads, unit)
  }
  return unit
}

function defineRunningSoftmax(kvHeads: number) {
  return defineModule(
    `running_softmax_kv${kvHeads}`,
    {
      score_i: input(sint(scoreBits)),
      valid_i: input(bool),
      head_i: input(indexType(kvHeads)),
      first_i: input(bool),
      weight_o: output(number32),
      rescale_o: output(uint(wholeBits)),
      reciprocal_o: output(number32),
    },
    (m, { score_i, valid_i, head_i, first_i, weight_o, rescale_o, reciprocal_o }) => {
      const valid = new DelayLine(m, 'valid', valid_i, { reset: false })
      const head = kvHeads === 1 ? undefined : new DelayLine(m, 'head', head_i)
      m.unused(head_i)
      const first = new DelayLine(m, 'first', first_i)

      const whole = score_i.shr(scorePointBits)
      const maxima = m.register('maximum', vec(sint(wholeBits), kvHeads))
      const before = mux(
        first_i,
        sint(wholeBits).literal(-(2 ** (wholeBits - 1))),
        selected(maxima, head_i),
      )
      const maximum = m.let('maximum_now', mux(before.lt(whole), whole, before))
      storeAt(m, kvHeads, head_i, valid_i, (index) => maxima.at(index).next(maximum))
      const rescale = maximum.sub(before).truncate(wholeBits).asUnsigned()
      rescale_o.assign(new DelayLine(m, 'rescale', rescale).after(2))

      const power = cat(whole.sub(maximum), score_i.bits(scorePointBits - 1, 0)).asSigned()
      const { number_o: weight } = m.instance(
        'u_exp2',
        fixedExp2Unit(wholeBits + 1, ['slope', 'value']),
        { power_i: power },
      )
      weight_o.assign(weight)

      const denominators = m.register('denominator', vec(number32, kvHeads))
      const { sum_o } = m.instance('u_add', floatAdder(binary32, ['align', 'sum']), {
        a_i: rescaled(denominators, head?.after(2) ?? head_i, first.after(2), rescale_o),
        b_i: weight,
      })
      storeAt(m, kvHeads, head?.after(4) ?? head_i, valid.after(4), (index) =>
        denominators.at(index).next(sum_o),
      )
      const reciprocal = m.instance('u_reciprocal', floatReciprocalUnit(['slope', 'value']), {
        number_i: sum_o,
      })
      reciprocal_o.assign(reciprocal.reciprocal_o)
    },
    {
      parameters: { kvHeads },
      documentation: 'Softmax in one pass: weights, their sums, the reciprocals of these',
    },
  )
}
