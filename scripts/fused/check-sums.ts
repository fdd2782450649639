import { Random } from '../../src/common/random.js'
import { evaluate, parseAiger } from '../../src/synth/aiger.js'
import { type Cone, coneShape } from './cone.js'

/** Vectors of activations at each address: three with extremes, the rest random. */
export const vectorsPerAddress = 32

/**
 * Computes a mapped netlist at every address with {@link vectorsPerAddress} vectors of activations each: undefined when all
 * sums are those of the weights; otherwise the first address where one is not.
 *
 * @param netlist ASCII AIGER of a cone, with `addr_i`, or of its products and adder tree, with `data_i`
 */
export function firstWrongSum(netlist: string, cone: Cone): number | undefined {
  const { contents, lanes } = cone
  const { code: codeBits, beat, mantissa } = coneShape(cone)
  const words = 2 ** contents.addressWidth
  const inputs = new Map<string, Uint32Array>()
  const port = (name: string, width: number) =>
    Array.from({ length: width }, (_, bit) => {
      const values = new Uint32Array(words)
      inputs.set(width === 1 ? name : `${name}[${bit}]`, values)
      return values
    })
  const address = port('addr_i', contents.addressWidth)
  const data = port('data_i', contents.width)
  const activation = port('activation_i', lanes * mantissa)
  const random = new Random(1)
  const most = 2 ** (mantissa - 1) - 1
  const expected: number[][] = []
  for (let word = 0; word < words; word++) {
    for (const [bit, values] of address.entries()) values[word] = -((word >> bit) & 1)
    for (const [bit, values] of data.entries()) values[word] = -contents.bit(word, bit)
    const weights = Array.from({ length: lanes }, (_, lane) => {
      let code = 0
      for (let bit = codeBits - 1; bit >= 0; bit--) {
        code = 2 * code + contents.bit(word, lane * codeBits + bit)
      }
      return weightOf(code, cone)
    })
    const sums: number[] = []
    for (let vector = 0; vector < vectorsPerAddress; vector++) {
      let sum = 0
      for (const [lane, weight] of weights.entries()) {
        const extremes = [most, -most, lane % 2 === 0 ? most : -most]
        const value = extremes[vector] ?? random.integer(-most, most)
        sum += weight * value
        for (let bit = 0; bit < mantissa; bit++) {
          activation[lane * mantissa + bit]![word]! |= ((value >> bit) & 1) << vector
        }
      }
      sums.push(sum)
    }
    expected.push(sums)
  }
  const output = evaluate(parseAiger(netlist), words, inputs)
  const sum = Array.from({ length: beat }, (_, bit) => output(`sum_o[${bit}]`))
  for (const [word, sums] of expected.entries()) {
    for (const [vector, value] of sums.entries()) {
      if (sum.some((bits, bit) => ((bits[word]! >>> vector) & 1) !== ((value >> bit) & 1))) {
        return word
      }
    }
  }
  return undefined
}

/** A code less half its range; a trit from its bits "not zero" and "negative". */
function weightOf(code: number, { bits }: Cone): number {
  if (bits === 'ternary') return (code & 1) * ((code & 2) === 0 ? 1 : -1)
  return code - 2 ** (bits - 1)
}
