import type { FlatDesign } from '../../../../hdl/index.js'

/** The design with a rounding that cuts off: a bit that rounds up is not added before a signal or register gets its value. */
export function cutsOff(flat: FlatDesign, signal: string): FlatDesign {
  const nets = [...flat.nets]
  const unextended = (net: number): number => {
    const { op, operands } = nets[net]!
    return op === 'sext' || op === 'zext' ? unextended(operands[0]!) : net
  }
  const { net: start } = flat.signals.find(({ path }) => path === signal)!
  const { op, index } = nets[start]!
  const waiting = [op === 'register' ? flat.registers[index!]!.d : start]
  for (let net = waiting.shift(); net !== undefined; net = waiting.shift()) {
    const { op, operands } = nets[net]!
    if (op === 'add' && nets[unextended(operands[1]!)]!.width <= 2) {
      nets[net] = { ...nets[net]!, op: 'or', operands: [operands[0]!, operands[0]!] }
      return { ...flat, nets }
    }
    waiting.push(...operands)
  }
  throw new Error(`nothing is added for ${signal}`)
}

type FlatNet = FlatDesign['nets'][number]

/** A bit of a word of a memory. */
export interface StoredBit {
  /** Hierarchical name of the memory. */
  readonly memory: string
  readonly address: number
  readonly bit: number
}

/** The design with a memory that stores one bit of a word inverted. */
export function flipStoredBit(flat: FlatDesign, { memory, address, bit }: StoredBit): FlatDesign {
  const nets = [...flat.nets]
  const template = Math.max(...nets.map((net) => net.template)) + 1
  const add = (net: Omit<FlatNet, 'template' | 'node' | 'instance'>) =>
    nets.push({ ...net, template, node: nets.length, instance: 0 }) - 1
  const constant = (width: number, value: bigint) =>
    add({ op: 'const', width, operands: [], value })
  const memories = flat.memories.map((given) => {
    if (given.path !== memory) return given
    const { width } = given
    const writes = given.writes.map((write) => {
      const place = constant(nets[write.address]!.width, BigInt(address))
      const isPlace = add({ op: 'eq', width: 1, operands: [write.address, place] })
      const flip = add({
        op: 'mux',
        width,
        operands: [isPlace, constant(width, 1n << BigInt(bit)), constant(width, 0n)],
      })
      return { ...write, data: add({ op: 'xor', width, operands: [write.data, flip] }) }
    })
    return { ...given, writes }
  })
  if (memories.every((one, i) => one === flat.memories[i])) {
    throw new Error(`there is no memory ${memory}`)
  }
  return { ...flat, nets, memories }
}
