/** A combinational circuit of AND gates and inverters. A literal is twice a variable, plus one when inverted. */
export interface AndInverterGraph {
  readonly variables: number
  /** Literals by name, `port[bit]` or `port` of a single bit. */
  readonly inputs: ReadonlyMap<string, number>
  readonly outputs: ReadonlyMap<string, number>
  /** Literal of each gate and of its two operands, which are inputs, constants or gates before it. */
  readonly gates: readonly (readonly [gate: number, left: number, right: number])[]
}

/**
 * Reads ASCII AIGER with a symbol for every input and output (Biere, The AIGER And-Inverter Graph Format, 2007).
 *
 * @throws RangeError for latches, and for a text that is none or not in order
 */
export function parseAiger(text: string): AndInverterGraph {
  const lines = text.split('\n')
  const [magic, ...counts] = lines[0]!.split(' ')
  const [variables, inputs, latches, outputs, gates] = counts.map(Number)
  if (magic !== 'aag' || gates === undefined) throw new RangeError('no ASCII AIGER')
  if (latches !== 0) throw new RangeError(`a circuit with ${latches} latches`)
  let at = 1
  const take = (count: number) => {
    at += count
    return lines.slice(at - count, at).map((line) => line.split(' ').map(Number))
  }
  const inputLines = take(inputs!)
  const outputLines = take(outputs!)
  const gateLines = take(gates) as [number, number, number][]
  if (gateLines.some(([gate, left, right]) => !(left < gate && right < gate))) {
    throw new RangeError('a gate before its operands')
  }
  const graph = {
    variables: variables!,
    inputs: new Map<string, number>(),
    outputs: new Map<string, number>(),
    gates: gateLines,
  }
  for (const line of lines.slice(at)) {
    const symbol = /^([io])(\d+) (.+)$/.exec(line)
    if (symbol === null) continue
    const [, kind, index, name] = symbol
    if (kind === 'i') graph.inputs.set(name!, inputLines[Number(index)]![0]!)
    else graph.outputs.set(name!, outputLines[Number(index)]![0]!)
  }
  return graph
}

/** Bits of a word of simulation. */
const wordBits = 32

/** An input's bits for the addresses 0 to 31, for each of the five lowest address bits. */
const lowAddressBits = [0xaaaaaaaa, 0xcccccccc, 0xf0f0f0f0, 0xff00ff00, 0xffff0000] as const

/** The outputs of a circuit for every value of an input port. */
export interface TruthTable {
  /** Bit of an output port for one value of the input port. */
  bit(input: number, outputBit: number): 0 | 1
}

/**
 * Computes a circuit for all values of one input port, 32 at a time.
 *
 * @throws RangeError for bits that the circuit does not have
 */
export function truthTable(
  graph: AndInverterGraph,
  input: { readonly name: string; readonly width: number },
  output: { readonly name: string; readonly width: number },
): TruthTable {
  const words = Math.ceil(2 ** input.width / wordBits)
  const values = new Uint32Array((graph.variables + 1) * words)
  for (let bit = 0; bit < input.width; bit++) {
    const base = (portLiteral(graph.inputs, input, bit) >> 1) * words
    for (let word = 0; word < words; word++) {
      values[base + word] = lowAddressBits[bit] ?? -((word >> (bit - lowAddressBits.length)) & 1)
    }
  }
  propagate(graph, values, words)
  const literals = Array.from({ length: output.width }, (_, bit) =>
    portLiteral(graph.outputs, output, bit),
  )
  return {
    bit(value, outputBit) {
      const literal = literals[outputBit]!
      const word = values[(literal >> 1) * words + Math.floor(value / wordBits)]!
      return (((word >>> (value % wordBits)) ^ literal) & 1) as 0 | 1
    },
  }
}

function propagate({ gates }: AndInverterGraph, values: Uint32Array, words: number): void {
  for (const [gate, left, right] of gates) {
    const [to, a, b] = [(gate >> 1) * words, (left >> 1) * words, (right >> 1) * words]
    const [invertA, invertB] = [-(left & 1), -(right & 1)]
    for (let word = 0; word < words; word++) {
      values[to + word] = (values[a + word]! ^ invertA) & (values[b + word]! ^ invertB)
    }
  }
}

/**
 * Computes a circuit for `32 * words` values of its inputs at once.
 *
 * @param inputs by the names of the circuit; bit `i` of word `w` belongs to the value `32 w + i`
 * @returns the same of an output
 * @throws RangeError for names that the circuit does not have, and inputs without values
 */
export function evaluate(
  graph: AndInverterGraph,
  words: number,
  inputs: ReadonlyMap<string, Uint32Array>,
): (output: string) => Uint32Array {
  const values = new Uint32Array((graph.variables + 1) * words)
  for (const [name, literal] of graph.inputs) {
    const given = inputs.get(name)
    if (given === undefined) throw new RangeError(`no values for ${name}`)
    values.set(given, (literal >> 1) * words)
  }
  propagate(graph, values, words)
  return (output) => {
    const literal = graph.outputs.get(output)
    if (literal === undefined) throw new RangeError(`the circuit has no ${output}`)
    const at = (literal >> 1) * words
    return values.slice(at, at + words).map((word) => word ^ -(literal & 1))
  }
}

function portLiteral(
  literals: ReadonlyMap<string, number>,
  { name, width }: { readonly name: string; readonly width: number },
  bit: number,
): number {
  const literal = literals.get(width === 1 ? name : `${name}[${bit}]`)
  if (literal === undefined) throw new RangeError(`the circuit has no ${name}[${bit}]`)
  return literal
}
