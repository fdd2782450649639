import { storedBytes } from '../arena.js'
import type { Program } from '../graph/program.js'
import { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { Simd } from '../wasm/simd-opcodes.js'
import type { ModuleContext } from './module-context.js'

/** 32-bit words of one record of a vector batch. */
export function recordWords({ design }: Program, side: 'inputs' | 'outputs'): number {
  let words = 0
  for (const port of design[side]) {
    if (!('role' in port) || port.role !== 'clock') words += Math.ceil(port.width / 32)
  }
  return words
}

/**
 * A function (address) that sets the inputs from the words of a stimulus record. Wide inputs are moved by
 * vectors: slices that are read soon afterwards then find their bytes in one store.
 */
export function emitRecordReader({ program, storage }: ModuleContext): FunctionWriter {
  const writer = new FunctionWriter([Type.i32], [])
  let offset = 0
  program.design.inputs.forEach(({ width, role }, index) => {
    if (role === 'clock') return
    const target = storage.inputs[index]!
    let low = 0
    for (; low + 128 <= width; low += 128) {
      writer.i32Const(0)
      writer.get(0)
      writer.simdAccess(Simd.load, offset + low / 8)
      writer.simdAccess(Simd.store, target + low / 8)
    }
    for (; low < width; low += 32) {
      const bits = Math.min(32, width - low)
      writer.i32Const(0)
      writer.get(0)
      writer.access(Op.i32Load, offset + low / 8)
      if (bits < 32) {
        writer.i32Const(2 ** bits - 1)
        writer.op(Op.i32And)
      }
      const store = { 1: Op.i32Store8, 2: Op.i32Store16 }[storedBytes(width)] ?? Op.i32Store
      writer.access(store, target + low / 8)
    }
    offset += 4 * Math.ceil(width / 32)
  })
  return writer
}

/** A function (address) that writes the outputs into a result record. */
export function emitRecordWriter(context: ModuleContext): FunctionWriter {
  const writer = new FunctionWriter([Type.i32], [])
  let offset = 0
  for (const value of context.program.outputs) {
    const width = context.graph.widths[value]!
    const address = context.peekAddress(value)
    const load = { 1: Op.i32Load8U, 2: Op.i32Load16U }[storedBytes(width)] ?? Op.i32Load
    for (let word = 0; word < Math.ceil(width / 32); word++) {
      writer.get(0)
      writer.i32Const(0)
      writer.access(load, address + 4 * word)
      writer.access(Op.i32Store, offset)
      offset += 4
    }
  }
  return writer
}
