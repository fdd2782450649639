import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { InputError } from '../common/input-error.js'
import type { EmittedPort } from '../emit/emitted-design.js'
import {
  frameHeaderWords,
  helloPayload,
  recordingHeaderWords,
  recordingMagic,
} from './recording-format.js'
import { recordLayout } from './recording-layout.js'

/** One frame of a recording. */
export interface RecordedFrame {
  readonly opcode: number
  readonly payload: Uint32Array
}

/** Reads a recording frame by frame; memory is that of the largest frame. */
export class RecordingReader {
  private readonly descriptor: number
  private readonly size: number
  private position = 0

  /** @throws InputError when the file is no recording, or one of other ports. */
  constructor(
    private readonly file: string,
    ports: readonly EmittedPort[],
  ) {
    try {
      this.descriptor = openSync(file, 'r')
    } catch (error) {
      throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
    }
    this.size = fstatSync(this.descriptor).size
    try {
      this.expectHeader(helloPayload(ports, recordLayout(ports)))
    } catch (error) {
      this.close()
      throw error
    }
  }

  /**
   * The next frame; undefined at the end. A frame cut off there, by a recorder that was killed, is the
   * end too.
   *
   * @throws InputError when the file is damaged.
   */
  next(): RecordedFrame | undefined {
    const header = this.read(frameHeaderWords)
    if (header === undefined) return undefined
    const [bytes, opcode] = header
    if (bytes! < 4 || bytes! % 4 !== 0) {
      throw new InputError(`broken frame of ${bytes} bytes`, {
        file: this.file,
        offset: this.position - 4 * frameHeaderWords,
      })
    }
    const payload = this.read(bytes! / 4 - 1)
    return payload === undefined ? undefined : { opcode: opcode!, payload }
  }

  close(): void {
    closeSync(this.descriptor)
  }

  private expectHeader(expected: Uint32Array): void {
    const header = this.read(recordingHeaderWords)
    if (header?.[0] !== recordingMagic) throw new InputError('not a recording', { file: this.file })
    if (header[1] !== expected[0]) {
      throw new InputError(`recording of version ${header[1]}; ${expected[0]} is expected`, {
        file: this.file,
      })
    }
    if (expected.some((word, index) => word !== header[1 + index])) {
      throw new InputError(
        'recorded with other ports than those of the design',
        { file: this.file },
        'replay it on the design that it was recorded from',
      )
    }
  }

  /** Undefined when the file ends before. */
  private read(words: number): Uint32Array | undefined {
    const bytes = 4 * words
    if (this.position + bytes > this.size) {
      this.position = this.size
      return undefined
    }
    const target = new Uint32Array(words)
    for (let done = 0; done < bytes; ) {
      const rest = new Uint8Array(target.buffer, done)
      const count = readSync(this.descriptor, rest, 0, rest.length, this.position + done)
      if (count === 0) return undefined
      done += count
    }
    this.position += bytes
    return target
  }
}
