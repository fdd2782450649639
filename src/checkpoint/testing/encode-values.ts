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

/** One block of TQ2_0: 256 codes of 0..3, and the scale's pattern. */
export function encodeTq2Block(scale: number, codes: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(64)
  for (let half = 0; half < 2; half++) {
    for (let quarter = 0; quarter < 4; quarter++) {
      for (let m = 0; m < 32; m++) {
        bytes[32 * half + m]! |= codes[128 * half + 32 * quarter + m]! << (2 * quarter)
      }
    }
  }
  return Buffer.concat([bytes, uint16(scale)])
}

/** One block of TQ1_0: 256 codes of 0..2, and the scale's pattern. */
export function encodeTq1Block(scale: number, codes: ArrayLike<number>): Buffer {
  const bytes: number[] = []
  for (const [first, count, trits] of [
    [0, 32, 5],
    [160, 16, 5],
    [240, 4, 4],
  ] as const) {
    for (let m = 0; m < count; m++) {
      const digits = Array.from({ length: 5 }, (_, n) =>
        n < trits ? codes[first + count * n + m]! : 0,
      )
      const number = digits.reduce((sum, digit) => 3 * sum + digit, 0)
      bytes.push(Math.ceil((number * 256) / 243))
    }
  }
  return Buffer.concat([Buffer.from(bytes), uint16(scale)])
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
