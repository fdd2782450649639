import type { RomContents } from '../../hdl/index.js'
import { transistorsOf } from '../../synth/index.js'

/**
 * Entropy of the contents, in bits, were their symbols drawn independently with the frequencies that they have here.
 *
 * @param symbolBits bits of a symbol; the symbols of a word lie side by side
 */
export function entropyBits(contents: RomContents, symbolBits: number): number {
  const { width, depth } = contents
  const counts = new Map<number, number>()
  for (let address = 0; address < depth; address++) {
    for (let first = 0; first < width; first += symbolBits) {
      let symbol = 0
      for (let i = 0; i < symbolBits; i++) symbol |= contents.bit(address, first + i) << i
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
    }
  }
  const symbols = (depth * width) / symbolBits
  return [...counts.values()].reduce((sum, count) => sum + count * Math.log2(symbols / count), 0)
}

/** The generic gates, and how many ways there are to choose the inputs of one among n wires: n^inputs over its symmetries. */
const gates = [
  { type: '$_NOT_', inputs: 1, symmetries: 1 },
  { type: '$_NAND_', inputs: 2, symmetries: 2 },
  { type: '$_NOR_', inputs: 2, symmetries: 2 },
  { type: '$_AOI3_', inputs: 3, symmetries: 2 },
  { type: '$_OAI3_', inputs: 3, symmetries: 2 },
  { type: '$_AOI4_', inputs: 4, symmetries: 8 },
  { type: '$_OAI4_', inputs: 4, symmetries: 8 },
].map((gate) => ({ ...gate, transistors: transistorsOf(gate.type)! }))

const fewestTransistors = Math.min(...gates.map(({ transistors }) => transistors))

/** Circuits to choose from: inputs and outputs of a ROM. */
export interface RomPorts {
  readonly addressWidth: number
  readonly width: number
}

/**
 * Fewest transistors of generic gates with which a ROM can hold as many different contents as the entropy says: by
 * counting (Shannon 1949; Wegener, The Complexity of Boolean Functions, 1987, chapter 4). Below it most contents of
 * that entropy have no circuit; special ones may.
 */
export function countingBound(entropy: number, ports: RomPorts): number {
  let [low, high] = [-1, 0]
  while (largestCapacity(high, ports) < entropy) high = 2 * high + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (largestCapacity(middle, ports) < entropy) low = middle
    else high = middle
  }
  return high
}

/**
 * At least the binary logarithm of the number of functions that circuits of so many transistors compute. With G gates
 * there are at most `(sum of ways)^G / G!` of them, as no smallest circuit has two equal gates, times the choice of each
 * output; capacities of all G are added up by the largest and the number of them. G grows the capacity up to one
 * maximum.
 */
function largestCapacity(transistors: number, ports: RomPorts): number {
  let low = 0
  let high = Math.floor(transistors / fewestTransistors)
  const counts = high + 1
  while (high - low > 2) {
    const third = Math.floor((high - low) / 3)
    const [left, right] = [low + third, high - third]
    if (capacity(left, transistors, ports) < capacity(right, transistors, ports)) low = left
    else high = right
  }
  const around = Array.from({ length: high - low + 1 }, (_, i) => low + i)
  const best = Math.max(...around.map((count) => capacity(count, transistors, ports)))
  return best + Math.log2(counts)
}

/**
 * Binary logarithm of the circuits of G gates and at most T transistors: the coefficients of `(sum of ways x^cost)^G` up
 * to x^T are at most its value at any x in 0..1 over x^T.
 */
function capacity(count: number, transistors: number, { addressWidth, width }: RomPorts): number {
  // Two wires more are the constants.
  const wires = Math.log2(count + addressWidth + 2)
  const outputs = width * wires
  if (count === 0) return outputs
  const waysOf = gates.map((gate) => gate.inputs * wires - Math.log2(gate.symmetries))
  const at = (x: number) =>
    count * sumOfPowers(gates.map((gate, i) => waysOf[i]! - gate.transistors * x)) + transistors * x
  return smallest(at, 0, largestExponent) - logFactorial(count) + outputs
}

/** Of `x = 2^-exponent`: above it no way to choose inputs among 2^64 wires outweighs two transistors. */
const largestExponent = 40

/** The least value of a convex function of low..high. */
function smallest(value: (x: number) => number, low: number, high: number): number {
  for (let i = 0; i < 60; i++) {
    const left = low + (high - low) / 3
    const right = high - (high - low) / 3
    if (value(left) < value(right)) high = right
    else low = left
  }
  return value((low + high) / 2)
}

/** Binary logarithm of the sum of powers of two. */
function sumOfPowers(exponents: readonly number[]): number {
  const largest = Math.max(...exponents)
  return largest + Math.log2(exponents.reduce((sum, x) => sum + 2 ** (x - largest), 0))
}

/** Binary logarithm of n!, from below (Stirling; Robbins 1955). */
function logFactorial(n: number): number {
  return (n * Math.log(n / Math.E) + 0.5 * Math.log(2 * Math.PI * n)) / Math.LN2
}
