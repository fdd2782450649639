import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import type { Arena } from '../arena.js'
import type { Program } from '../graph/program.js'
import type { LanePlan } from '../lanes/lane-plan.js'
import type { PackId } from '../lanes/pack.js'
import { type LaneArray, RecordLayout } from '../lanes/record-layout.js'
import type { InitialBytes } from '../storage.js'

/** A pack of ROM bits: an array of lanes for every address, and zeros for addresses beyond the depth. */
export interface RomImage {
  /** Lanes at address 0. */
  readonly array: LaneArray
  /** Bytes from one address to the next within a chunk. */
  readonly rowBytes: number
  readonly depth: number
}

/**
 * The contents of ROMs that are read at common addresses, split into the bits that packs need and
 * interleaved, so that a vector load reads one pack. Chunks follow each other, addresses within a chunk.
 */
export class RomImages {
  readonly #images = new Map<PackId, RomImage>()

  constructor(
    readonly program: Program,
    readonly plan: LanePlan,
    readonly arena: Arena,
    readonly initial: InitialBytes[],
  ) {}

  of(pack: PackId): RomImage {
    return this.#images.get(pack)!
  }

  /** Builds one image for every tuple of ROMs. */
  build(packs: readonly PackId[]): void {
    const tuples = new Map<string, PackId[]>()
    for (const pack of packs) {
      const { romBits, group } = this.plan.packs.list[pack]!
      const key = `${group}:${romBits!.map(({ rom }) => rom)}`
      tuples.set(key, [...(tuples.get(key) ?? []), pack])
    }
    for (const members of tuples.values()) this.#buildImage(members)
  }

  #buildImage(members: readonly PackId[]): void {
    const { packs, types } = this.plan
    const { romBits, group } = packs.list[members[0]!]!
    const laneGroup = packs.groups[group]!
    const roms = romBits!.map(({ rom }) => this.program.design.roms[rom]!)
    const depth = Math.max(...roms.map((rom) => rom.depth))
    const row = new RecordLayout(laneGroup)
    for (const pack of members) row.add(pack, types.of(pack).bits)
    const chunkBytes = row.recordBytes * (depth + 1)
    const address = this.arena.allocate(chunkBytes * laneGroup.chunks, 16)
    const bytes = new Uint8Array(chunkBytes * laneGroup.chunks)
    for (const [pack, placed] of row.place(0)) {
      const array = { ...placed, stride: chunkBytes }
      fillImage(bytes, array, row.recordBytes, roms, this.#bitsOf(pack))
      const based = { ...array, base: address + array.base }
      this.#images.set(pack, { array: based, rowBytes: row.recordBytes, depth })
    }
    this.initial.push({ address, bytes })
  }

  #bitsOf(pack: PackId): { lows: number[]; width: number; signed: boolean } {
    const { romBits, width } = this.plan.packs.list[pack]!
    const signed = this.plan.types.of(pack).form === 'sign'
    return { lows: romBits!.map(({ low }) => low), width, signed }
  }
}

function fillImage(
  bytes: Uint8Array,
  { base, stride, lanesPerChunk, laneBytes }: LaneArray,
  rowBytes: number,
  roms: readonly RomContents[],
  { lows, width, signed }: { lows: readonly number[]; width: number; signed: boolean },
): void {
  roms.forEach((rom, lane) => {
    const chunk = Math.floor(lane / lanesPerChunk)
    const first = base + chunk * stride + (lane % lanesPerChunk) * laneBytes
    for (let address = 0; address < rom.depth; address++) {
      const at = first + address * rowBytes
      let low = lows[lane]!
      let left = width
      let top = 0
      for (let byte = 0; byte < laneBytes && left > 0; byte++) {
        top = romByte(rom, address, low, Math.min(8, left))
        bytes[at + byte] = top
        low += 8
        left -= 8
      }
      if (signed) extendSign(bytes, at, laneBytes, width, top)
    }
  })
}

/** Up to 8 bits of a word. */
function romByte(rom: RomContents, address: number, low: number, count: number): number {
  const at = address * rom.bytesPerWord + (low >> 3)
  const pair = rom.bytes[at]! | ((low & 7) + count > 8 ? rom.bytes[at + 1]! << 8 : 0)
  return (pair >> (low & 7)) & ((1 << count) - 1)
}

function extendSign(
  bytes: Uint8Array,
  at: number,
  laneBytes: number,
  width: number,
  top: number,
): void {
  const bitsInTop = ((width - 1) & 7) + 1
  if (((top >> (bitsInTop - 1)) & 1) === 0) return
  const last = Math.ceil(width / 8) - 1
  if (last >= laneBytes) return
  bytes[at + last]! |= (0xff << bitsInTop) & 0xff
  for (let byte = last + 1; byte < laneBytes; byte++) bytes[at + byte] = 0xff
}
