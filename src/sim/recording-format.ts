import { createHash } from 'node:crypto'
import type { EmittedPort } from '../emit/emitted-design.js'
import type { RecordLayout } from './recording-layout.js'

/**
 * Frames between an engine and its simulator process, and in recordings. A frame is a sequence of
 * little-endian 32-bit words: the bytes that follow this word, the opcode, the payload. Values lie in
 * `ceil(width / 32)` words, records as `VectorBatch` says. `testbench/verilator/protocol.hpp` is the
 * other end.
 *
 * | opcode      | payload                                             | reply                    |
 * |-------------|-----------------------------------------------------|--------------------------|
 * | hello       | version, port hash (2), input words, output words   | sent first by the process |
 * | poke        | port, value                                         |                          |
 * | step        | clock port, cycles                                  |                          |
 * | peek        | port                                                | value                    |
 * | peekOutputs |                                                     | output record            |
 * | run         | clock port, cycles, input records                   | output records           |
 * | runUntil    | clock port, port, most cycles, value                | 1 when reached, cycles   |
 * | waveOpen    | depth (0: all), bytes of file and scope, their text | nothing                  |
 * | waveEnable  | 1 or 0                                              |                          |
 * | quit        |                                                     |                          |
 *
 * A reply is a `values` frame, or an `error` frame with a text (bytes, then the text, zero-padded).
 */
export const Opcode = {
  hello: 1,
  poke: 2,
  step: 3,
  peek: 4,
  peekOutputs: 5,
  run: 6,
  runUntil: 7,
  waveOpen: 8,
  waveEnable: 9,
  quit: 10,
  values: 32,
  error: 33,
} as const

export type Opcode = (typeof Opcode)[keyof typeof Opcode]

export const protocolVersion = 1

/** Words of a frame before its payload. */
export const frameHeaderWords = 2

/** First word of a recording: `RMLR`. */
export const recordingMagic = 0x524c_4d52

/** Magic, then the payload of a hello frame. */
export const recordingHeaderWords = 6

/** Payload of the hello frame, which a recording repeats after its magic. */
export function helloPayload(ports: readonly EmittedPort[], layout: RecordLayout): Uint32Array {
  const [low, high] = portTableHash(ports)
  return Uint32Array.of(protocolVersion, low, high, layout.inputWords, layout.outputWords)
}

/** First 64 bits of the SHA-256 of names, directions, widths, signs and roles of the ports. */
export function portTableHash(ports: readonly EmittedPort[]): [low: number, high: number] {
  const table = ports.map(({ name, direction, width, signed, role }) => [
    name,
    direction,
    width,
    signed,
    role,
  ])
  const digest = createHash('sha256').update(JSON.stringify(table)).digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)]
}

/** Frames collected for one write. */
export class FrameBuffer {
  /** Storage; valid until the next `append`, which may move it. */
  words = new Uint32Array(1024)
  private used = 0

  get byteLength(): number {
    return this.used * 4
  }

  /** Appends a frame and returns where in `words` its payload starts. */
  append(opcode: Opcode, payloadWords: number): number {
    const payload = this.used + frameHeaderWords
    const end = payload + payloadWords
    if (end > this.words.length) {
      const larger = new Uint32Array(Math.max(end, this.words.length * 2))
      larger.set(this.words.subarray(0, this.used))
      this.words = larger
    }
    this.words[this.used] = (1 + payloadWords) * 4
    this.words[this.used + 1] = opcode
    this.used = end
    return payload
  }

  /** The collected frames, without a copy; valid until the next `append` or `clear`. */
  bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, this.byteLength)
  }

  clear(): void {
    this.used = 0
  }
}
