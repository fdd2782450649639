import { InputError } from '../../../common/input-error.js'
import type { Graph, ValueId, ValueOp } from '../graph/graph.js'
import type { Program } from '../graph/program.js'

/** One step of a cycle. The last two kinds belong to the commit of a clock edge. */
export type Statement =
  | { readonly kind: 'value'; readonly value: ValueId }
  | { readonly kind: 'asyncReset'; readonly asserted: ValueId }
  | { readonly kind: 'next'; readonly register: number }
  | { readonly kind: 'check'; readonly check: number }
  /** Whether and how an update group changes, decided before anything does. */
  | { readonly kind: 'condition'; readonly group: number }
  | { readonly kind: 'write'; readonly write: number }
  | { readonly kind: 'update'; readonly group: number }

/** Statements that become one function of the module. */
export interface StatementList {
  /** Bit 0: needed to settle; bit 1 + c: needed for an edge of clock c. */
  readonly purposes: number
  readonly phase: 'evaluate' | 'commit'
  readonly statements: readonly Statement[]
}

export interface Schedule {
  /** In an order in which every value comes before its users. */
  readonly lists: readonly StatementList[]
  /** 1 for values that are computed where their only user needs them. */
  readonly inlined: Uint8Array
  /** 1 for values that must be in memory after the evaluation. */
  readonly peeked: Uint8Array
  readonly live: Uint8Array
}

export interface Roots {
  /** Values that can be read from memory after settling. */
  readonly peeked: readonly ValueId[]
  /** Clocks whose edges are simulated. */
  readonly clocks: readonly number[]
}

/** Size of a function: V8 compiles functions of a few thousand operations well, huge ones not at all. */
const operationsPerFunction = 2500
const deepestExpression = 40
const settlePurpose = 1

export function clockPurpose(clock: number): number {
  return 1 << (1 + Math.min(clock, 30))
}

/** @throws InputError when an asynchronous reset depends on a register that it resets */
export function schedule(program: Program, roots: Roots): Schedule {
  return new Scheduler(program, roots).schedule()
}

class Scheduler {
  readonly #graph: Graph
  readonly #purposes: Int32Array
  readonly #uses: Int32Array
  readonly #user: Int32Array
  readonly #inlined: Uint8Array
  readonly #peeked: Uint8Array
  readonly #cost: Int32Array
  readonly #visited: Uint8Array
  readonly #lists = new Map<
    string,
    { purposes: number; commit: boolean; statements: Statement[] }
  >()
  /** Asynchronous reset of each register, or -1. */
  readonly #asyncReset: Int32Array
  readonly #resetState = new Map<ValueId, 'active' | 'done'>()
  readonly #allPurposes: number

