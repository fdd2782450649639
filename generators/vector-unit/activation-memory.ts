import {
  bool,
  defineModule,
  input,
  mux,
  output,
  sint,
  type UInt,
  uint,
  Vec,
  vec,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { exponentBits } from '../l-unit/datapath.js'
import { type AlignParameters, alignName, alignShape } from './align-shape.js'

const memories = new Map<string, ReturnType<typeof defineActivationMemory>>()

/**
 * Two vectors of aligned activations, each in a bank of its own, with negated sum and exponent of every group. What is
 * written in a cycle may be addressed in the next; data come one clock edge after their address. One
 * definition for equal parameters.
 */
export function activationMemory(parameters: AlignParameters) {
  const name = `activation_memory_${alignName(parameters)}`
  let memory = memories.get(name)
  if (memory === undefined) {
    memory = defineActivationMemory(name, parameters)
    memories.set(name, memory)
  }
  return memory
}

function defineActivationMemory(name: string, parameters: AlignParameters) {
  const { activationLanes, mantissaBits } = parameters
  const { wordLanes, readsOfWord, groups, words, reads, sumBits } = alignShape(parameters)
  const mantissa = sint(mantissaBits)
  return defineModule(
    name,
    {
      write_bank_i: input(bool),
      word_valid_i: input(bool),
      word_address_i: input(indexType(words)),
      word_i: input(vec(mantissa, wordLanes)),
      group_valid_i: input(bool),
      group_i: input(indexType(groups)),
      negated_sum_i: input(sint(sumBits)),
      exponent_i: input(uint(exponentBits)),
      activation_bank_i: input(bool),
      sum_bank_i: input(bool),
      exponent_bank_i: input(bool),
      activation_address_i: input(indexType(reads)),
      sum_address_i: input(indexType(groups)),
      exponent_address_i: input(indexType(groups)),
      activation_o: output(vec(mantissa, activationLanes)),
      negated_sum_o: output(sint(sumBits)),
      exponent_o: output(uint(exponentBits)),
    },
    (m, ports) => {
      const partBits = Math.log2(readsOfWord)
      const isWhole = words === 1 && readsOfWord > 1
      const wordAddress = isWhole
        ? indexType(1).literal(0)
        : ports.activation_address_i.shr(partBits)
      const part =
        partBits === 0 ? undefined : m.delayed('part', partOf(ports.activation_address_i, partBits))
      const bank = m.delayed('activation_bank', ports.activation_bank_i)
      const sumBank = m.delayed('sum_bank', ports.sum_bank_i)
      const exponentBank = m.delayed('exponent_bank', ports.exponent_bank_i)
      const banks = [false, true].map((isSecond, number) => {
        const activations = m.memory(`activations${number}`, vec(mantissa, wordLanes), {
          depth: words,
        })
        const sums = m.memory(`negated_sums${number}`, sint(sumBits), { depth: groups })
        const exponents = m.memory(`exponents${number}`, uint(exponentBits), { depth: groups })
        m.when(ports.write_bank_i.eq(isSecond), () => {
          m.when(ports.word_valid_i, () => activations.write(ports.word_address_i, ports.word_i))
          m.when(ports.group_valid_i, () => {
            sums.write(ports.group_i, ports.negated_sum_i)
            exponents.write(ports.group_i, ports.exponent_i)
          })
        })
        return {
          word: activations.read(`word${number}`, wordAddress),
          sum: sums.read(`sum${number}`, ports.sum_address_i),
          exponent: exponents.read(`exponent${number}`, ports.exponent_address_i),
        }
      })
      const [first, second] = [banks[0]!, banks[1]!]
      const word = mux(bank, second.word, first.word)
      const lanesOf = (read: number) =>
        word.elements.slice(read * activationLanes, (read + 1) * activationLanes)
      for (let lane = 0; lane < activationLanes; lane++) {
        const choices = Array.from({ length: readsOfWord }, (_, read) => lanesOf(read)[lane]!)
        const chosen =
          part === undefined
            ? choices[0]!
            : new Vec(vec(mantissa, readsOfWord), choices).select(part)
        ports.activation_o.at(lane).assign(chosen as (typeof choices)[number])
      }
      ports.negated_sum_o.assign(mux(sumBank, second.sum, first.sum))
      ports.exponent_o.assign(mux(exponentBank, second.exponent, first.exponent))
    },
    {
      parameters: { activationLanes, mantissaBits, words, groups },
      documentation: 'Two banks of aligned activations with the sums and exponents of their groups',
    },
  )
}

/** The low bits of an address that choose within a word. */
function partOf(address: UInt, bits: number): UInt {
  return address.width >= bits ? address.bits(bits - 1, 0) : address.extend(bits)
}
