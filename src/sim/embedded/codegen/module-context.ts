import { limbs, overread, storedBytes } from '../arena.js'
import type { Graph, ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import { type Storage, writePattern } from '../storage.js'
import { fillsStorage, KeptForms, type SinkDemands } from './forms.js'
import { isLeaf, type Schedule, type Statement } from './schedule.js'
import type { WideHelpers } from './wide-helpers.js'

/**
 * What the functions of one module share: where values that cross from one function to another are kept
 * in memory, and in which form.
 */
export class ModuleContext {
  readonly graph: Graph
  readonly forms: KeptForms
  /** Address of each value (or of the pointer to it) that has one, otherwise 0. */
  readonly #slots: Float64Array
  readonly #wideConstants = new Map<ValueId, number>()
  readonly initial: { address: number; bytes: Uint8Array }[] = []

  constructor(
    readonly program: Program,
    readonly storage: Storage,
    readonly schedule: Schedule,
    readonly helpers: WideHelpers,
  ) {
    this.graph = program.graph
    this.forms = new KeptForms(this.graph, schedule, sinkDemands(program, schedule))
    this.#slots = new Float64Array(this.graph.size)
    this.#allocateSlots()
  }

  /** Address of a kept value, 0 when it stays within one function. */
  slot(value: ValueId): number {
    return this.#slots[value]!
  }

  /** Address at which a value can be read after the evaluation, in the form `zero`. */
  peekAddress(value: ValueId): number {
    return this.leafAddress(value) ?? this.slot(value)
  }

  /** Address of a leaf; undefined for other values and narrow constants. */
  leafAddress(value: ValueId): number | undefined {
    const payload = this.graph.payloads[value]!
    switch (this.graph.ops[value]) {
      case 'input':
        return this.storage.inputs[payload]!
      case 'register':
        return this.storage.registers[payload]!
      case 'const':
        return this.graph.widths[value]! > 64 || this.schedule.peeked[value] === 1
          ? this.#constant(value)
          : undefined
      default:
        return undefined
    }
  }

  /** Whether a wide value is kept as a pointer to another value; peeked ones are copied. */
  isPointer(value: ValueId): boolean {
    return this.schedule.peeked[value] === 0 && this.selectsWide(value)
  }

  /** Whether a wide value equals a value that lies somewhere in memory. */
  selectsWide(value: ValueId): boolean {
    const width = this.graph.widths[value]!
    const op = this.graph.ops[value]!
    if (width <= 64) return false
    if (op === 'index') return width % 64 === 0
    return op === 'romRead' || op === 'memoryWord' || op === 'mux'
  }

  #constant(value: ValueId): number {
    let address = this.#wideConstants.get(value)
    if (address === undefined) {
      const bytes = new Uint8Array(8 * limbs(this.graph.widths[value]!))
      writePattern(bytes, 0, bytes.length, this.graph.constantOf(value)!)
      address = this.storage.arena.allocate(bytes.length + overread, 8)
      this.initial.push({ address, bytes })
      this.#wideConstants.set(value, address)
    }
    return address
  }

  #allocateSlots(): void {
    const { graph } = this
    const definedIn = new Int32Array(graph.size).fill(-1)
    this.schedule.lists.forEach(({ statements }, list) => {
      for (const statement of statements) {
        if (statement.kind === 'value') definedIn[statement.value] = list
      }
      for (const statement of statements) {
        this.forEachReference(statement, (value) => {
          if (definedIn[value] !== list && !isLeaf(graph.ops[value]!)) this.#allocate(value)
        })
        if (statement.kind !== 'value') continue
        const { value } = statement
        const copied = graph.widths[value]! > 64 && !this.isPointer(value)
        if (copied || this.schedule.peeked[value] === 1) this.#allocate(value)
      }
    })
  }

  #allocate(value: ValueId): void {
    if (this.#slots[value] !== 0) return
    const { arena } = this.storage
    const width = this.graph.widths[value]!
    const bytes = this.isPointer(value) ? 4 : storedBytes(width)
    this.#slots[value] = arena.allocate(width > 64 ? bytes + overread : bytes, Math.min(bytes, 8))
  }

  /** Calls back for every leaf and kept value that a statement reads, as often as it reads it. */
  forEachReference(statement: Statement, visit: (value: ValueId) => void): void {
    for (const operand of statementOperands(this.program, statement)) {
      this.#forEachKept(operand, visit)
    }
  }

  #forEachKept(value: ValueId, visit: (value: ValueId) => void): void {
    if (this.schedule.inlined[value] === 0) {
      visit(value)
      return
    }
    for (const operand of this.graph.operands[value]!) this.#forEachKept(operand, visit)
  }
}

/** Values that a statement itself reads. */
export function statementOperands(program: Program, statement: Statement): readonly ValueId[] {
  switch (statement.kind) {
    case 'value':
      return program.graph.operands[statement.value]!
    case 'asyncReset':
      return [statement.asserted]
    case 'next':
      return [program.registers[statement.register]!.next]
    case 'check':
      return [program.checks[statement.check]!.fires]
    case 'write': {
      const { address, data, enable, mask } = program.writes[statement.write]!
      return mask === undefined ? [enable, address, data] : [enable, address, data, mask]
    }
    case 'condition': {
      const { reset, enable } = program.groups[statement.group]!
      return [reset?.asserted, enable].filter((value) => value !== undefined)
    }
    case 'update':
      return []
  }
}

function sinkDemands(program: Program, { lists }: Schedule): SinkDemands {
  return (demand) => {
    for (const { statements } of lists) {
      for (const statement of statements) {
        if (statement.kind === 'value') continue
        for (const operand of statementOperands(program, statement)) {
          const anyForm = statement.kind === 'next' && fillsStorage(program.graph.widths[operand]!)
          demand(operand, anyForm ? 'any' : 'zero')
        }
      }
    }
  }
}