  constructor(
    readonly program: Program,
    readonly roots: Roots,
  ) {
    const { graph, groups, registers } = program
    this.#graph = graph
    this.#purposes = new Int32Array(graph.size)
    this.#uses = new Int32Array(graph.size)
    this.#user = new Int32Array(graph.size).fill(-1)
    this.#inlined = new Uint8Array(graph.size)
    this.#peeked = new Uint8Array(graph.size)
    this.#cost = new Int32Array(graph.size)
    this.#visited = new Uint8Array(graph.size)
    this.#asyncReset = new Int32Array(registers.length).fill(-1)
    this.#allPurposes = roots.clocks.reduce(
      (all, clock) => all | clockPurpose(clock),
      settlePurpose,
    )
    for (const { reset, registers: members } of groups) {
      if (reset?.style !== 'async') continue
      for (const register of members) this.#asyncReset[register] = reset.asserted
    }
  }

  schedule(): Schedule {
    const sinks = this.#sinks()
    for (const value of this.roots.peeked) {
      this.#peeked[value] = 1
      this.#use(value, settlePurpose)
    }
    for (const { operands, purposes } of sinks) {
      for (const operand of operands) this.#use(operand, purposes)
    }
    this.#spreadPurposes()
    this.#chooseInlined()
    for (const { statement } of sinks) {
      if (statement.kind === 'asyncReset') this.#emitReset(statement.asserted)
    }
    for (const value of this.roots.peeked) this.#visit(value)
    for (const { statement, operands, purposes } of sinks) {
      if (statement.kind === 'asyncReset') continue
      for (const operand of operands) this.#visit(operand)
      this.#push(statement, purposes)
    }
    const live = Uint8Array.from(this.#purposes, (purposes) => (purposes === 0 ? 0 : 1))
    return { lists: this.#cut(), inlined: this.#inlined, peeked: this.#peeked, live }
  }

  #sinks(): Sink[] {
    const { program } = this
    const sinks: Sink[] = []
    const clocks = new Set(this.roots.clocks)
    const asyncResets = new Set<ValueId>()
    for (const { reset } of program.groups) {
      if (reset?.style === 'async') asyncResets.add(reset.asserted)
    }
    for (const asserted of asyncResets) {
      const statement: Statement = { kind: 'asyncReset', asserted }
      sinks.push({ statement, operands: [asserted], purposes: this.#allPurposes })
    }
    program.checks.forEach(({ clock, fires }, check) => {
      if (!clocks.has(clock)) return
      const statement: Statement = { kind: 'check', check }
      sinks.push({ statement, operands: [fires], purposes: clockPurpose(clock) })
    })
    for (const { clock, registers } of program.groups) {
      if (!clocks.has(clock)) continue
      for (const register of registers) {
        const statement: Statement = { kind: 'next', register }
        const operands = [program.registers[register]!.next]
        sinks.push({ statement, operands, purposes: clockPurpose(clock) })
      }
    }
    program.writes.forEach(({ clock, address, data, enable, mask }, write) => {
      if (!clocks.has(clock)) return
      const statement: Statement = { kind: 'write', write }
      // A mask is read once a lane, so it counts as shared.
      const operands = [enable, address, data, ...(mask === undefined ? [] : [mask, mask])]
      sinks.push({ statement, operands, purposes: clockPurpose(clock) })
    })
    program.groups.forEach(({ clock, reset, enable }, group) => {
      if (!clocks.has(clock)) return
      const purposes = clockPurpose(clock)
      const operands = [reset?.asserted, enable].filter((value) => value !== undefined)
      if (operands.length > 0) {
        sinks.push({ statement: { kind: 'condition', group }, operands, purposes })
      }
      sinks.push({ statement: { kind: 'update', group }, operands: [], purposes })
    })
    return sinks
  }

  #use(value: ValueId, purposes: number): void {
    this.#purposes[value]! |= purposes
    this.#uses[value]!++
  }

  #spreadPurposes(): void {
    const { operands } = this.#graph
    for (let value = this.#graph.size - 1; value >= 0; value--) {
      const purposes = this.#purposes[value]!
      if (purposes === 0) continue
      for (const operand of operands[value]!) {
        this.#purposes[operand]! |= purposes
        this.#uses[operand]!++
        this.#user[operand] = value
      }
    }
  }

  #chooseInlined(): void {
    const { ops, widths, operands } = this.#graph
    const height = new Uint8Array(this.#graph.size)
    for (let value = 0; value < this.#graph.size; value++) {
      if (this.#purposes[value] === 0) continue
      let cost = 1
      let tallest = 0
      for (const operand of operands[value]!) {
        if (this.#inlined[operand] === 0) continue
        cost += this.#cost[operand]!
        tallest = Math.max(tallest, height[operand]!)
      }
      const width = widths[value]!
      this.#cost[value] = cost + (width > 64 ? Math.ceil(width / 16) : 0)
      height[value] = tallest + 1
      const user = this.#user[value]!
      if (
        this.#uses[value] === 1 &&
        this.#peeked[value] === 0 &&
        width <= 64 &&
        !isLeaf(ops[value]!) &&
        tallest < deepestExpression &&
        (user === -1 || evaluatesOperandsOnce(ops[user]!, widths[user]!))
      ) {
        this.#inlined[value] = 1
      }
    }
  }

  /** Emits what a value needs, operands first, and then the value unless it is inlined. */
  #visit(root: ValueId): void {
    const { ops, operands, payloads } = this.#graph
    const stack = [root]
    while (stack.length > 0) {
      const value = stack.at(-1)!
      if (this.#visited[value] === 0) {
        this.#visited[value] = 1
        if (ops[value] === 'register') {
          const reset = this.#asyncReset[payloads[value]!]!
          if (reset !== -1) this.#emitReset(reset)
        }
        const list = operands[value]!
        for (let index = list.length - 1; index >= 0; index--) {
          if (this.#visited[list[index]!] === 0) stack.push(list[index]!)
        }
        continue
      }
      stack.pop()
      if (this.#visited[value] === 2) continue
      this.#visited[value] = 2
      if (this.#inlined[value] === 1 || isLeaf(ops[value]!)) continue
      this.#push({ kind: 'value', value }, this.#purposes[value]!)
    }
  }

  #emitReset(asserted: ValueId): void {
    const state = this.#resetState.get(asserted)
    if (state === 'done') return
    if (state === 'active') {
      throw new InputError('an asynchronous reset depends on a register that it resets', {
        field: this.program.design.name,
      })
    }
    this.#resetState.set(asserted, 'active')
    this.#visit(asserted)
    this.#resetState.set(asserted, 'done')
    this.#push({ kind: 'asyncReset', asserted }, this.#allPurposes)
  }

  #push(statement: Statement, purposes: number): void {
    const commit = statement.kind === 'write' || statement.kind === 'update'
    const key = `${commit}:${purposes}`
    const list = this.#lists.get(key)
    if (list === undefined) this.#lists.set(key, { purposes, commit, statements: [statement] })
    else list.statements.push(statement)
  }

  /** Lists that serve more purposes come first: their values are what the others are computed from. */
  #cut(): StatementList[] {
    const order = [...this.#lists.values()].sort(
      (a, b) => Number(a.commit) - Number(b.commit) || bitCount(b.purposes) - bitCount(a.purposes),
    )
    return order.flatMap(({ purposes, commit, statements }) => {
      const phase = commit ? ('commit' as const) : ('evaluate' as const)
      const pieces: StatementList[] = []
      let start = 0
      let cost = 0
      statements.forEach((statement, index) => {
        cost += this.#statementCost(statement)
        if (cost < operationsPerFunction && index < statements.length - 1) return
        pieces.push({ purposes, phase, statements: statements.slice(start, index + 1) })
        start = index + 1
        cost = 0
      })
      return pieces
    })
  }

  #statementCost(statement: Statement): number {
    if (statement.kind === 'value') return this.#cost[statement.value]!
    if (statement.kind !== 'next') return 8
    const { next } = this.program.registers[statement.register]!
    return 1 + (this.#inlined[next] === 1 ? this.#cost[next]! : 0)
  }
}

interface Sink {
  readonly statement: Statement
  readonly operands: readonly ValueId[]
  readonly purposes: number
}

export function isLeaf(op: ValueOp): boolean {
  return op === 'const' || op === 'input' || op === 'register'
}

function evaluatesOperandsOnce(op: ValueOp, width: number): boolean {
  return width <= 64 || op === 'romRead' || op === 'memoryWord' || op === 'mux'
}

function bitCount(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}
