import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import type { FileBytes } from './file-bytes.js'

const WINDOW_BYTES = 2 ** 16

/** Longest string that is taken into memory: tokens, keys, names and templates of real files are far shorter. */
const LONGEST_STRING = 2 ** 20

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a header from front to back through one small window. `field` names what is read, for messages. */
export class ByteCursor {
  private window: Buffer = Buffer.alloc(0)
  private windowStart = 0

  /** @param position byte of the file where the cursor starts. */
  constructor(
    readonly bytes: FileBytes,
    public position: number,
  ) {}

  get remaining(): number {
    return this.bytes.size - this.position
  }

  /** The next `length` bytes; the view is good until the next call. */
  async take(length: number, field: string): Promise<Buffer> {
    if (!this.isBuffered(length)) await this.fill(length, field)
    const at = this.position - this.windowStart
    this.position += length
    return this.window.subarray(at, at + length)
  }

  async u32(field: string): Promise<number> {
    return (await this.take(4, field)).readUInt32LE()
  }

  /** A 64-bit count, length or offset. @throws InputError from 2^53 on. */
  async u64(field: string): Promise<number> {
    const offset = this.position
    return this.safeNumber((await this.take(8, field)).readBigUInt64LE(), offset, field)
  }

  /** A UTF-8 string of at most 2^20 bytes. */
  async string(field: string): Promise<string> {
    const offset = this.position
    const length = await this.u64(`length of ${field}`)
    if (length > LONGEST_STRING) {
      throw this.error(`string of ${length} bytes, more than ${LONGEST_STRING}`, offset, field)
    }
    const encoded = await this.take(length, field)
    try {
      return utf8.decode(encoded)
    } catch {
      throw this.error('string is not UTF-8', offset, field)
    }
  }

  /** Steps over bytes without reading them. */
  skip(length: number, field: string): void {
    if (length > this.remaining) {
      throw this.error(
        `${length} bytes do not fit in the ${this.remaining} that the file has left`,
        this.position,
        field,
      )
    }
    this.position += length
  }

  /** Steps over strings; only their lengths are read. */
  async skipStrings(count: number, field: string): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (!this.isBuffered(8)) await this.fill(8, field)
      const offset = this.position
      const length = this.window.readBigUInt64LE(offset - this.windowStart)
      this.position += 8
      this.skip(this.safeNumber(length, offset, field), field)
    }
  }

  /** An `InputError` at a byte of this file. */
  error(problem: string, offset: number, field: string, hint?: string): InputError {
    return new InputError(problem, { file: this.bytes.path, offset, field: printable(field) }, hint)
  }

  private isBuffered(length: number): boolean {
    const at = this.position - this.windowStart
    return at >= 0 && at + length <= this.window.length
  }

  private async fill(length: number, field: string): Promise<void> {
    const wanted = Math.max(length, Math.min(WINDOW_BYTES, this.remaining))
    this.window = await this.bytes.read(this.position, wanted, field)
    this.windowStart = this.position
  }

  private safeNumber(value: bigint, offset: number, field: string): number {
    if (value > Number.MAX_SAFE_INTEGER) throw this.error(`${value} is absurd`, offset, field)
    return Number(value)
  }
}
