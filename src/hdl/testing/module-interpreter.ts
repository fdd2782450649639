import type { ExpressionNode } from '../ir/expression.js'
import {
  type InstanceNode,
  type MemoryNode,
  type ModuleNode,
  portsOf,
  type ResetDetail,
  type SignalNode,
} from '../ir/module-node.js'
import type { StatementNode } from '../ir/statement.js'
import { evaluateExpression, numberOf, patternOf } from './evaluate-expression.js'

/**
 * Runs a module as its tree of statements says, with nothing of the elaboration in between: a reference for
 * tests. A wire that depends on other bits of itself is found by repetition.
 */
export class ModuleInterpreter {
  readonly #top: Instance
  #isSettled = false

  constructor(module: ModuleNode) {
    this.#top = new Instance(module, undefined)
  }

  /** @param pattern bits, 0..2^width - 1 */
  set(input: string, pattern: bigint): void {
    const port = this.#top.port(input)
    this.#top.inputs.set(port, numberOf(pattern, port))
    this.#isSettled = false
  }

  /** Bits of an output after everything has settled. */
  get(output: string): bigint {
    this.#settle()
    const port = this.#top.port(output)
    return patternOf(this.#top.valueOf(port), port.width)
  }

  /** One rising edge of a clock input. */
  tick(clock = 'clk_i'): void {
    this.#settle()
    const updates = this.#top.updates(this.#top.port(clock))
    for (const update of updates) update()
    this.#isSettled = false
  }

  #settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#top.applyResets()
    let hasChanged = true
    while (hasChanged) hasChanged = this.#top.settle()
  }
}

class Instance {
  readonly inputs = new Map<SignalNode, bigint>()
  readonly #children = new Map<InstanceNode, Instance>()
  readonly #state = new Map<SignalNode, bigint>()
  readonly #words = new Map<MemoryNode, bigint[]>()
  /** Values of the present pass over the signals, and of the one before. */
  #values = new Map<SignalNode, bigint>()
  #earlier = new Map<SignalNode, bigint>()
  readonly #computing = new Set<SignalNode>()

  constructor(
    private readonly module: ModuleNode,
    private readonly outer:
      | { readonly instance: Instance; readonly node: InstanceNode }
      | undefined,
  ) {
    for (const node of module.instances) {
      this.#children.set(node, new Instance(node.module, { instance: this, node }))
    }
    for (const memory of module.memories) {
      const words = Array.from({ length: memory.depth }, (_, at) => memory.init?.word(at) ?? 0n)
      this.#words.set(memory, words)
    }
  }

  port(name: string): SignalNode {
    const port = portsOf(this.module).find((candidate) => candidate.name === name)
    if (port === undefined) throw new Error(`${this.module.name} has no port ${name}`)
    return port
  }

