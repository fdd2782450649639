import { adapterCodeBits, frameWordBits, frameWordsOf } from '../../src/compiler/adapter-layout.js'
import type { InnerPorts, ModuleBuilder, UInt } from '../../src/hdl/index.js'
import { pack, uint, vec } from '../../src/hdl/index.js'
import { scaleBits } from '../l-unit/weights.js'
import type { memoryLoadPorts } from './load-ports.js'
import { adapterSlots } from './parameters.js'

/** Sizes of an adapter memory: codes of 8 bits, `codes` a word. */
export interface AdapterMemoryShape {
  readonly codes: number
  readonly codeDepth: number
  readonly scaleDepth: number
}

/** Codes and scales of both slots, each read one clock edge after its address; loaded a frame word at a time. */
export function adapterMemory(
  m: ModuleBuilder,
  shape: AdapterMemoryShape,
  load: InnerPorts<ReturnType<typeof memoryLoadPorts>>,
  addresses: { readonly code: UInt; readonly scale: UInt },
): { readonly codeWord: UInt; readonly scaleWord: UInt } {
  const width = shape.codes * adapterCodeBits
  const words = frameWordsOf(shape.codes)
  const part = Math.min(width, frameWordBits)
  const codes = m.memory('codes', vec(uint(part), words), {
    depth: adapterSlots * shape.codeDepth,
    ...(words > 1 ? { laneWidth: part } : {}),
  })
  const scales = m.memory('scales', uint(scaleBits), { depth: adapterSlots * shape.scaleDepth })
  const data = load.write_data_i.bits(part - 1, 0)
  m.when(load.code_write_i, () => {
    const all = Array.from({ length: words }, () => data)
    if (words === 1) {
      m.unused(load.write_word_i)
      codes.write(load.code_write_address_i, all)
    } else {
      const mask = uint(words).literal(1).shiftLeft(load.write_word_i)
      codes.write(load.code_write_address_i, all, { mask })
    }
  })
  m.when(load.scale_write_i, () =>
    scales.write(load.scale_write_address_i, load.write_data_i.bits(scaleBits - 1, 0)),
  )
  if (part < frameWordBits) m.unused(load.write_data_i)
  return {
    codeWord: pack(codes.read('code_word', addresses.code)),
    scaleWord: scales.read('scale_word', addresses.scale),
  }
}
