import type { FlatDesign, FlatNet, FlatReset, NetId } from '../../../hdl/ir/flat.js'

/**
 * The meaning of a flat design, written as directly as possible with one BigInt a net: the oracle that
 * the compiled engine is compared with. Shares nothing with the compiler.
 */
export class Interpreter {
  readonly inputs: bigint[]
  readonly registers: bigint[]
  readonly memories: bigint[][]
  readonly memoryReads: bigint[]
  readonly covered: number[]
  readonly failures: { check: number; cycle: number }[] = []
  #cycle = 0

  constructor(readonly design: FlatDesign) {
    this.inputs = design.inputs.map(() => 0n)
    this.registers = design.registers.map(() => 0n)
    this.memories = design.memories.map(({ depth, init }) =>
      Array.from({ length: depth }, (_, address) => init?.word(address) ?? 0n),
    )
    this.memoryReads = design.memoryReads.map(() => 0n)
    this.covered = design.checks.map(() => 0)
    this.settle()
  }

  /** Values of all nets for the present inputs; asserted asynchronous resets take effect. */
  settle(): bigint[] {
    for (;;) {
      const values = this.#evaluate()
      let changed = false
      for (const [index, register] of this.design.registers.entries()) {
        const { reset } = register
        if (reset?.style !== 'async' || !asserted(reset, values)) continue
        if (this.registers[index] !== reset.value) {
          this.registers[index] = reset.value
          changed = true
        }
      }
      if (!changed) return values
    }
  }

  output(index: number): bigint {
    return this.settle()[this.design.outputs[index]!.net]!
  }

  /** One rising edge of the clock with this net. */
  tick(clock: NetId): void {
    const { design } = this
    const values = this.settle()
    for (const [index, check] of design.checks.entries()) {
      if (check.clock !== clock) continue
      const { reset } = check
      if (reset !== undefined && values[reset.net] === (reset.activeLow ? 0n : 1n)) continue
      const holds = values[check.condition] === 1n
      if (check.kind === 'cover') this.covered[index]! += holds ? 1 : 0
      else if (!holds) this.failures.push({ check: index, cycle: this.#cycle })
    }
    const registers = design.registers.map((register, index) => {
      if (register.clock !== clock) return this.registers[index]!
      if (register.reset !== undefined && asserted(register.reset, values)) {
        return register.reset.value
      }
      if (register.enable !== undefined && values[register.enable] === 0n) {
        return this.registers[index]!
      }
      return values[register.d]!
    })
    const reads = design.memoryReads.map((read, index) => {
      const held = read.enable !== undefined && values[read.enable] === 0n
      if (read.clock !== clock || held) return this.memoryReads[index]!
      return this.memories[read.memory]![Number(values[read.address])] ?? 0n
    })
    for (const [index, memory] of design.memories.entries()) {
      for (const write of memory.writes) {
        const address = Number(values[write.address])
        if (write.clock !== clock || values[write.enable] === 0n || address >= memory.depth)
          continue
        const bits = write.mask === undefined ? undefined : values[write.mask]!
        const words = this.memories[index]!
        words[address] = merge(words[address]!, values[write.data]!, bits, memory)
      }
    }
    registers.forEach((value, index) => {
      this.registers[index] = value
    })
    reads.forEach((value, index) => {
      this.memoryReads[index] = value
    })
    this.#cycle++
  }

  #evaluate(): bigint[] {
    const values: bigint[] = []
    for (const net of this.design.nets) {
      const operands = net.operands.map((operand) => values[operand]!)
      const widths = net.operands.map((operand) => this.design.nets[operand]!.width)
      values.push(BigInt.asUintN(net.width, this.#compute(net, operands, widths)))
    }
    return values
  }

  #compute(net: FlatNet, operands: readonly bigint[], widths: readonly number[]): bigint {
    const [a, b, c] = operands as [bigint, bigint, bigint]
    const [widthA] = widths as [number]
    const ones = (1n << BigInt(widthA ?? 1)) - 1n
    const signedA = () => BigInt.asIntN(widthA, a)
    const signedB = () => BigInt.asIntN(widthA, b)
    switch (net.op) {
      case 'const':
        return net.value!
      case 'input':
        return this.inputs[net.index!]!
      case 'register':
        return this.registers[net.index!]!
      case 'memoryRead':
        return this.memoryReads[net.index!]!
      case 'add':
        return a + b
      case 'sub':
        return a - b
      case 'mul':
        return a * b
      case 'and':
        return a & b
      case 'or':
        return a | b
      case 'xor':
        return a ^ b
      case 'not':
        return ~a
      case 'neg':
        return -a
      case 'reduceAnd':
        return bit(a === ones)
      case 'reduceOr':
        return bit(a !== 0n)
      case 'reduceXor':
        return BigInt([...a.toString(2)].filter((digit) => digit === '1').length % 2)
      case 'eq':
        return bit(a === b)
      case 'ne':
        return bit(a !== b)
      case 'ult':
        return bit(a < b)
      case 'ule':
        return bit(a <= b)
      case 'slt':
        return bit(signedA() < signedB())
      case 'sle':
        return bit(signedA() <= signedB())
      case 'shl':
        return b >= BigInt(net.width) ? 0n : a << b
      case 'lshr':
        return b >= BigInt(net.width) ? 0n : a >> b
      case 'ashr':
        return signedA() >> (b >= BigInt(net.width) ? BigInt(net.width) : b)
      case 'slice':
        return a >> BigInt(net.index!)
      case 'index':
        return b * BigInt(net.width) >= BigInt(widthA) ? 0n : a >> (b * BigInt(net.width))
      case 'concat':
        return operands.reduce((word, part, index) => (word << BigInt(widths[index]!)) | part, 0n)
      case 'mux':
        return a === 1n ? b : c
      case 'zext':
        return a
      case 'sext':
        return signedA()
      case 'romRead': {
        const rom = this.design.roms[net.index!]!
        return a >= BigInt(rom.depth) ? 0n : rom.word(Number(a))
      }
      case 'blackBox':
        throw new Error('black boxes have no meaning here')
    }
  }
}

function bit(condition: boolean): bigint {
  return condition ? 1n : 0n
}

function asserted(reset: FlatReset, values: readonly bigint[]): boolean {
  return values[reset.net] === (reset.activeLow ? 0n : 1n)
}

function merge(
  old: bigint,
  data: bigint,
  mask: bigint | undefined,
  { width, laneWidth }: { width: number; laneWidth: number },
): bigint {
  if (mask === undefined) return data
  let word = 0n
  for (let lane = 0; lane * laneWidth < width; lane++) {
    const ones = ((1n << BigInt(laneWidth)) - 1n) << BigInt(lane * laneWidth)
    word |= ((mask >> BigInt(lane)) & 1n ? data : old) & ones
  }
  return word
}