  /** Sets registers whose asynchronous reset is asserted. */
  applyResets(): void {
    for (const signal of this.module.signals) {
      const reset = signal.register?.reset
      if (reset?.style === 'async' && this.#isAsserted(reset)) {
        this.#state.set(signal, numberOf(reset.value, signal))
      }
    }
    for (const child of this.#children.values()) child.applyResets()
  }

  /** One pass over all signals; true when some value differs from the pass before. */
  settle(): boolean {
    this.#startPass()
    return this.#finishPass()
  }

  #startPass(): void {
    this.#earlier = this.#values
    this.#values = new Map()
    for (const child of this.#children.values()) child.#startPass()
  }

  #finishPass(): boolean {
    let hasChanged = false
    const ports = this.module.instances.flatMap((node) => node.ports)
    for (const signal of [...this.module.signals, ...ports]) {
      const value = this.valueOf(signal)
      if (value !== this.#earlier.get(signal)) hasChanged = true
    }
    for (const child of this.#children.values()) hasChanged = child.#finishPass() || hasChanged
    return hasChanged
  }

  valueOf(signal: SignalNode): bigint {
    const known = this.#values.get(signal)
    if (known !== undefined) return known
    if (this.#computing.has(signal)) return this.#earlier.get(signal) ?? 0n
    this.#computing.add(signal)
    const value = this.#compute(signal)
    this.#computing.delete(signal)
    this.#values.set(signal, value)
    return value
  }

  #compute(signal: SignalNode): bigint {
    switch (signal.kind) {
      case 'input': {
        if (this.outer === undefined) return this.inputs.get(signal) ?? 0n
        return this.outer.instance.valueOf(this.#outside(signal))
      }
      case 'register':
      case 'memoryRead':
        return this.#state.get(signal) ?? 0n
      case 'instanceOutput': {
        const [node, child] = [...this.#children].find(([inner]) => inner.ports.includes(signal))!
        return child.valueOf(portsOf(node.module)[node.ports.indexOf(signal)]!)
      }
      default: {
        const value = this.#assigned(this.module.statements, signal)
        if (value === undefined) throw new Error(`${signal.name} has no value`)
        return value
      }
    }
  }

  #outside(port: SignalNode): SignalNode {
    return this.outer!.node.ports[portsOf(this.module).indexOf(port)]!
  }

  #evaluate(node: ExpressionNode): bigint {
    return evaluateExpression(node, (signal) => this.valueOf(signal))
  }

  /** What the last statement that takes effect assigns to a signal. */
  #assigned(statements: readonly StatementNode[], target: SignalNode): bigint | undefined {
    for (const statement of [...statements].reverse()) {
      if (statement.kind === 'assign') {
        if (statement.target === target) return this.#evaluate(statement.value)
        continue
      }
      if (!assigns(statement, target)) continue
      const value = this.#assigned(this.#takenBody(statement), target)
      if (value !== undefined) return value
    }
    return undefined
  }

  #takenBody(statement: StatementNode & { kind: 'when' | 'switch' }): readonly StatementNode[] {
    if (statement.kind === 'when') {
      for (const { condition, body } of statement.branches) {
        if (this.#evaluate(condition) === 1n) return body
      }
      return statement.otherwise ?? []
    }
    const { subject, cases } = statement
    const pattern = patternOf(this.#evaluate(subject), subject.width)
    const taken = cases.find(({ values }) => values.includes(pattern))
    return taken?.body ?? statement.otherwise ?? []
  }

  #isAsserted(reset: ResetDetail): boolean {
    const source = this.#sourceOf(reset.signal)
    return (source.instance.inputs.get(source.signal) ?? 0n) === (reset.activeLow ? 0n : 1n)
  }

  /** The input of the top that a clock or reset comes from. */
  #sourceOf(signal: SignalNode): { readonly instance: Instance; readonly signal: SignalNode } {
    if (signal.kind === 'input') {
      if (this.outer === undefined) return { instance: this, signal }
      return this.outer.instance.#sourceOf(this.#outside(signal))
    }
    for (const statement of this.module.statements) {
      if (statement.kind !== 'assign' || statement.target !== signal) continue
      if (statement.value.kind === 'ref') return this.#sourceOf(statement.value.signal)
    }
    throw new Error(`${signal.name} comes from no input`)
  }

  /** The changes that an edge of a clock input makes, computed from the present values. */
  updates(clock: SignalNode): (() => void)[] {
    const isClock = (signal: SignalNode) => this.#sourceOf(signal).signal === clock
    const updates: (() => void)[] = []
    for (const signal of this.module.signals) {
      if (signal.register === undefined || !isClock(signal.register.clock)) continue
      const next = this.#nextOf(signal)
      updates.push(() => this.#state.set(signal, next))
    }
    for (const memory of this.module.memories) {
      const words = this.#words.get(memory)!
      for (const { clock: own, address, enable, data } of memory.reads) {
        if (!isClock(own) || (enable !== undefined && this.#evaluate(enable) === 0n)) continue
        const word = words[Number(this.#evaluate(address))] ?? 0n
        updates.push(() => this.#state.set(data, word))
      }
      for (const write of memory.writes) {
        if (!isClock(write.clock) || this.#evaluate(write.enable) === 0n) continue
        const address = Number(this.#evaluate(write.address))
        if (address >= memory.depth) continue
        const data = patternOf(this.#evaluate(write.data), memory.width)
        const mask = write.mask === undefined ? undefined : this.#evaluate(write.mask)
        updates.push(() => {
          words[address] = merged(words[address]!, data, mask, memory)
        })
      }
    }
    return [...updates, ...[...this.#children.values()].flatMap((child) => child.updates(clock))]
  }

  #nextOf(signal: SignalNode): bigint {
    const { reset, enable } = signal.register!
    const held = this.#state.get(signal) ?? 0n
    if (reset !== undefined && this.#isAsserted(reset)) return numberOf(reset.value, signal)
    if (enable !== undefined && this.#evaluate(enable) === 0n) return held
    return this.#assigned(this.module.statements, signal) ?? held
  }
}

function assigns(statement: StatementNode, target: SignalNode): boolean {
  if (statement.kind === 'assign') return statement.target === target
  const bodies = statement.kind === 'when' ? statement.branches : statement.cases
  const inside = bodies.flatMap(({ body }) => body)
  return [...inside, ...(statement.otherwise ?? [])].some((inner) => assigns(inner, target))
}

function merged(
  old: bigint,
  data: bigint,
  mask: bigint | undefined,
  { width, laneWidth }: MemoryNode,
): bigint {
  if (mask === undefined) return data
  let word = 0n
  for (let bit = 0; bit < width; bit++) {
    const lane = BigInt(Math.floor(bit / laneWidth))
    const source = (mask >> lane) & 1n ? data : old
    word |= source & (1n << BigInt(bit))
  }
  return word
}
