import { limbs, overread, storedBytes } from '../arena.js'
import { type Graph, isLeaf, type ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { LanePlan } from '../lanes/lane-plan.js'
import type { PackId } from '../lanes/pack.js'
import { type LaneArray, laneAddress, RecordLayout } from '../lanes/record-layout.js'
import { writePattern } from '../patterns.js'
import type { InitialBytes, Storage, StoredValue } from '../storage.js'
import { fillsStorage, KeptForms, type SinkDemands } from './forms.js'
import { type RomImage, RomImages } from './rom-images.js'
import type { Schedule } from './schedule.js'
import { type Statement, statementOperands } from './statement.js'
import { layoutTrace, type TraceRegion } from './trace-region.js'
import { UnitGraph } from './unit-graph.js'
import type { WideHelpers } from './wide-helpers.js'

/**
 * What the functions of one module share: where values that cross from one function to another are kept
 * in memory, and in which form.
 */
export class ModuleContext {
  readonly graph: Graph
  readonly units: UnitGraph
  readonly forms: KeptForms
  readonly initial: InitialBytes[] = []
  readonly trace: TraceRegion | undefined
  /** Address of each kept value (or of the pointer to it) that has one, otherwise 0. */
  readonly #slots: Float64Array
  readonly #constants = new Map<ValueId, number>()
  readonly #peekSlots = new Map<ValueId, number>()
  readonly #packArrays = new Map<PackId, LaneArray>()
  readonly #romImages: RomImages

  constructor(
    readonly program: Program,
    readonly storage: Storage,
    readonly plan: LanePlan,
    readonly schedule: Schedule,
    readonly helpers: WideHelpers,
    traced: readonly ValueId[] | undefined,
  ) {
    this.graph = program.graph
    this.units = new UnitGraph(program, plan.packs)
    this.forms = new KeptForms(this.graph, schedule, this.#sinkDemands())
    this.#slots = new Float64Array(this.graph.size)
    this.#romImages = new RomImages(program, plan, storage.arena, this.initial)
    this.#allocate()
    this.trace = traced === undefined ? undefined : layoutTrace(this.graph, storage.arena, traced)
  }

  /** Address of a kept value, 0 when it stays within one function. */
  slot(value: ValueId): number {
    return this.#slots[value]!
  }

  peekSlot(value: ValueId): number {
    return this.#peekSlots.get(value)!
  }

  /** Address at which a peeked value can be read after the evaluation, in the form `zero`. */
  peekAddress(value: ValueId): number {
    return this.#peekSlots.get(value) ?? this.leafAddress(value)!
  }

  /** Address of a leaf, undefined for other values. */
  leafAddress(value: ValueId): number | undefined {
    const payload = this.graph.payloads[value]!
    switch (this.graph.ops[value]) {
      case 'input':
        return this.storage.inputs[payload]!
      case 'register':
        return this.storage.registers[payload]!.address
      case 'const':
        return this.#constant(value)
      default:
        return undefined
    }
  }

  /** Where a value of at most 64 bits that another function computes, or a leaf, lies. */
  stored(value: ValueId): StoredValue {
    const width = this.graph.widths[value]!
    if (this.graph.ops[value] === 'register') {
      return this.storage.registers[this.graph.payloads[value]!]!
    }
    const leaf = this.leafAddress(value)
    if (leaf !== undefined) return { address: leaf, bytes: storedBytes(width), form: 'zero' }
    const pack = this.plan.packs.packOf[value]!
    if (pack === -1) {
      return { address: this.slot(value), bytes: storedBytes(width), form: this.forms.of(value) }
    }
    const array = this.#packArrays.get(pack)!
    const address = laneAddress(array, this.plan.packs.laneOf[value]!)
    return { address, bytes: array.laneBytes, form: this.plan.types.of(pack).form }
  }

  /** Where the lanes of a pack lie; undefined when it stays within one function. */
  packArray(pack: PackId): LaneArray | undefined {
    return this.storage.registerPacks.get(pack) ?? this.#packArrays.get(pack)
  }

  romImage(pack: PackId): RomImage {
    return this.#romImages.of(pack)
  }

  /** Whether a wide value equals a value that lies somewhere in memory, and is kept as a pointer to it. */
  isPointer(value: ValueId): boolean {
    const width = this.graph.widths[value]!
    const op = this.graph.ops[value]!
    if (width <= 64) return false
    if (op === 'index') return width % 64 === 0
    return op === 'romRead' || op === 'memoryWord' || op === 'mux'
  }

  /** Calls back for every unit that a statement reads from where it is kept, as often as it does. */
  forEachReference(statement: Statement, visit: (unit: number) => void): void {
    for (const operand of statementOperands(this.program, statement)) {
      this.#forEachKept(operand, visit)
    }
    const { packs } = this.plan
    if (statement.kind === 'gather') {
      for (const value of packs.list[statement.pack]!.values) this.#forEachKept(value, visit)
    } else if (statement.kind === 'pack') {
      for (const operand of packs.list[statement.pack]!.operands) {
        this.#forEachOperand(this.units.operandUnit(operand), visit)
      }
    } else if (statement.kind === 'nextPack') {
      this.#forEachOperand(this.units.operandUnit(packs.nexts.get(statement.pack)!), visit)
    }
  }

  #forEachOperand(unit: number, visit: (unit: number) => void): void {
    visit(unit)
    if (!this.units.isPack(unit)) return
    const { op, operands } = this.plan.packs.list[unit - this.units.valueCount]!
    if (op !== 'romBits') return
    for (const operand of operands) this.#forEachOperand(this.units.operandUnit(operand), visit)
  }

  #forEachKept(value: ValueId, visit: (unit: number) => void): void {
    const unit = this.units.unitOf(value)
    if (this.units.isPack(unit) || this.schedule.inlined[value] === 0) {
      visit(unit)
      return
    }
    for (const operand of this.graph.operands[value]!) this.#forEachKept(operand, visit)
  }

  #constant(value: ValueId): number {
    let address = this.#constants.get(value)
    if (address === undefined) {
      const bytes = new Uint8Array(8 * limbs(this.graph.widths[value]!))
      writePattern(bytes, 0, bytes.length, this.graph.constantOf(value)!)
      address = this.storage.arena.allocate(bytes.length + overread, 8)
      this.initial.push({ address, bytes })
      this.#constants.set(value, address)
    }
    return address
  }

  #allocate(): void {
    const { packs, types } = this.plan
    const { valueCount } = this.units
    const records = packs.groups.map((group) => new RecordLayout(group))
    const definedIn = new Int32Array(this.units.size).fill(-1)
    const romPacks = new Set<PackId>()
    const cross = (unit: number) => {
      if (!this.units.isPack(unit)) {
        if (!isLeaf(this.graph.ops[unit]!)) this.#allocateSlot(unit)
        return
      }
      const pack = unit - valueCount
      const { op, group } = packs.list[pack]!
      if (op === 'romBits') romPacks.add(pack)
      else if (op !== 'register') records[group]!.add(pack, types.of(pack).bits)
    }
    this.schedule.lists.forEach(({ statements }, list) => {
      for (const statement of statements) {
        if (statement.kind === 'value') definedIn[statement.value] = list
        else if (statement.kind === 'pack') definedIn[valueCount + statement.pack] = list
      }
      for (const statement of statements) {
        this.forEachReference(statement, (unit) => {
          if (definedIn[unit] !== list) cross(unit)
        })
        if (statement.kind === 'peek') this.#allocatePeek(statement.value)
        if (statement.kind !== 'value') continue
        const { value } = statement
        if (this.graph.widths[value]! > 64 && !this.isPointer(value)) this.#allocateSlot(value)
      }
    })
    for (const layout of records) {
      const address = this.storage.arena.allocate(layout.bytes, 16)
      for (const [pack, array] of layout.place(address)) {
        this.#packArrays.set(pack, array)
        if (packs.list[pack]!.op === 'constants') this.#writeConstants(pack, array)
      }
    }
    this.#romImages.build([...romPacks])
  }

  #allocateSlot(value: ValueId): void {
    if (this.#slots[value] !== 0) return
    const width = this.graph.widths[value]!
    const bytes = this.isPointer(value) ? 4 : storedBytes(width)
    const spare = width > 64 ? overread : 0
    this.#slots[value] = this.storage.arena.allocate(bytes + spare, Math.min(bytes, 8))
  }

  #allocatePeek(value: ValueId): void {
    const bytes = storedBytes(this.graph.widths[value]!)
    this.#peekSlots.set(value, this.storage.arena.allocate(bytes + overread, Math.min(bytes, 8)))
  }

  #writeConstants(pack: PackId, array: LaneArray): void {
    const { width, values } = this.plan.packs.list[pack]!
    const { form } = this.plan.types.of(pack)
    values.forEach((value, lane) => {
      const pattern = this.graph.constantOf(value)!
      const bytes = new Uint8Array(array.laneBytes)
      writePattern(
        bytes,
        0,
        bytes.length,
        form === 'sign' ? BigInt.asIntN(width, pattern) : pattern,
      )
      this.initial.push({ address: laneAddress(array, lane), bytes })
    })
  }

  #sinkDemands(): SinkDemands {
    const { packs, types } = this.plan
    return (demand) => {
      for (const { statements } of this.schedule.lists) {
        for (const statement of statements) {
          if (statement.kind === 'gather') {
            const { values, width } = packs.list[statement.pack]!
            const { bits, form } = types.of(statement.pack)
            for (const value of values) demand(value, bits > width ? form : 'any')
          }
          if (statement.kind === 'value') continue
          const stores = ['next', 'peek', 'trace'].includes(statement.kind)
          for (const operand of statementOperands(this.program, statement)) {
            demand(operand, stores && fillsStorage(this.graph.widths[operand]!) ? 'any' : 'zero')
          }
        }
      }
    }
  }
}
