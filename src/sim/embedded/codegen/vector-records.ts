import { storedBytes } from '../arena.js'
import { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import type { ModuleContext } from './module-context.js'

/** A function (address) that sets the inputs from the words of a stimulus record. */
export function emitRecordReader({ program, storage }: ModuleContext): FunctionWriter {
  const writer = new FunctionWriter([Type.i32], [])
  let offset = 0
  program.design.inputs.forEach(({ width, role }, index) => {
    if (role === 'clock') return
    const words = Math.ceil(width / 32)
    for (let word = 0; word < words; word++) {
      const bits = Math.min(32, width - 32 * word)
      writer.i32Const(0)
      writer.get(0)
      writer.access(Op.i32Load, offset)
      if (bits < 32) {
        writer.i32Const(2 ** bits - 1)
        writer.op(Op.i32And)
      }
      const store = { 1: Op.i32Store8, 2: Op.i32Store16 }[storedBytes(width)] ?? Op.i32Store
      writer.access(store, storage.inputs[index]! + 4 * word)
      offset += 4
    }
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
