import type { RomContents } from '../../hdl/ir/rom-contents.js'
import { Arena, limbs, overread, storedBytes } from './arena.js'
import type { Form } from './codegen/forms.js'
import type { Program } from './graph/program.js'
import type { LanePlan } from './lanes/lane-plan.js'
import type { PackId } from './lanes/pack.js'
import { type LaneArray, laneAddress, RecordLayout } from './lanes/record-layout.js'
import { writePattern } from './patterns.js'

/** Bytes to put at an address before the simulation starts. */
export interface InitialBytes {
  readonly address: number
  readonly bytes: Uint8Array
}

/** A run of consecutive words in memory; the word after the last one is zero. */
export interface WordTable {
  readonly address: number
  readonly bytesPerWord: number
  readonly depth: number
}

/** A value of at most 64 bits in memory. Fewer bytes than its width are extended by `form`. */
export interface StoredValue {
  readonly address: number
  readonly bytes: number
  readonly form: Form
}

/** What a clock edge does to an update group. */
export const Transition = { keep: 0, load: 1, reset: 2 } as const

/** Where the registers of an update group live: the same layout three times. */
export interface GroupStorage {
  readonly state: number
  /** Next values, copied to `state` when the clock rises. */
  readonly shadow: number
  /** Reset values; undefined without a reset. */
  readonly resetImage: number | undefined
  /** A byte that says how the next clock edge changes the group, see {@link Transition}. */
  readonly transition: number
  readonly bytes: number
}

/** A register; one that fills several lanes of a pack is stored as often. */
export interface RegisterStorage extends StoredValue {
  /** Addresses of its next value. */
  readonly shadows: readonly number[]
}

/** Addresses of everything that outlives a cycle. */
export interface Storage {
  readonly arena: Arena
  readonly initial: readonly InitialBytes[]
  readonly inputs: readonly number[]
  readonly groups: readonly GroupStorage[]
  readonly registers: readonly RegisterStorage[]
  /** State of packs of registers. */
  readonly registerPacks: ReadonlyMap<PackId, LaneArray>
  readonly roms: readonly WordTable[]
  readonly memories: readonly WordTable[]
  /** 64-bit counters of `cover` checks, by check. */
  readonly coverCounters: readonly number[]
  /** 64-bit counters of rising edges, by clock. */
  readonly cycleCounters: readonly number[]
  /** Limbs of zero, as many as the widest value has. */
  readonly zeros: number
}

export function layoutStorage(program: Program, plan: LanePlan): Storage {
  const { design } = program
  const arena = new Arena()
  const initial: InitialBytes[] = []
  const zeros = arena.allocate(widestBytes(program) + overread, 16)
  const coverCounters = program.checks.map(() => arena.allocate(8, 8))
  const cycleCounters = program.clocks.map(() => arena.allocate(8, 8))
  const inputs = design.inputs.map(({ width }) => arena.allocate(storedBytes(width), 8))
  const registers = new RegisterLayout(program, plan, arena, initial)
  const tables = new Map<RomContents, WordTable>()
  const roms = design.roms.map((rom) => {
    const table = tables.get(rom) ?? layoutTable(arena, initial, rom.width, rom.depth, rom)
    tables.set(rom, table)
    return table
  })
  const memories = design.memories.map(({ width, depth, init }) =>
    layoutTable(arena, initial, width, depth, init),
  )
  return {
    arena,
    initial,
    inputs,
    groups: registers.groups,
    registers: registers.list,
    registerPacks: registers.packs,
    roms,
    memories,
    coverCounters,
    cycleCounters,
    zeros,
  }
}

function widestBytes({ graph }: Program): number {
  let widest = 64
  for (const width of graph.widths) widest = Math.max(widest, width)
  return 8 * limbs(widest)
}

/** Lays out update groups: scalar registers, widest first, then the packs of each lane group. */
class RegisterLayout {
  readonly list: RegisterStorage[] = []
  readonly packs = new Map<PackId, LaneArray>()
  readonly groups: readonly GroupStorage[]
  /** Packs of registers by update group. */
  readonly #packsOf = new Map<number, PackId[]>()

