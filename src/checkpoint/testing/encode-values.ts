import { numberToFloat16 } from '../../common/float16.js'

/** Little-endian binary32 values. */
export function encodeF32(values: Iterable<number>): Buffer {
  return encode([...values], 4, (buffer, value, at) => buffer.writeFloatLE(value, at))
}

/** Little-endian binary16 values. */
export function encodeF16(values: Iterable<number>): Buffer {
  return encode([...values], 2, (buffer, value, at) =>
    buffer.writeUInt16LE(numberToFloat16(value), at),
  )
}

/** Little-endian bfloat16: the upper half of binary32, without rounding. */
export function encodeBF16(values: Iterable<number>): Buffer {
  const upper = (value: number) => new Uint16Array(Float32Array.of(value).buffer)[1]!
  return encode([...values], 2, (buffer, value, at) => buffer.writeUInt16LE(upper(value), at))
}

/** One block of Q4_0: scale pattern and 32 codes of 0..15. */
export function encodeQ4_0Block(scale: number, codes: ArrayLike<number>): Buffer {
  return Buffer.concat([uint16(scale), nibbles(codes)])
}

/** One block of Q4_1: scale and offset patterns and 32 codes of 0..15. */
export function encodeQ4_1Block(scale: number, offset: number, codes: ArrayLike<number>): Buffer {
  return Buffer.concat([uint16(scale), uint16(offset), nibbles(codes)])
}

/** One block of Q8_0: scale pattern and 32 codes of -128..127. */
export function encodeQ8_0Block(scale: number, codes: ArrayLike<number>): Buffer {
  return Buffer.concat([uint16(scale), Buffer.from(Int8Array.from(codes).buffer)])
}

function nibbles(codes: ArrayLike<number>): Buffer {
  return Buffer.from(Array.from({ length: 16 }, (_, i) => codes[i]! | (codes[i + 16]! << 4)))
}

function uint16(value: number): Buffer {
  return encode([value], 2, (buffer, pattern, at) => buffer.writeUInt16LE(pattern, at))
}

function encode(
  values: readonly number[],
  bytes: number,
  write: (buffer: Buffer, value: number, at: number) => void,
): Buffer {
  const buffer = Buffer.alloc(values.length * bytes)
  for (const [i, value] of values.entries()) write(buffer, value, i * bytes)
  return buffer
}
