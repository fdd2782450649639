import type { RomContents } from '../../hdl/ir/rom-contents.js'
import { Arena, limbs, overread, storedBytes } from './arena.js'
import type { Program, UpdateGroup } from './graph/program.js'

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

/** What a clock edge does to an update group. */
export const Transition = { keep: 0, load: 1, reset: 2 } as const

/** Addresses of everything that outlives a cycle. */
export interface Storage {
  readonly arena: Arena
  readonly initial: readonly InitialBytes[]
  readonly inputs: readonly number[]
  readonly groups: readonly GroupStorage[]
  /** Address of each register's value. */
  readonly registers: readonly number[]
  /** Address of each register's next value. */
  readonly shadows: readonly number[]
  readonly roms: readonly WordTable[]
  readonly memories: readonly WordTable[]
  /** 64-bit counters of `cover` checks, by check. */
  readonly coverCounters: readonly number[]
  /** 64-bit counters of rising edges, by clock. */
  readonly cycleCounters: readonly number[]
  /** Limbs of zero, as many as the widest value has. */
  readonly zeros: number
}

export function layoutStorage(program: Program): Storage {
  const { design, registers } = program
  const arena = new Arena()
  const initial: InitialBytes[] = []
  const zeros = arena.allocate(widestBytes(program) + overread, 16)
  const coverCounters = program.checks.map(() => arena.allocate(8, 8))
  const cycleCounters = program.clocks.map(() => arena.allocate(8, 8))
  const inputs = design.inputs.map(({ width }) => arena.allocate(storedBytes(width), 8))
  const registerAddresses: number[] = []
  const shadows: number[] = []
  const groups = program.groups.map((group) => {
    const storage = layoutGroup(arena, program, group, registerAddresses)
    const image = new Uint8Array(storage.bytes)
    for (const index of group.registers) {
      const offset = registerAddresses[index]! - storage.state
      shadows[index] = storage.shadow + offset
      const { width, resetPattern } = registers[index]!
      writePattern(image, offset, storedBytes(width), resetPattern)
    }
    if (storage.resetImage !== undefined) {
      initial.push({ address: storage.resetImage, bytes: image })
    }
    return storage
  })
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
    groups,
    registers: registerAddresses,
    shadows,
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

/** Widest registers first, so that all are aligned without gaps. */
function layoutGroup(
  arena: Arena,
  { registers }: Program,
  group: UpdateGroup,
  addresses: number[],
): GroupStorage {
  const sizes = (index: number) => storedBytes(registers[index]!.width)
  const order = [...group.registers].sort((a, b) => sizes(b) - sizes(a) || a - b)
  let used = 0
  const offsets = order.map((index) => {
    const offset = used
    used += sizes(index)
    return offset
  })
  const bytes = Math.ceil(used / 16) * 16
  const state = arena.allocate(bytes + overread, 16)
  const shadow = arena.allocate(bytes + overread, 16)
  const resetImage = group.reset === undefined ? undefined : arena.allocate(bytes, 16)
  order.forEach((index, position) => {
    addresses[index] = state + offsets[position]!
  })
  return { state, shadow, resetImage, transition: arena.allocate(1, 1), bytes }
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

/** Writes a bit pattern little-endian. */
export function writePattern(
  target: Uint8Array,
  offset: number,
  bytes: number,
  pattern: bigint,
): void {
  let rest = pattern
  for (let byte = 0; byte < bytes; byte++) {
    target[offset + byte] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

/** Reads a bit pattern little-endian. */
export function readPattern(source: Uint8Array, offset: number, bytes: number): bigint {
  let pattern = 0n
  for (let byte = bytes - 1; byte >= 0; byte--) {
    pattern = (pattern << 8n) | BigInt(source[offset + byte]!)
  }
  return pattern
}
