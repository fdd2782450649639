import {
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import { optionalPorts } from '../common/optional-ports.js'
import { number32 } from '../l-unit/datapath.js'
import { romForm } from '../rom/policy.js'
import { signatureChain, signatureChainPorts } from '../self-test/ports.js'
import { latencies, productOf, sumOf } from './arithmetic.js'
import type { VectorUnitContents } from './contents.js'
import { type VectorUnitParameters, vectorUnitName } from './parameters.js'

/** Edges from a beat to its rotation. */
const pipeEdges = latencies.multiply + latencies.add

/**
 * Rotates neighbouring numbers of a beat, or lets it pass: both take as long. The address of the rotation comes one
 * clock edge before the beat.
 */
export function headPipe(
  parameters: VectorUnitParameters,
  { rotations }: Pick<VectorUnitContents, 'rotations'>,
) {
  const { vectorLanes, rom: policy } = parameters
  const numbers = vec(number32, vectorLanes)
  return defineModule(
    `head_pipe_${vectorUnitName(parameters)}_${rotations.hash.slice(0, 8)}`,
    {
      query_i: input(bool),
      key_i: input(bool),
      value_i: input(bool),
      rotation_address_i: input(uint(rotations.addressWidth)),
      data_i: input(numbers),
      query_valid_o: output(bool),
      key_valid_o: output(bool),
      value_valid_o: output(bool),
      head_data_o: output(numbers),
      ...optionalPorts(parameters.selfTest, () => ({
        self_test_rotation_i: input(bool),
        ...signatureChainPorts,
      })),
    },
    (m, ports) => {
      const rom = m.rom('rotation_rom', rotations, { form: romForm(policy, rotations) })
      const word = m.delayed('rotation_word', rom.read(ports.rotation_address_i))
      if (parameters.selfTest) {
        const control = { clear: ports.self_test_clear_i, shift: ports.self_test_shift_i }
        const sample = m.delayed('self_test_rotation', ports.self_test_rotation_i, { reset: false })
        const roms = [{ name: 'rotation', word, sample }]
        ports.signature_o.assign(signatureChain(m, control, roms, ports.signature_i))
      }
      const late = (name: string, valid: typeof ports.query_i) =>
        new DelayLine(m, name, valid, { reset: false }).after(pipeEdges)
      const isValue = late('value', ports.value_i)
      ports.query_valid_o.assign(late('query', ports.query_i))
      ports.key_valid_o.assign(late('key', ports.key_i))
      ports.value_valid_o.assign(isValue)
      for (let pair = 0; pair < vectorLanes / 2; pair++) {
        const sine = word.bits(64 * pair + 31, 64 * pair)
        const cosine = word.bits(64 * pair + 63, 64 * pair + 32)
        const [a, b] = [ports.data_i.at(2 * pair), ports.data_i.at(2 * pair + 1)]
        const product = (name: string, x: UInt, y: UInt) => productOf(m, `${name}${pair}`, x, y)
        const bSine = m.let(`b_sine${pair}`, product('b_times_sine', b, sine))
        const first = sumOf(m, `first${pair}`, product('a_times_cosine', a, cosine), negated(bSine))
        const second = sumOf(
          m,
          `second${pair}`,
          product('a_times_sine', a, sine),
          product('b_times_cosine', b, cosine),
        )
        for (const [lane, rotated, passing] of [
          [2 * pair, first, a],
          [2 * pair + 1, second, b],
        ] as const) {
          const passed = new DelayLine(m, `passing${lane}`, passing).after(pipeEdges)
          ports.head_data_o.at(lane).assign(mux(isValue, passed, rotated))
        }
      }
    },
    {
      parameters: { vectorLanes },
      documentation: 'Rotation of queries and keys by their position',
    },
  )
}

function negated(number: UInt): UInt {
  const sign = number.width - 1
  return cat(number.bit(sign).not(), number.bits(sign - 1, 0))
}
