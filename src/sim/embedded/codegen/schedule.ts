import { InputError } from '../../../common/input-error.js'
import { type Graph, isLeaf, type ValueOp } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import { isSource, type PackOperand, type Packs } from '../lanes/pack.js'
import type { Storage } from '../storage.js'
import { collectSinks, type Roots, type Sink } from './sinks.js'
import { isCommit, type Statement, statementOperands } from './statement.js'
import { UnitGraph } from './unit-graph.js'

/** Statements that become one function of the module. */
export interface StatementList {
  /** Bit 0: needed to settle; bit 1 + c: needed for an edge of clock c. */
  readonly purposes: number
  readonly phase: 'evaluate' | 'commit'
  /** Lane group whose chunks the function computes, or -1 for scalar code. */
  readonly laneGroup: number
  /** Lists of one segment run one after the other for each chunk. */
  readonly segment: number
  readonly statements: readonly Statement[]
}

export interface Schedule {
  /** In an order in which every value comes before its users. */
  readonly lists: readonly StatementList[]
  /** 1 for values that are computed where their only user needs them. */
  readonly inlined: Uint8Array
  /** Scalar values that are computed or read, operands first. */
  readonly order: Int32Array
}

/** Size of a function: V8 compiles functions of a few thousand operations well, huge ones not at all. */
const operationsPerFunction = 2500
const deepestExpression = 40

/** @throws InputError when an asynchronous reset depends on a register that it resets */
export function schedule(
  program: Program,
  packs: Packs,
  registers: Storage['registers'],
  roots: Roots,
): Schedule {
  return new Scheduler(program, packs, registers, roots).schedule()
}

interface Segment {
  readonly purposes: number
  readonly commit: boolean
  readonly level: number
  readonly laneGroup: number
  readonly statements: Statement[]
}

/**
 * Orders units and sinks together: unit numbers are those of the {@link UnitGraph}, sinks follow. Scalar
 * code and the lane groups take turns; `level` counts the turns that a unit has to wait for.
 */
class Scheduler {
  readonly #graph: Graph
  readonly #units: UnitGraph
  readonly #sinks: readonly Sink[]
  readonly #resetSinks = new Map<number, number>()
  readonly #size: number
  readonly #purposes: Int32Array
  readonly #level: Int32Array
  readonly #inlined: Uint8Array
  readonly #cost: Int32Array