  constructor(
    readonly program: Program,
    readonly plan: LanePlan,
    readonly arena: Arena,
    readonly initial: InitialBytes[],
  ) {
    const { graph, registers } = program
    plan.packs.list.forEach(({ op, values }, pack) => {
      if (op !== 'register') return
      const { group } = registers[graph.payloads[values[0]!]!]!
      this.#packsOf.set(group, [...(this.#packsOf.get(group) ?? []), pack])
    })
    this.groups = program.groups.map((_, group) => this.#layoutGroup(group))
  }

  #layoutGroup(group: number): GroupStorage {
    const { registers, graph } = this.program
    const packs = this.#packsOf.get(group) ?? []
    const inPacks = new Set<number>()
    for (const pack of packs) {
      for (const value of this.plan.packs.list[pack]!.values) inPacks.add(graph.payloads[value]!)
    }
    const size = (register: number) => storedBytes(registers[register]!.width)
    const scalars = this.program.groups[group]!.registers.filter(
      (register) => !inPacks.has(register),
    ).sort((a, b) => size(b) - size(a) || a - b)
    let used = 0
    const offsets = scalars.map((register) => {
      const offset = used
      used += size(register)
      return offset
    })
    const records = this.#layoutPacks(packs, Math.ceil(used / 16) * 16)
    const bytes = records.end
    const state = this.arena.allocate(bytes + overread, 16)
    const shadow = this.arena.allocate(bytes + overread, 16)
    const image = new Uint8Array(bytes)
    scalars.forEach((register, position) => {
      const offset = offsets[position]!
      this.list[register] = {
        address: state + offset,
        bytes: size(register),
        form: 'zero',
        shadows: [shadow + offset],
      }
      writePattern(image, offset, size(register), registers[register]!.resetPattern)
    })
    for (const [pack, array] of records.arrays) this.#placePack(pack, array, state, shadow, image)
    const { reset } = this.program.groups[group]!
    let resetImage: number | undefined
    if (reset !== undefined) {
      resetImage = this.arena.allocate(bytes, 16)
      this.initial.push({ address: resetImage, bytes: image })
    }
    return { state, shadow, resetImage, transition: this.arena.allocate(1, 1), bytes }
  }

  /** Positions of packs relative to the start of the group. */
  #layoutPacks(
    packs: readonly PackId[],
    start: number,
  ): { arrays: Map<PackId, LaneArray>; end: number } {
    const arrays = new Map<PackId, LaneArray>()
    let end = start
    this.plan.packs.groups.forEach((laneGroup, index) => {
      const layout = new RecordLayout(laneGroup)
      for (const pack of packs) {
        if (this.plan.packs.list[pack]!.group !== index) continue
        layout.add(pack, this.plan.types.of(pack).bits)
      }
      for (const [pack, array] of layout.place(end)) arrays.set(pack, array)
      end += layout.bytes
    })
    return { arrays, end }
  }

  #placePack(
    pack: PackId,
    array: LaneArray,
    state: number,
    shadow: number,
    image: Uint8Array,
  ): void {
    const { registers, graph } = this.program
    const { values, width } = this.plan.packs.list[pack]!
    const { bits, form } = this.plan.types.of(pack)
    this.packs.set(pack, { ...array, base: state + array.base })
    values.forEach((value, lane) => {
      const register = graph.payloads[value]!
      const offset = laneAddress(array, lane)
      const known = this.list[register]
      this.list[register] = {
        address: known?.address ?? state + offset,
        bytes: bits / 8,
        form,
        shadows: [...(known?.shadows ?? []), shadow + offset],
      }
      const { resetPattern } = registers[register]!
      const extended = form === 'sign' ? BigInt.asIntN(width, resetPattern) : resetPattern
      writePattern(image, offset, bits / 8, extended)
    })
  }
}

function layoutTable(
  arena: Arena,
  initial: InitialBytes[],
  width: number,
  depth: number,
  contents: RomContents | undefined,
): WordTable {
  const bytesPerWord = storedBytes(width)
  const address = arena.allocate((depth + 1) * bytesPerWord + overread, 16)
  if (contents !== undefined && contents.depth > 0) {
    initial.push({ address, bytes: repack(contents, bytesPerWord) })
  }
  return { address, bytesPerWord, depth }
}

/** The words of a ROM with `bytesPerWord` bytes each. */
function repack(contents: RomContents, bytesPerWord: number): Uint8Array {
  const packed = contents.bytesPerWord
  if (packed === bytesPerWord) return contents.bytes
  const bytes = new Uint8Array(contents.depth * bytesPerWord)
  for (let word = 0; word < contents.depth; word++) {
    const from = word * packed
    for (let byte = 0; byte < packed; byte++) {
      bytes[word * bytesPerWord + byte] = contents.bytes[from + byte]!
    }
  }
  return bytes
}
