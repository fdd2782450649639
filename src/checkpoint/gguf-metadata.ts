import type { ByteCursor } from './byte-cursor.js'

/** An array in the metadata, left in the file. */
export interface GgufArray {
  readonly elementType: string
  readonly count: number
  /** Position of the first element in the file. */
  readonly offset: number
}

export type GgufValue = number | boolean | string | GgufArray

/** Metadata by key. 64-bit integers beyond 2^53 are rounded, which no key that is used here comes near. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>

interface ScalarType {
  readonly name: string
  readonly bytes: number
  readonly read: (buffer: Buffer) => number
}

/** Source: `enum gguf_metadata_value_type` in ggml's `docs/gguf.md`. */
const scalarTypes: ReadonlyMap<number, ScalarType> = new Map([
  [0, { name: 'u8', bytes: 1, read: (buffer: Buffer) => buffer.readUInt8() }],
  [1, { name: 'i8', bytes: 1, read: (buffer: Buffer) => buffer.readInt8() }],
  [2, { name: 'u16', bytes: 2, read: (buffer: Buffer) => buffer.readUInt16LE() }],
  [3, { name: 'i16', bytes: 2, read: (buffer: Buffer) => buffer.readInt16LE() }],
  [4, { name: 'u32', bytes: 4, read: (buffer: Buffer) => buffer.readUInt32LE() }],
  [5, { name: 'i32', bytes: 4, read: (buffer: Buffer) => buffer.readInt32LE() }],
  [6, { name: 'f32', bytes: 4, read: (buffer: Buffer) => buffer.readFloatLE() }],
  [7, { name: 'bool', bytes: 1, read: (buffer: Buffer) => buffer.readUInt8() }],
  [10, { name: 'u64', bytes: 8, read: (buffer: Buffer) => Number(buffer.readBigUInt64LE()) }],
  [11, { name: 'i64', bytes: 8, read: (buffer: Buffer) => Number(buffer.readBigInt64LE()) }],
  [12, { name: 'f64', bytes: 8, read: (buffer: Buffer) => buffer.readDoubleLE() }],
])
const BOOL = 7
const STRING = 8
const ARRAY = 9

/** Bytes of the smallest pair: a key of one byte, its type and a value of one byte. */
export const SMALLEST_PAIR = 8 + 1 + 4 + 1

/** Reads `count` key-value pairs; arrays are stepped over. @throws InputError for malformed pairs and repeated keys. */
export async function readMetadata(cursor: ByteCursor, count: number): Promise<GgufMetadata> {
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < count; i++) {
    const offset = cursor.position
    const key = await cursor.string(`metadata key ${i}`)
    if (key === '') throw cursor.error('the key is empty', offset, `metadata key ${i}`)
    if (metadata.has(key)) throw cursor.error('the key is used twice', offset, key)
    metadata.set(key, await readValue(cursor, key))
  }
  return metadata
}

async function readValue(cursor: ByteCursor, key: string): Promise<GgufValue> {
  const typeOffset = cursor.position
  const type = await cursor.u32(key)
  if (type === STRING) return cursor.string(key)
  if (type === ARRAY) return readArray(cursor, key)
  const scalar = scalarTypes.get(type)
  if (scalar === undefined) throw cursor.error(`unknown value type ${type}`, typeOffset, key)
  const valueOffset = cursor.position
  const value = scalar.read(await cursor.take(scalar.bytes, key))
  if (type !== BOOL) return value
  if (value > 1) throw cursor.error(`${value} is no boolean`, valueOffset, key)
  return value === 1
}

async function readArray(cursor: ByteCursor, key: string): Promise<GgufArray> {
  const typeOffset = cursor.position
  const type = await cursor.u32(key)
  const count = await cursor.u64(key)
  const offset = cursor.position
  if (type === STRING) {
    await cursor.skipStrings(count, key)
    return { elementType: 'string', count, offset }
  }
  const scalar = scalarTypes.get(type)
  if (scalar === undefined) {
    const what = type === ARRAY ? 'an array of arrays' : `unknown element type ${type}`
    throw cursor.error(what, typeOffset, key)
  }
  cursor.skip(count * scalar.bytes, key)
  return { elementType: scalar.name, count, offset }
}
