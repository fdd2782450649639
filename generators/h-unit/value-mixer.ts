import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { floatAdder } from '../float/float-adder.js'
import { binary32, widthOf } from '../float/float-format.js'
import { floatScaler } from '../float/scale-to-float.js'
import { wholeBits } from './attention-score.js'
import { rescaled, storeAt } from './head-states.js'

const number32 = uint(widthOf(binary32))

const mixers = new Map<string, ReturnType<typeof defineValueMixer>>()

/**
 * One element of the weighted sums of values (docs/arithmetic.md, Attention), of one query head for each of
 * `kvHeads` key/value heads. `scaled_weight_i` (w) and `value_i` come together; two edges later what belongs to the
 * sum before; another two edges later `sum_o`, which is stored when `write_i` is 1.
 *
 * @param integerBits bits of an element of a value
 */
export function valueMixer(kvHeads: number, integerBits: number) {
  const name = `value_mixer_kv${kvHeads}_i${integerBits}`
  let mixer = mixers.get(name)
  if (mixer === undefined) {
    mixer = defineValueMixer(name, kvHeads, integerBits)
    mixers.set(name, mixer)
  }
  return mixer
}

function defineValueMixer(name: string, kvHeads: number, integerBits: number) {
  return defineModule(
    name,
    {
      scaled_weight_i: input(number32),
      value_i: input(sint(integerBits)),
      read_head_i: input(indexType(kvHeads)),
      first_i: input(bool),
      rescale_i: input(uint(wholeBits)),
      write_head_i: input(indexType(kvHeads)),
      write_i: input(bool),
      sum_o: output(number32),
    },
    (m, ports) => {
      if (kvHeads === 1) m.unused(ports.read_head_i, ports.write_head_i)
      const shape = {
        scale: binary32,
        integerBits,
        exponentBits: 1,
        exponentOffset: 0,
        result: binary32,
      }
      const { number_o: addend } = m.instance(
        'u_scale',
        floatScaler(shape, ['multiply', 'normalise']),
        { scale_i: ports.scaled_weight_i, integer_i: ports.value_i, exponent_i: 0 },
      )
      const sums = m.register('weighted_sum', vec(number32, kvHeads))
      const { sum_o } = m.instance('u_add', floatAdder(binary32, ['align', 'sum']), {
        a_i: rescaled(sums, ports.read_head_i, ports.first_i, ports.rescale_i),
        b_i: addend,
      })
      storeAt(m, kvHeads, ports.write_head_i, ports.write_i, (index) => sums.at(index).next(sum_o))
      ports.sum_o.assign(sum_o)
    },
    {
      parameters: { kvHeads, integerBits },
      documentation: 'One element of the weighted sums of values',
    },
  )
}