  constructor(
    readonly program: Program,
    readonly packs: Packs,
    registers: Storage['registers'],
    roots: Roots,
  ) {
    this.#graph = program.graph
    this.#units = new UnitGraph(program, packs)
    this.#sinks = collectSinks(program, packs, this.#units, registers, roots)
    this.#sinks.forEach(({ statement }, index) => {
      if (statement.kind === 'asyncReset') {
        this.#resetSinks.set(statement.asserted, this.#units.size + index)
      }
    })
    this.#size = this.#units.size + this.#sinks.length
    this.#purposes = new Int32Array(this.#size)
    this.#level = new Int32Array(this.#size)
    this.#inlined = new Uint8Array(this.#graph.size)
    this.#cost = new Int32Array(this.#graph.size)
  }

  schedule(): Schedule {
    const order = this.#sorted()
    this.#spreadPurposes(order)
    this.#assignLevels(order)
    this.#chooseInlined(order)
    const values = order.filter((unit) => unit < this.#units.valueCount)
    return { lists: this.#cut(order), inlined: this.#inlined, order: values }
  }

  #operandsOf(vertex: number): readonly number[] {
    if (vertex >= this.#units.size) return this.#sinks[vertex - this.#units.size]!.operands
    const operands = this.#units.operandsOf(vertex)
    const reset = this.#units.asyncReset(vertex)
    return reset === -1 ? operands : [...operands, this.#resetSinks.get(reset)!]
  }

  /** Depth first from the sinks in their order, so that a cone is computed shortly before its use. */
  #sorted(): Int32Array {
    const order = new Int32Array(this.#size)
    let ordered = 0
    const state = new Uint8Array(this.#size)
    const path: { vertex: number; operands: readonly number[]; next: number }[] = []
    const enter = (vertex: number) => {
      state[vertex] = 1
      path.push({ vertex, operands: this.#operandsOf(vertex), next: 0 })
    }
    for (let root = this.#units.size; root < this.#size; root++) {
      if (state[root] !== 0) continue
      enter(root)
      while (path.length > 0) {
        const frame = path.at(-1)!
        const operand = frame.operands[frame.next++]
        if (operand === undefined) {
          state[frame.vertex] = 2
          order[ordered++] = frame.vertex
          path.pop()
        } else if (state[operand] === 0) {
          enter(operand)
        } else if (state[operand] === 1) {
          throw new InputError('an asynchronous reset depends on a register that it resets', {
            field: this.program.design.name,
          })
        }
      }
    }
    return order.slice(0, ordered)
  }

  #spreadPurposes(order: Int32Array): void {
    this.#sinks.forEach(({ purposes }, index) => {
      this.#purposes[this.#units.size + index] = purposes
    })
    for (let position = order.length - 1; position >= 0; position--) {
      const vertex = order[position]!
      for (const operand of this.#operandsOf(vertex)) {
        this.#purposes[operand]! |= this.#purposes[vertex]!
      }
    }
  }

  /** Lane group that computes a vertex, -1 for scalar code. */
  #laneGroupOf(vertex: number): number {
    const { valueCount, size } = this.#units
    if (vertex < valueCount) return -1
    if (vertex < size) {
      const pack = this.packs.list[vertex - valueCount]!
      return pack.op === 'gathered' ? -1 : pack.group
    }
    const { statement } = this.#sinks[vertex - size]!
    return statement.kind === 'nextPack' ? this.packs.list[statement.pack]!.group : -1
  }

  /** Packs that are read where they lie take no turn; one lane for all lanes is a turn of its own. */
  #assignLevels(order: Int32Array): void {
    if (this.packs.list.length === 0) return
    for (const vertex of order) {
      const own = this.#laneGroupOf(vertex)
      const readsPacks = own === -1 ? [] : this.#packOperands(vertex)
      let level = 0
      this.#operandsOf(vertex).forEach((operand, position) => {
        const read = readsPacks[position]
        const broadcast = read !== undefined && 'uniform' in read && this.#units.isPack(operand)
        const together = this.#laneGroupOf(operand) === own && !broadcast
        const step = together || this.#isFree(operand) ? 0 : 1
        level = Math.max(level, this.#level[operand]! + step)
      })
      this.#level[vertex] = level
    }
  }

  /** What a pack or the next values of a pack are computed from. */
  #packOperands(vertex: number): readonly PackOperand[] {
    const { valueCount, size } = this.#units
    if (vertex < size) return this.packs.list[vertex - valueCount]!.operands
    const { statement } = this.#sinks[vertex - size]!
    return statement.kind === 'nextPack' ? [this.packs.nexts.get(statement.pack)!] : []
  }

  #isFree(vertex: number): boolean {
    const { valueCount, size } = this.#units
    if (vertex < valueCount) return isLeaf(this.#graph.ops[vertex]!)
    if (vertex >= size) return false
    const pack = this.packs.list[vertex - valueCount]!
    return isSource(pack) && pack.op !== 'gathered'
  }

  #chooseInlined(order: Int32Array): void {
    const { ops, widths, operands } = this.#graph
    const { valueCount, size } = this.#units
    const uses = new Int32Array(valueCount)
    const user = new Int32Array(valueCount).fill(-1)
    const kept = (unit: number) => {
      if (unit < valueCount) uses[unit]! += 2
    }
    for (const vertex of order) {
      if (vertex >= size) {
        for (const value of this.#sinks[vertex - size]!.values) uses[value]!++
        if (this.#sinks[vertex - size]!.statement.kind === 'nextPack') {
          for (const operand of this.#operandsOf(vertex)) kept(operand)
        }
      } else if (this.#units.isPack(vertex)) {
        const gathered = this.packs.list[vertex - valueCount]!.op === 'gathered'
        for (const operand of this.#units.operandsOf(vertex)) {
          if (!gathered) kept(operand)
          else if (operand < valueCount) uses[operand]!++
        }
      } else {
        for (const operand of operands[vertex]!) {
          uses[operand]!++
          user[operand] = vertex
        }
      }
    }
    const height = new Uint8Array(valueCount)
    for (const value of order) {
      if (value >= valueCount) continue
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
      const by = user[value]!
      if (
        uses[value] === 1 &&
        width <= 64 &&
        !isLeaf(ops[value]!) &&
        tallest < deepestExpression &&
        (by === -1 || evaluatesOperandsOnce(ops[by]!, widths[by]!))
      ) {
        this.#inlined[value] = 1
      }
    }
  }

  #statementOf(vertex: number): Statement | undefined {
    const { valueCount, size } = this.#units
    if (vertex >= size) return this.#sinks[vertex - size]!.statement
    if (vertex >= valueCount) {
      const pack = vertex - valueCount
      const { op } = this.packs.list[pack]!
      if (op === 'gathered') return { kind: 'gather', pack }
      return isSource(this.packs.list[pack]!) ? undefined : { kind: 'pack', pack }
    }
    const silent = this.#inlined[vertex] === 1 || isLeaf(this.#graph.ops[vertex]!)
    return silent ? undefined : { kind: 'value', value: vertex }
  }

  /** Segments that serve more purposes come first: their values are what the others are computed from. */
  #cut(order: Int32Array): StatementList[] {
    const segments = new Map<string, Segment>()
    for (const vertex of order) {
      const statement = this.#statementOf(vertex)
      if (statement === undefined) continue
      const purposes = this.#purposes[vertex]!
      const commit = isCommit(statement)
      const level = commit ? 0 : this.#level[vertex]!
      const laneGroup = this.#laneGroupOf(vertex)
      const key = `${commit}:${purposes}:${level}:${laneGroup}`
      const segment = segments.get(key)
      if (segment !== undefined) segment.statements.push(statement)
      else segments.set(key, { purposes, commit, level, laneGroup, statements: [statement] })
    }
    const sorted = [...segments.values()].sort(
      (a, b) =>
        Number(a.commit) - Number(b.commit) ||
        bitCount(b.purposes) - bitCount(a.purposes) ||
        a.purposes - b.purposes ||
        a.level - b.level ||
        a.laneGroup - b.laneGroup,
    )
    return sorted.flatMap((segment, index) => this.#pieces(segment, index))
  }

  #pieces({ purposes, commit, laneGroup, statements }: Segment, segment: number): StatementList[] {
    const phase = commit ? ('commit' as const) : ('evaluate' as const)
    const pieces: StatementList[] = []
    let start = 0
    let cost = 0
    statements.forEach((statement, index) => {
      cost += this.#statementCost(statement)
      if (cost < operationsPerFunction && index < statements.length - 1) return
      const piece = statements.slice(start, index + 1)
      pieces.push({ purposes, phase, laneGroup, segment, statements: piece })
      start = index + 1
      cost = 0
    })
    return pieces
  }

  #statementCost(statement: Statement): number {
    switch (statement.kind) {
      case 'value':
        return this.#cost[statement.value]!
      case 'gather':
        return 2 * this.packs.list[statement.pack]!.values.length
      case 'pack':
      case 'nextPack':
      case 'update':
        return 8
      default: {
        let cost = 1
        for (const operand of statementOperands(this.program, statement)) {
          cost += this.#inlined[operand] === 1 ? this.#cost[operand]! : 1
        }
        return cost
      }
    }
  }
}

function evaluatesOperandsOnce(op: ValueOp, width: number): boolean {
  return width <= 64 || op === 'romRead' || op === 'memoryWord' || op === 'mux'
}

function bitCount(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}
