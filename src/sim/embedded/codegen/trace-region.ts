import { type Arena, storedBytes } from '../arena.js'
import type { Graph, ValueId } from '../graph/graph.js'
import { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { Simd } from '../wasm/simd-opcodes.js'

export const traceBlockBytes = 16
/** A record is a 32-bit number: an event when it is negative, otherwise a block, whose bytes follow. */
const recordBytes = 4 + traceBlockBytes
const smallestBuffer = 1 << 20

/**
 * The traced values side by side, zero-extended in their own bytes, a copy as of the last sample, and a
 * buffer of records of what has changed since.
 */
export interface TraceRegion {
  readonly address: number
  /** Whole blocks. */
  readonly bytes: number
  readonly copy: number
  readonly buffer: number
  readonly bufferBytes: number
  /** Address of the 32-bit address at which the next record goes. */
  readonly end: number
  /** Of each value, from `address` on. */
  readonly offsets: ReadonlyMap<ValueId, number>
}

/** Events in the record buffer. */
export const TraceEvent = {
  /** Inputs have settled and all clocks are low. */
  low: -1,
  /** The clock has risen and registers have changed. */
  high: (clock: number) => -2 - clock,
} as const

export function layoutTrace(graph: Graph, arena: Arena, values: readonly ValueId[]): TraceRegion {
  const sizes = new Map(values.map((value) => [value, storedBytes(graph.widths[value]!)]))
  const sorted = [...sizes].sort(([, a], [, b]) => b - a)
  const offsets = new Map<ValueId, number>()
  let used = 0
  for (const [value, size] of sorted) {
    offsets.set(value, used)
    used += size
  }
  const bytes = Math.ceil(used / traceBlockBytes) * traceBlockBytes
  const bufferBytes = Math.max(smallestBuffer, 2 * worstSample(bytes))
  return {
    address: arena.allocate(bytes + traceBlockBytes, 16),
    copy: arena.allocate(bytes, 16),
    buffer: arena.allocate(bufferBytes, 16),
    bufferBytes,
    end: arena.allocate(4, 4),
    bytes,
    offsets,
  }
}

function worstSample(bytes: number): number {
  return 4 + (bytes / traceBlockBytes) * recordBytes
}

/**
 * A function (event) that appends an event and the blocks that differ from the copy, and updates the copy.
 * @param flush index of the imported function (end) that empties the buffer
 */
export function emitTraceSample(region: TraceRegion, flush: number): FunctionWriter {
  const writer = new FunctionWriter([Type.i32], [])
  const [event, end, at, block] = [
    0,
    writer.declareLocal(Type.i32),
    writer.declareLocal(Type.i32),
    writer.declareLocal(Type.v128),
  ]
  writer.i32Const(0)
  writer.access(Op.i32Load, region.end)
  writer.tee(end)
  writer.i32Const(region.buffer + region.bufferBytes - worstSample(region.bytes))
  writer.op(Op.i32GtU)
  writer.open(Op.if)
  writer.get(end)
  writer.call(flush)
  writer.i32Const(region.buffer)
  writer.set(end)
  writer.end()
  writer.get(end)
  writer.get(event)
  writer.access(Op.i32Store, 0)
  advance(writer, end, 4)
  if (region.bytes > 0) {
    writer.open(Op.loop)
    writer.get(at)
    writer.simdAccess(Simd.load, region.address)
    writer.tee(block)
    writer.get(at)
    writer.simdAccess(Simd.load, region.copy)
    writer.simd(Simd.xor)
    writer.simd(Simd.anyTrue)
    writer.open(Op.if)
    writer.get(at)
    writer.get(block)
    writer.simdAccess(Simd.store, region.copy)
    writer.get(end)
    writer.get(at)
    writer.access(Op.i32Store, 0)
    writer.get(end)
    writer.get(block)
    writer.simdAccess(Simd.store, 4)
    advance(writer, end, recordBytes)
    writer.end()
    advance(writer, at, traceBlockBytes)
    writer.get(at)
    writer.i32Const(region.bytes)
    writer.op(Op.i32LtU)
    writer.branch(Op.brIf, 0)
    writer.end()
  }
  writer.i32Const(0)
  writer.get(end)
  writer.access(Op.i32Store, region.end)
  return writer
}

function advance(writer: FunctionWriter, local: number, bytes: number): void {
  writer.get(local)
  writer.i32Const(bytes)
  writer.op(Op.i32Add)
  writer.set(local)
}
