import type { ValueId, ValueOp } from '../graph/graph.js'

export type PackId = number

/** What a vector operation reads: another pack, or one scalar value in all lanes. */
export type PackOperand = { readonly pack: PackId } | { readonly uniform: ValueId }

export type PackOp =
  | Exclude<ValueOp, 'input' | 'const' | 'romRead' | 'memoryWord' | 'index'>
  /** A different constant in every lane. */
  | 'constants'
  /** Bits of the words of one ROM a lane, all at the same address. */
  | 'romBits'
  /** Scalar values brought together. */
  | 'gathered'

/** Bits of a ROM word. */
export interface RomBits {
  readonly rom: number
  readonly low: number
}

/** One value a lane, computed by vector operations. */
export interface Pack {
  readonly op: PackOp
  readonly width: number
  /** The value of each lane; lanes may hold the same value. */
  readonly values: Int32Array
  readonly operands: readonly PackOperand[]
  /** `slice`: lowest bit. */
  readonly payload: number
  /** `romBits`: by lane. */
  readonly romBits?: readonly RomBits[]
  /** Index into {@link Packs.groups}. */
  readonly group: number
}

/** Packs with equally many lanes; the lanes are computed in chunks that fill vectors. */
export interface LaneGroup {
  readonly lanes: number
  readonly lanesPerChunk: number
  readonly chunks: number
}

export interface Packs {
  readonly groups: readonly LaneGroup[]
  readonly list: readonly Pack[]
  /** The pack whose vector operation computes a value, or -1. */
  readonly packOf: Int32Array
  readonly laneOf: Int32Array
  /** Next values of packs of registers, where those are a pack or uniform themselves. */
  readonly nexts: ReadonlyMap<PackId, PackOperand>
}

/** A group of lanes: chunks of 16, or fewer lanes when those would leave much empty. */
export function laneGroup(lanes: number): LaneGroup {
  const fits = [16, 8, 4].find((size) => Math.ceil(lanes / size) * size <= lanes * 1.25)
  const lanesPerChunk = fits ?? (lanes > 4 ? 8 : 4)
  return { lanes, lanesPerChunk, chunks: Math.ceil(lanes / lanesPerChunk) }
}

/** No packs: everything is scalar. */
export function noPacks(graphSize: number): Packs {
  const none = new Int32Array(graphSize).fill(-1)
  return { groups: [], list: [], packOf: none, laneOf: none, nexts: new Map() }
}

/** Packs that are read from where they lie, without a computation. */
export function isSource({ op }: Pack): boolean {
  return op === 'register' || op === 'gathered' || op === 'constants' || op === 'romBits'
}

/** Vectors of 128 bits that hold one chunk of a pack; a part of one when the lanes are few. */
export function vectorsPerChunk({ lanesPerChunk }: LaneGroup, laneBits: number): number {
  return Math.max(1, (lanesPerChunk * laneBits) / 128)
}
