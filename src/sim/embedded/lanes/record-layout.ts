import type { LaneBits } from './lane-types.js'
import { type LaneGroup, type PackId, vectorsPerChunk } from './pack.js'

/**
 * Where the lanes of a pack lie: in every chunk's record at the same place, lanes of a chunk side by side.
 */
export interface LaneArray {
  /** Address of lane 0. */
  readonly base: number
  /** Bytes from one chunk to the next. */
  readonly stride: number
  readonly lanesPerChunk: number
  readonly laneBytes: number
}

export function laneAddress(
  { base, stride, lanesPerChunk, laneBytes }: LaneArray,
  lane: number,
): number {
  const chunk = Math.floor(lane / lanesPerChunk)
  return base + chunk * stride + (lane % lanesPerChunk) * laneBytes
}

/** Lays out packs of one lane group as an array of records, one a chunk. */
export class RecordLayout<Key = PackId> {
  readonly #offsets = new Map<Key, { offset: number; laneBytes: number }>()
  #recordBytes = 0

  constructor(readonly group: LaneGroup) {}

  /** Takes whole vectors in every record for a pack; once for each key. */
  add(key: Key, bits: LaneBits): void {
    if (this.#offsets.has(key)) return
    this.#offsets.set(key, { offset: this.#recordBytes, laneBytes: bits / 8 })
    this.#recordBytes += 16 * vectorsPerChunk(this.group, bits)
  }

  has(key: Key): boolean {
    return this.#offsets.has(key)
  }

  get recordBytes(): number {
    return this.#recordBytes
  }

  /** Bytes of all records. */
  get bytes(): number {
    return this.#recordBytes * this.group.chunks
  }

  /** The arrays when the records start at an address. */
  *place(address: number): Generator<[Key, LaneArray]> {
    for (const [key, { offset, laneBytes }] of this.#offsets) {
      yield [
        key,
        {
          base: address + offset,
          stride: this.#recordBytes,
          lanesPerChunk: this.group.lanesPerChunk,
          laneBytes,
        },
      ]
    }
  }
}
