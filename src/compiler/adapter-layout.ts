import { crc32 } from 'node:zlib'
import type { AdapterPlacement } from './adapter-placement.js'
import type { ChipShape } from './chip-shape.js'

/** The sizes that an adapter's place in memory follows from. */
export interface AdapterSizes
  extends Pick<ChipShape, 'columns' | 'vectorLanes' | 'lanes'>,
    Pick<AdapterPlacement, 'rank' | 'units' | 'codeDepth' | 'scaleDepth' | 'beats'> {}

/** Bits of a code. */
export const adapterCodeBits = 8

/** Bits of a word of a frame. */
export const frameWordBits = 32

/** The kinds of memories of an adapter, in the order of a frame's payload. */
export const adapterRegionNames = ['a codes', 'a scales', 'b codes', 'b scales'] as const
export type AdapterRegionName = (typeof adapterRegionNames)[number]

/** How many memories of a kind there are, their words for one slot, and the frame words of each of these. */
export interface AdapterRegion {
  readonly name: AdapterRegionName
  readonly units: number
  readonly depth: number
  readonly words: number
}

/** Frame words of a memory word of so many codes. */
export function frameWordsOf(codes: number): number {
  return Math.ceil((codes * adapterCodeBits) / frameWordBits)
}

export function adapterRegions(sizes: AdapterSizes): readonly AdapterRegion[] {
  const { rank, units, columns, vectorLanes, lanes, codeDepth, scaleDepth, beats } = sizes
  const aUnits = columns * units
  const bLanes = columns * vectorLanes
  return [
    { name: 'a codes', units: aUnits, depth: codeDepth, words: frameWordsOf(lanes) },
    { name: 'a scales', units: aUnits, depth: scaleDepth, words: 1 },
    { name: 'b codes', units: bLanes, depth: beats, words: frameWordsOf(rank) },
    { name: 'b scales', units: bLanes, depth: beats, words: 1 },
  ]
}

export function adapterSizes(shape: ChipShape, placement: AdapterPlacement): AdapterSizes {
  const { columns, vectorLanes, lanes } = shape
  const { rank, units, codeDepth, scaleDepth, beats } = placement
  return { columns, vectorLanes, lanes, rank, units, codeDepth, scaleDepth, beats }
}

/** Frame words of an adapter. */
export function payloadWords(sizes: AdapterSizes): number {
  return adapterRegions(sizes).reduce(
    (sum, { units, depth, words }) => sum + units * depth * words,
    0,
  )
}

/** What the words 2 to 7 of a frame are for a chip: docs/adapters.md, section Loading. */
export function adapterHeader(shape: ChipShape, placement: AdapterPlacement): readonly number[] {
  const { layers, dim, hiddenDim, kvHeads, headSize } = shape
  const sizes = adapterSizes(shape, placement)
  return [
    placement.rank * 2 ** 16 + layers,
    dim,
    hiddenDim,
    kvHeads * headSize,
    layoutChecksum(shape, placement),
    payloadWords(sizes),
  ]
}

/** What a host must know of a chip to make frames for it, for `schedule.json`. */
export function describeAdapters(shape: ChipShape, placement: AdapterPlacement) {
  const { rank, units } = placement
  return {
    rank,
    units,
    /** Words 2 to 7 of a frame. */
    header: adapterHeader(shape, placement),
    regions: adapterRegions(adapterSizes(shape, placement)),
    layers: placement.layers,
    orders: placement.orders,
  }
}

/** CRC-32 over everything that decides where a number of an adapter lies. */
function layoutChecksum(shape: ChipShape, placement: AdapterPlacement): number {
  const { columns, hUnits, lUnits, vectorLanes, lanes, group, heads, kvHeads } = shape
  const layout = { columns, hUnits, lUnits, vectorLanes, lanes, group, heads, kvHeads, placement }
  return crc32(JSON.stringify(layout))
}
