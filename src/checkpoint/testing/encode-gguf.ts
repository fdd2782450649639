import { encodeF32 } from './encode-values.js'

export type GgufField =
  | readonly [key: string, type: 'u32' | 'i32' | 'f32' | 'u64' | 'bool', value: number]
  | readonly [key: string, type: 'string', value: string]
  | readonly [key: string, type: 'strings', value: readonly string[]]
  | readonly [key: string, type: 'f32s' | 'i32s', value: readonly number[]]
  | readonly [key: string, type: 'raw', value: Buffer]

export interface GgufTensor {
  readonly name: string
  /** Row length first, as GGUF has it. */
  readonly dims: readonly (number | bigint)[]
  readonly type: number
  readonly data: Buffer
  /** Instead of the next free offset. */
  readonly offset?: number | bigint
}

export interface GgufFile {
  readonly fields: readonly GgufField[]
  readonly tensors: readonly GgufTensor[]
  readonly version?: number
  /** Instead of the true counts. */
  readonly tensorCount?: bigint
  readonly fieldCount?: bigint
  readonly alignment?: number
}

/** A GGUF file; nothing is checked, so that it can be as wrong as a test wants. */
export function encodeGguf(file: GgufFile): Buffer {
  const alignment = file.alignment ?? 32
  const parts = [
    Buffer.from('GGUF'),
    u32(file.version ?? 3),
    u64(file.tensorCount ?? file.tensors.length),
    u64(file.fieldCount ?? file.fields.length),
    ...file.fields.map(encodeField),
  ]
  const bodies: Buffer[] = []
  let offset = 0
  for (const { name, dims, type, data, offset: forced } of file.tensors) {
    parts.push(ggufString(name), u32(dims.length), ...dims.map(u64), u32(type))
    parts.push(u64(forced ?? offset))
    bodies.push(padded(data, alignment))
    offset += bodies.at(-1)!.length
  }
  return Buffer.concat([padded(Buffer.concat(parts), alignment), ...bodies])
}

/** A string with its length, as GGUF has it. */
export function ggufString(text: string): Buffer {
  const encoded = Buffer.from(text)
  return Buffer.concat([u64(encoded.length), encoded])
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}

export function u64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return buffer
}

function encodeField(field: GgufField): Buffer {
  const key = ggufString(field[0])
  switch (field[1]) {
    case 'u32':
      return Buffer.concat([key, u32(4), u32(field[2])])
    case 'i32':
      return Buffer.concat([key, u32(5), u32(field[2] >>> 0)])
    case 'f32':
      return Buffer.concat([key, u32(6), encodeF32([field[2]])])
    case 'bool':
      return Buffer.concat([key, u32(7), Buffer.of(field[2])])
    case 'string':
      return Buffer.concat([key, u32(8), ggufString(field[2])])
    case 'u64':
      return Buffer.concat([key, u32(10), u64(field[2])])
    case 'strings':
      return Buffer.concat([key, arrayHead(8, field[2].length), ...field[2].map(ggufString)])
    case 'f32s':
      return Buffer.concat([key, arrayHead(6, field[2].length), encodeF32(field[2])])
    case 'i32s':
      return Buffer.concat([
        key,
        arrayHead(5, field[2].length),
        ...field[2].map((value) => u32(value >>> 0)),
      ])
    case 'raw':
      return Buffer.concat([key, field[2]])
  }
}

function arrayHead(elementType: number, count: number): Buffer {
  return Buffer.concat([u32(9), u32(elementType), u64(count)])
}

function padded(bytes: Buffer, alignment: number): Buffer {
  const length = Math.ceil(bytes.length / alignment) * alignment
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])
}
