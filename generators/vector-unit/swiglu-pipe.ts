import { bool, defineModule, input, output, vec } from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import { floatSigmoidUnit } from '../float/sigmoid.js'
import { number32 } from '../l-unit/datapath.js'
import { latencies, productOf, tableStages } from './arithmetic.js'

const siluEdges = latencies.table + latencies.multiply
const hiddenEdges = siluEdges + latencies.multiply

const pipes = new Map<number, ReturnType<typeof defineSwigluPipe>>()

/**
 * `silu(g) * u` of beats that come in pairs, a beat `g` first, then a beat `u`: the result follows the second. One
 * definition for equal lanes.
 */
export function swigluPipe(vectorLanes: number) {
  let pipe = pipes.get(vectorLanes)
  if (pipe === undefined) {
    pipe = defineSwigluPipe(vectorLanes)
    pipes.set(vectorLanes, pipe)
  }
  return pipe
}

function defineSwigluPipe(vectorLanes: number) {
  const numbers = vec(number32, vectorLanes)
  return defineModule(
    `swiglu_pipe_v${vectorLanes}`,
    {
      gate_valid_i: input(bool),
      up_valid_i: input(bool),
      last_i: input(bool),
      data_i: input(numbers),
      hidden_valid_o: output(bool),
      hidden_last_o: output(bool),
      hidden_o: output(numbers),
    },
    (m, ports) => {
      const gateValid = new DelayLine(m, 'gate_valid', ports.gate_valid_i, { reset: false })
      const upValid = new DelayLine(m, 'up_valid', ports.up_valid_i, { reset: false })
      const last = new DelayLine(m, 'last', ports.last_i)
      for (const [lane, number] of ports.data_i.elements.entries()) {
        const late = new DelayLine(m, `data${lane}`, number)
        const { sigmoid_o } = m.instance(`u_sigmoid${lane}`, floatSigmoidUnit(tableStages), {
          number_i: number,
        })
        const silu = productOf(m, `silu${lane}`, late.after(latencies.table), sigmoid_o)
        const kept = m.register(`silu${lane}`, number32)
        m.when(gateValid.after(siluEdges), () => kept.next(silu))
        const up = late.after(siluEdges)
        ports.hidden_o.at(lane).assign(productOf(m, `hidden${lane}`, kept, up))
      }
      ports.hidden_valid_o.assign(upValid.after(hiddenEdges))
      ports.hidden_last_o.assign(last.after(hiddenEdges))
    },
    {
      parameters: { vectorLanes },
      documentation: 'SwiGLU of pairs of beats',
    },
  )
}
