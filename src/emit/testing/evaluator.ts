import { type ExpressionNode, operandsOf } from '../../hdl/ir/expression.js'
import type { MemoryNode, ModuleNode, SignalNode } from '../../hdl/ir/module-node.js'
import type { StatementNode } from '../../hdl/ir/statement.js'

const mask = (width: number) => (1n << BigInt(width)) - 1n
const signedValue = (bits: bigint, width: number) =>
  bits >> BigInt(width - 1) === 1n ? bits - (1n << BigInt(width)) : bits

/**
 * Runs a module straight from the definition of its IR, on BigInt, with no pass between: what the emitted
 * text is compared with. Registers and memories start at zero, resets are as their inputs say.
 */
export class Evaluator {
  readonly #inputs = new Map<SignalNode, () => bigint>()
  readonly #state = new Map<SignalNode, bigint>()
  readonly #memories = new Map<MemoryNode, bigint[]>()
  readonly #children: {
    readonly ports: ReadonlyMap<SignalNode, SignalNode>
    readonly child: Evaluator
  }[] = []
  #signals = new Map<SignalNode, bigint>()
  #nodes = new Map<ExpressionNode, bigint>()

  constructor(readonly module: ModuleNode) {
    for (const memory of module.memories) {
      const words = Array.from({ length: memory.depth }, (_, at) => memory.init?.word(at) ?? 0n)
      this.#memories.set(memory, words)
    }
    for (const instance of module.instances) {
      const child = new Evaluator(instance.module)
      const ports = new Map<SignalNode, SignalNode>()
      for (const port of instance.ports) {
        const name = port.name.slice(port.name.lastIndexOf('.') + 1)
        const inner = instance.module.signals.find((signal) => signal.name === name)!
        ports.set(port, inner)
        if (port.kind === 'instanceInput') child.#inputs.set(inner, () => this.#read(port))
      }
      this.#children.push({ ports, child })
    }
  }

  poke(name: string, value: bigint): void {
    const signal = this.#port(name)
    this.#inputs.set(signal, () => value & mask(signal.width))
    this.#forget()
  }

  peek(name: string): bigint {
    return this.#read(this.#port(name))
  }

  /** One rising edge of every clock. */
  step(): void {
    const commits: (() => void)[] = []
    this.#collect(commits)
    for (const commit of commits) commit()
    this.#forget()
  }

  #collect(commits: (() => void)[]): void {
    for (const signal of this.module.signals) {
      const { register } = signal
      if (register === undefined) continue
      const held = this.#read(signal)
      const enabled = register.enable === undefined || this.#evaluate(register.enable) === 1n
      const next = enabled ? (this.#assigned(signal, this.module.statements) ?? held) : held
      const value = this.#inReset(signal) ? register.reset!.value : next
      commits.push(() => this.#state.set(signal, value))
    }
    for (const memory of this.module.memories) this.#collectMemory(memory, commits)
    for (const { child } of this.#children) child.#collect(commits)
  }

  #collectMemory(memory: MemoryNode, commits: (() => void)[]): void {
    const words = this.#memories.get(memory)!
    for (const { address, enable, data } of memory.reads) {
      if (enable !== undefined && this.#evaluate(enable) === 0n) continue
      const word = words[Number(this.#evaluate(address))] ?? 0n
      commits.push(() => this.#state.set(data, word))
    }
    for (const write of memory.writes) {
      if (this.#evaluate(write.enable) === 0n) continue
      const at = Number(this.#evaluate(write.address))
      const data = this.#evaluate(write.data)
      const lanes = write.mask === undefined ? undefined : this.#evaluate(write.mask)
      if (at >= memory.depth) continue
      commits.push(() => {
        for (let bit = 0; bit < memory.width; bit++) {
          const lane = BigInt(Math.floor(bit / memory.laneWidth))
          if (lanes !== undefined && ((lanes >> lane) & 1n) === 0n) continue
          const one = 1n << BigInt(bit)
          words[at] = (words[at]! & ~one) | (data & one)
        }
      })
    }
  }

  #inReset(signal: SignalNode): boolean {
    const reset = signal.register?.reset
    return reset !== undefined && this.#read(reset.signal) === (reset.activeLow ? 0n : 1n)
  }

  #read(signal: SignalNode): bigint {
    const known = this.#signals.get(signal)
    if (known !== undefined) return known
    const value = this.#compute(signal)
    this.#signals.set(signal, value)
    return value
  }

  #compute(signal: SignalNode): bigint {
    switch (signal.kind) {
      case 'input':
        return this.#inputs.get(signal)?.() ?? 0n
      case 'register':
        if (this.#inReset(signal) && signal.register!.reset!.style === 'async') {
          return signal.register!.reset!.value
        }
        return this.#state.get(signal) ?? 0n
      case 'memoryRead':
        return this.#state.get(signal) ?? 0n
      case 'instanceOutput': {
        const { ports, child } = this.#children.find(({ ports }) => ports.has(signal))!
        return child.#read(ports.get(signal)!)
      }
      default: {
        const value = this.#assigned(signal, this.module.statements)
        if (value === undefined) throw new Error(`${signal.name} has no value`)
        return value
      }
    }
  }

  /** The value that the last statement gives that applies. */
  #assigned(target: SignalNode, body: readonly StatementNode[]): bigint | undefined {
    let value: bigint | undefined
    for (const statement of body) {
      switch (statement.kind) {
        case 'assign':
          if (statement.target === target) value = this.#evaluate(statement.value)
          break
        case 'when': {
          const branch = statement.branches.find(
            ({ condition }) => assigns(statement, target) && this.#evaluate(condition) === 1n,
          )
          const chosen = branch?.body ?? statement.otherwise ?? []
          value = this.#assigned(target, chosen) ?? value
          break
        }
        case 'switch': {
          if (!assigns(statement, target)) break
          const subject = this.#evaluate(statement.subject)
          const choice = statement.cases.find(({ values }) => values.includes(subject))
          value = this.#assigned(target, choice?.body ?? statement.otherwise ?? []) ?? value
          break
        }
      }
    }
    return value
  }

  #evaluate(root: ExpressionNode): bigint {
    const pending = [root]
    while (pending.length > 0) {
      const node = pending.at(-1)!
      const missing = operandsOf(node).filter((operand) => !this.#nodes.has(operand))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      pending.pop()
      if (!this.#nodes.has(node)) this.#nodes.set(node, this.#operate(node) & mask(node.width))
    }
    return this.#nodes.get(root)!
  }

  #operate(node: ExpressionNode): bigint {
    const bits = (operand: ExpressionNode) => this.#nodes.get(operand)!
    const number = (operand: ExpressionNode) =>
      operand.signed ? signedValue(bits(operand), operand.width) : bits(operand)
    switch (node.kind) {
      case 'const':
        return node.value
      case 'ref':
        return this.#read(node.signal)
      case 'unary': {
        const a = bits(node.a)
        if (node.op === 'not') return ~a
        if (node.op === 'neg') return -number(node.a)
        if (node.op === 'reduceAnd') return a === mask(node.a.width) ? 1n : 0n
        if (node.op === 'reduceOr') return a === 0n ? 0n : 1n
        return BigInt([...a.toString(2)].filter((digit) => digit === '1').length % 2)
      }
      case 'binary': {
        const [a, b] = [number(node.a), number(node.b)]
        switch (node.op) {
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
          case 'eq':
            return a === b ? 1n : 0n
          case 'ne':
            return a === b ? 0n : 1n
          case 'lt':
            return a < b ? 1n : 0n
          case 'le':
            return a <= b ? 1n : 0n
        }
        throw new Error('no such operator')
      }
      case 'shift': {
        const distance = bits(node.amount)
        const far = distance > BigInt(node.width) ? BigInt(node.width) : distance
        return node.op === 'left' ? bits(node.a) << far : number(node.a) >> far
      }
      case 'slice':
        return bits(node.a) >> BigInt(node.low)
      case 'index':
        return bits(node.a) >> (bits(node.index) * BigInt(node.width))
      case 'concat':
        return node.parts.reduce((sum, part) => (sum << BigInt(part.width)) | bits(part), 0n)
      case 'mux':
        return bits(bits(node.condition) === 1n ? node.whenTrue : node.whenFalse)
      case 'extend':
      case 'cast':
      case 'truncate':
        return number(node.a)
      case 'romRead':
        return node.rom.contents.word(Number(bits(node.address)))
    }
  }

  #port(name: string): SignalNode {
    const port = this.module.signals.find((signal) => signal.name === name)
    if (port === undefined) throw new Error(`no port ${name}`)
    return port
  }

  #forget(): void {
    this.#signals = new Map()
    this.#nodes = new Map()
    for (const { child } of this.#children) child.#forget()
  }
}

function assigns(statement: StatementNode, target: SignalNode): boolean {
  switch (statement.kind) {
    case 'assign':
      return statement.target === target
    case 'when':
      return [
        ...statement.branches.flatMap(({ body }) => body),
        ...(statement.otherwise ?? []),
      ].some((inner) => assigns(inner, target))
    case 'switch':
      return [...statement.cases.flatMap(({ body }) => body), ...(statement.otherwise ?? [])].some(
        (inner) => assigns(inner, target),
      )
  }
}
