import { float16ToNumber, isFiniteFloat16 } from '../common/float16.js'
import { groupedType } from './grouped-types.js'
import type { StoredType } from './stored-types.js'

/** Whole blocks of stored values to binary32; infinities and NaNs come out as such. */
export type ValueDecoder = (blocks: Uint8Array) => Float32Array

const plainDecoders: ReadonlyMap<string, ValueDecoder> = new Map([
  ['F32', decodeF32],
  ['F16', decodeF16],
  ['BF16', decodeBF16],
])

/** The types that `valueDecoder` knows. */
export const readableTypeNames = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'TQ1_0',
  'TQ2_0',
] as const

/** The decoder of a stored type; undefined for a type that is only listed. */
export function valueDecoder(type: StoredType): ValueDecoder | undefined {
  if (groupedType(type.name) !== undefined) return (blocks) => decodeGroups(type, blocks)
  return plainDecoders.get(type.name)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function decodeF32(blocks: Uint8Array): Float32Array {
  const view = viewOf(blocks)
  const values = new Float32Array(blocks.byteLength / 4)
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true)
  return values
}

function decodeF16(blocks: Uint8Array): Float32Array {
  const view = viewOf(blocks)
  const values = new Float32Array(blocks.byteLength / 2)
  for (let i = 0; i < values.length; i++) values[i] = float16OrNaN(view.getUint16(2 * i, true))
  return values
}

function decodeBF16(blocks: Uint8Array): Float32Array {
  const view = viewOf(blocks)
  const patterns = new Uint32Array(blocks.byteLength / 2)
  for (let i = 0; i < patterns.length; i++) patterns[i] = view.getUint16(2 * i, true) << 16
  return new Float32Array(patterns.buffer)
}

function decodeGroups(stored: StoredType, blocks: Uint8Array): Float32Array {
  const type = groupedType(stored.name)!
  const view = viewOf(blocks)
  const blockCount = blocks.byteLength / stored.blockBytes
  const values = new Float32Array(blockCount * type.group)
  for (let block = 0; block < blockCount; block++) {
    const blockAt = block * stored.blockBytes
    const scale = float16OrNaN(view.getUint16(blockAt + type.scaleAt, true))
    const offset =
      type.offsetAt === undefined ? 0 : float16OrNaN(view.getUint16(blockAt + type.offsetAt, true))
    const codes = type.codesOf(blocks, blockAt)
    for (let i = 0; i < codes.length; i++) {
      values[block * type.group + i] = scale * (codes[i]! - type.zeroPoint) + offset
    }
  }
  return values
}

function float16OrNaN(bits: number): number {
  return isFiniteFloat16(bits) ? float16ToNumber(bits) : Number.NaN
}
