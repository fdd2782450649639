import {
  bool,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { optionalPorts } from '../common/optional-ports.js'
import { binary16, binary32, widthOf } from '../float/float-format.js'
import { floatScaler } from '../float/scale-to-float.js'
import { number32 } from '../l-unit/datapath.js'
import { romForm } from '../rom/policy.js'
import { signatureChain, signatureChainPorts } from '../self-test/ports.js'
import { dequantiseStages, productOf, sumOf } from './arithmetic.js'
import type { VectorUnitContents } from './contents.js'
import { beatsOf, type VectorUnitParameters, vectorUnitName } from './parameters.js'
import { normEdges } from './timing.js'

/**
 * The residual stream: a beat of it becomes an embedding or grows by a beat of results, is stored, and goes on as
 * `y = x * w` and as squares. Addresses come in the cycle of the beat's issue, results in the next one.
 */
export function normPipe(parameters: VectorUnitParameters, contents: VectorUnitContents) {
  const { vectorLanes, rom: policy } = parameters
  const beats = beatsOf(parameters).width
  const { embeddingCodes, embeddingScales, normWeights } = contents
  const hash = [embeddingCodes, embeddingScales, normWeights].map((rom) => rom.hash.slice(0, 4))
  const numbers = vec(number32, vectorLanes)
  return defineModule(
    `norm_pipe_${vectorUnitName(parameters)}_${hash.join('')}`,
    {
      issue_i: input(bool),
      is_embedding_i: input(bool),
      is_last_i: input(bool),
      beat_i: input(indexType(beats)),
      norm_address_i: input(uint(normWeights.addressWidth)),
      code_address_i: input(uint(embeddingCodes.addressWidth)),
      scale_address_i: input(uint(embeddingScales.addressWidth)),
      results_i: input(numbers),
      scaled_valid_o: output(bool),
      scaled_last_o: output(bool),
      scaled_o: output(numbers),
      squares_o: output(numbers),
      ...optionalPorts(parameters.selfTest, () => ({
        self_test_norm_i: input(bool),
        self_test_code_i: input(bool),
        self_test_scale_i: input(bool),
        ...signatureChainPorts,
      })),
    },
    (m, ports) => {
      const valid = new DelayLine(m, 'valid', ports.issue_i, { reset: false })
      const last = new DelayLine(m, 'last', ports.is_last_i)
      const beat = new DelayLine(m, 'beat', ports.beat_i)
      const isEmbedding = new DelayLine(m, 'is_embedding', ports.is_embedding_i)
      const read = (name: string, words: typeof normWeights, address: UInt) =>
        m.delayed(
          `${name}_word`,
          m.rom(`${name}_rom`, words, { form: romForm(policy, words) }).read(address),
        )
      const { sum: sumEdge, scaled: scaledEdge } = normEdges
      const codes = read('code', embeddingCodes, ports.code_address_i)
      const scale = read('scale', embeddingScales, ports.scale_address_i)
      const normAddress = new DelayLine(m, 'norm_address', ports.norm_address_i)
      const weights = read('norm', normWeights, normAddress.after(sumEdge - 1))

      if (parameters.selfTest) {
        const sampled = (name: string, test: typeof ports.issue_i, edges: number) =>
          new DelayLine(m, `self_test_${name}`, test, { reset: false }).after(edges)
        const control = { clear: ports.self_test_clear_i, shift: ports.self_test_shift_i }
        const roms = [
          { name: 'code', word: codes, sample: sampled('code', ports.self_test_code_i, 1) },
          { name: 'scale', word: scale, sample: sampled('scale', ports.self_test_scale_i, 1) },
          { name: 'norm', word: weights, sample: sampled('norm', ports.self_test_norm_i, sumEdge) },
        ]
        ports.signature_o.assign(signatureChain(m, control, roms, ports.signature_i))
      }

      const stream = m.memory('residual', numbers, { depth: beats })
      const before = stream.read('residual_beat', ports.beat_i)
      const after = before.map((x, lane) => {
        const sum = sumOf(m, `residual${lane}`, x, ports.results_i.at(lane))
        const code = codes.bits(8 * lane + 7, 8 * lane)
        const embedded = dequantised(m, `embedding${lane}`, code, scale)
        return m.let(`x${lane}`, mux(isEmbedding.after(sumEdge), embedded, sum))
      })
      const writeBeat = beat.after(sumEdge)
      m.when(valid.after(sumEdge), () => stream.write(writeBeat, after))
      for (const [lane, x] of after.entries()) {
        const weight = weights.bits(32 * lane + 31, 32 * lane)
        ports.scaled_o.at(lane).assign(productOf(m, `norm${lane}`, x, weight))
        ports.squares_o.at(lane).assign(productOf(m, `square${lane}`, x, x))
      }
      ports.scaled_valid_o.assign(valid.after(scaledEdge))
      ports.scaled_last_o.assign(last.after(scaledEdge))
    },
    {
      parameters: { vectorLanes, beats },
      documentation: 'Residual stream with the weights of the norms, and embedding',
    },
  )
}

/** `scale * (code - zero-point)`, rounded once. */
function dequantised(m: ModuleBuilder, name: string, code: UInt, scaleWord: UInt): UInt {
  const shape = {
    scale: binary16,
    integerBits: 9,
    exponentBits: 1,
    exponentOffset: 0,
    result: binary32,
  }
  const scaleBits = widthOf(binary16)
  const zeroPoint = scaleWord.bits(scaleWord.width - 1, scaleBits)
  return m.instance(`u_${name}`, floatScaler(shape, dequantiseStages), {
    scale_i: scaleWord.bits(scaleBits - 1, 0),
    integer_i: code.sub(zeroPoint),
    exponent_i: uint(1).literal(0),
  }).number_o
}
