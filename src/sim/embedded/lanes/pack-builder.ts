import type { Graph, ValueId, ValueOp } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { LaneSet } from './lane-sets.js'
import {
  isSource,
  type LaneGroup,
  laneGroup,
  type Pack,
  type PackId,
  type PackOperand,
  type Packs,
  type RomBits,
} from './pack.js'

const commutative = new Set<ValueOp>(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne'])
/** Operators that have no vector form; their tuples stay scalar. */
const scalarOnly = new Set<ValueOp>(['input', 'const', 'memoryWord', 'index', 'romRead'])
/** Shifts by an amount a lane take a step for each bit of it; wider amounts stay scalar. */
const widestLaneAmount = 7

/** Pre-split ROM images may take this many times the bytes of their ROMs. */
const mostImageGrowth = 8

/**
 * Turns tuples of values, one a lane, into packs, operands first: a tuple becomes a vector operation when
 * all lanes apply the same operator, a uniform operand when all lanes hold the same value, and is gathered
 * from scalars otherwise.
 * @param scalars values that must stay scalar
 */
export function buildPacks(
  program: Program,
  laneSets: readonly LaneSet[],
  scalars: ReadonlySet<ValueId>,
): Packs {
  return new PackBuilder(program, scalars).build(laneSets)
}

class PackBuilder {
  readonly #graph: Graph
  readonly #groups: LaneGroup[] = []
  readonly #list: Pack[] = []
  readonly #packOf: Int32Array
  readonly #laneOf: Int32Array
  readonly #nexts = new Map<PackId, PackOperand>()
  /** Registers that lie in a pack. */
  readonly #claimed = new Set<ValueId>()
  readonly #byTuple = new Map<string, PackId>()

  constructor(
    readonly program: Program,
    readonly scalars: ReadonlySet<ValueId>,
  ) {
    this.#graph = program.graph
    this.#packOf = new Int32Array(program.graph.size).fill(-1)
    this.#laneOf = new Int32Array(program.graph.size)
  }

  build(laneSets: readonly LaneSet[]): Packs {
    for (const { lanes, tuples } of laneSets) {
      const group = this.#group(lanes)
      for (const nets of tuples) {
        const values = nets.map((net) => this.program.netValues[net]!)
        if (this.#shape(values) !== undefined) this.#operand(values, group)
      }
    }
    this.#addNexts()
    return {
      groups: this.#groups,
      list: this.#list,
      packOf: this.#packOf,
      laneOf: this.#laneOf,
      nexts: this.#nexts,
    }
  }

  #group(lanes: number): number {
    const known = this.#groups.findIndex((group) => group.lanes === lanes)
    return known !== -1 ? known : this.#groups.push(laneGroup(lanes)) - 1
  }

  /** Next values of register packs, which may be no nets of the design. */
  #addNexts(): void {
    for (let pack = 0; pack < this.#list.length; pack++) {
      const { op, values, group } = this.#list[pack]!
      if (op !== 'register') continue
      const nexts = values.map((value) => this.#next(value))
      const uniform = nexts.every((next) => next === nexts[0])
      const known = this.#byTuple.get(nexts.join())
      const computed = known !== undefined && this.#list[known]!.op !== 'gathered'
      if (uniform || computed || this.#shape(nexts) !== undefined) {
        this.#nexts.set(pack, this.#operand(nexts, group))
      }
    }
  }

  #next(register: ValueId): ValueId {
    return this.program.registers[this.#graph.payloads[register]!]!.next
  }

  #operand(values: Int32Array, group: number): PackOperand {
    const [first] = values as unknown as [ValueId]
    if (values.every((value) => value === first)) return { uniform: first }
    const key = values.join()
    const known = this.#byTuple.get(key)
    if (known !== undefined) return { pack: known }
    const made = this.#make(values, group)
    const pack = this.#list.push(made) - 1
    this.#byTuple.set(key, pack)
    if (made.op === 'register') for (const value of values) this.#claimed.add(value)
    if (!isSource(made)) {
      values.forEach((value, lane) => {
        if (this.#packOf[value] !== -1) return
        this.#packOf[value] = pack
        this.#laneOf[value] = lane
      })
    }
    return { pack }
  }

  #make(values: Int32Array, group: number): Pack {
    const width = this.#graph.widths[values[0]!]!
    const base = { width, values, group, payload: 0, operands: [] }
    const shape = this.#shape(values)
    if (shape === undefined) {
      const constants = values.every((value) => this.#graph.ops[value] === 'const')
      return { ...base, op: constants ? 'constants' : 'gathered' }
    }
    if (shape.op === 'register') return { ...base, op: 'register' }
    if (shape.op === 'romBits') {
      const addresses = values.map((value) => romAddress(this.#graph, value))
      return {
        ...base,
        op: 'romBits',
        operands: [this.#operand(addresses, group)],
        romBits: [...values].map((value) => romBitsOf(this.#graph, value)),
      }
    }
    const tuples = this.#operandTuples(values)
    return {
      ...base,
      op: shape.op,
      payload: this.#graph.payloads[values[0]!]!,
      operands: tuples.map((tuple) => this.#operand(tuple, group)),
    }
  }

  /** The vector operator that computes a tuple, if there is one. */
  #shape(
    values: Int32Array,
  ): { readonly op: Exclude<Pack['op'], 'gathered' | 'constants'> } | undefined {
    const { ops, widths, operands, payloads } = this.#graph
    const [first] = values as unknown as [ValueId]
    const op = ops[first]!
    const width = widths[first]!
    if (width > 64) return undefined
    for (const value of values) {
      if (ops[value] !== op || widths[value] !== width) return undefined
      if (this.#packOf[value] !== -1 || this.#claimed.has(value)) return undefined
      if (this.scalars.has(value)) return undefined
    }
    if (op === 'register') {
      const { registers } = this.program
      const { group } = registers[payloads[first]!]!
      return values.every((value) => registers[payloads[value]!]!.group === group)
        ? { op }
        : undefined
    }
    if (this.#isRomBits(values)) return { op: 'romBits' }
    if (scalarOnly.has(op)) return undefined
    const own = operands[first]!
    if ((op === 'shl' || op === 'lshr' || op === 'ashr') && widths[own[1]!]! > widestLaneAmount) {
      return undefined
    }
    for (const value of values) {
      const other = operands[value]!
      if (other.length !== own.length || payloads[value] !== payloads[first]) return undefined
      for (let position = 0; position < own.length; position++) {
        const operandWidth = widths[own[position]!]!
        if (operandWidth > 64 || widths[other[position]!] !== operandWidth) return undefined
      }
    }
    return { op: op as Exclude<ValueOp, 'input' | 'const' | 'memoryWord' | 'index' | 'romRead'> }
  }

  /** Whether every lane holds bits of a ROM word at one common address. */
  #isRomBits(values: Int32Array): boolean {
    const graph = this.#graph
    const [first] = values as unknown as [ValueId]
    if (!isRomBits(graph, first)) return false
    const address = romAddress(graph, first)
    let romBytes = 0
    for (const value of values) {
      if (!isRomBits(graph, value) || romAddress(graph, value) !== address) return false
      romBytes += this.program.design.roms[romBitsOf(graph, value).rom]!.bytesPerWord
    }
    const width = graph.widths[first]!
    return values.length * Math.ceil(width / 8) <= romBytes * mostImageGrowth
  }

  /** Operands by position; those of commutative operators are lined up with the first lane's. */
  #operandTuples(values: Int32Array): Int32Array[] {
    const { ops, operands } = this.#graph
    const own = operands[values[0]!]!
    const tuples = own.map(() => new Int32Array(values.length))
    const mayCross = commutative.has(ops[values[0]!]!)
    values.forEach((value, lane) => {
      const list = operands[value]!
      const crossed = mayCross && this.#crosses(own, list)
      list.forEach((operand, position) => {
        tuples[crossed ? 1 - position : position]![lane] = operand
      })
    })
    return tuples
  }

  #crosses(own: readonly ValueId[], other: readonly ValueId[]): boolean {
    const [a, b] = own as [ValueId, ValueId]
    const [c, d] = other as [ValueId, ValueId]
    return this.#likeness(a, d) + this.#likeness(b, c) > this.#likeness(a, c) + this.#likeness(b, d)
  }

  #likeness(a: ValueId, b: ValueId): number {
    if (a === b) return 2
    const { ops, payloads, operands } = this.#graph
    if (ops[a] !== ops[b] || operands[a]!.length !== operands[b]!.length) return 0
    return payloads[a] === payloads[b] ? 1 : 0.5
  }
}

/** A narrow ROM word or a narrow slice of one. */
function isRomBits(graph: Graph, value: ValueId): boolean {
  if (graph.ops[value] === 'romRead') return true
  return graph.ops[value] === 'slice' && graph.ops[graph.operands[value]![0]!] === 'romRead'
}

function romBitsOf(graph: Graph, value: ValueId): RomBits {
  if (graph.ops[value] === 'romRead') return { rom: graph.payloads[value]!, low: 0 }
  return { rom: graph.payloads[graph.operands[value]![0]!]!, low: graph.payloads[value]! }
}

function romAddress(graph: Graph, value: ValueId): ValueId {
  const [operand] = graph.operands[value] as [ValueId]
  return graph.ops[value] === 'romRead' ? operand : graph.operands[operand]![0]!
}
