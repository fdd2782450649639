import { createHash } from 'node:crypto'

/** Typed arrays that hold one word an element. */
export type WordArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | readonly number[]
  | readonly bigint[]

/**
 * The contents of a ROM or the initial contents of a memory: `depth` words of `width` bits, stored once,
 * packed into `ceil(width / 8)` little-endian bytes a word, and named by their SHA-256.
 */
export class RomContents {
  readonly bytesPerWord: number
  readonly #bytes: Uint8Array | undefined
  #hash: string | undefined

  private constructor(
    readonly width: number,
    readonly depth: number,
    bytes: Uint8Array | undefined,
  ) {
    this.bytesPerWord = Math.ceil(width / 8)
    this.#bytes = bytes
  }

  /**
   * Contents of which only the shape is known, for a ROM in the form of a macro.
   *
   * @throws RangeError when there is no width or no word
   */
  static placeholder(width: number, depth: number): RomContents {
    checkShape(width, depth)
    return new RomContents(width, depth, undefined)
  }

  get isPlaceholder(): boolean {
    return this.#bytes === undefined
  }

  /**
   * `depth * bytesPerWord` bytes; bits above `width` are zero.
   *
   * @throws RangeError for a placeholder
   */
  get bytes(): Uint8Array {
    if (this.#bytes === undefined) {
      throw new RangeError(`the ROM of ${this.depth} words of ${this.width} bits is a placeholder`)
    }
    return this.#bytes
  }

  /**
   * @param words one element a word, each in 0..2^width - 1
   * @throws RangeError when the width is none, there are no words, or a word does not fit or is no
   *   integer, naming its address
   */
  static fromWords(width: number, words: WordArray): RomContents {
    checkShape(width, words.length)
    const bytesPerWord = Math.ceil(width / 8)
    const bytes = new Uint8Array(words.length * bytesPerWord)
    for (let address = 0; address < words.length; address++) {
      const given = words[address]!
      if (typeof given === 'number' && !Number.isSafeInteger(given)) {
        throw new RangeError(`word ${given} at address ${address} is no exact integer`)
      }
      let word = BigInt(given)
      if (word < 0n || word >> BigInt(width) !== 0n) {
        throw new RangeError(`word ${word} at address ${address} does not fit in ${width} bits`)
      }
      for (let byte = 0; byte < bytesPerWord; byte++) {
        bytes[address * bytesPerWord + byte] = Number(word & 0xffn)
        word >>= 8n
      }
    }
    return new RomContents(width, words.length, bytes)
  }

  /**
   * @param bytes `depth * ceil(width / 8)` bytes, little-endian words
   * @throws RangeError when the length does not divide or a bit above `width` is set
   */
  static fromBytes(width: number, bytes: Uint8Array): RomContents {
    checkShape(width, bytes.length)
    const bytesPerWord = Math.ceil(width / 8)
    if (bytes.length % bytesPerWord !== 0) {
      throw new RangeError(`${bytes.length} bytes are no whole number of ${width}-bit words`)
    }
    const spareBits = bytesPerWord * 8 - width
    if (spareBits > 0) {
      for (let last = bytesPerWord - 1; last < bytes.length; last += bytesPerWord) {
        if (bytes[last]! >> (8 - spareBits) !== 0) {
          const address = (last + 1) / bytesPerWord - 1
          throw new RangeError(`the word at address ${address} does not fit in ${width} bits`)
        }
      }
    }
    return new RomContents(width, bytes.length / bytesPerWord, bytes)
  }

  /** Bits of an address: `ceil(log2(depth))`, at least 1. */
  get addressWidth(): number {
    return Math.max(1, Math.ceil(Math.log2(this.depth)))
  }

  /** The word at an address; 0 beyond `depth`, as the hardware reads it. */
  word(address: number): bigint {
    if (address >= this.depth) return 0n
    let word = 0n
    for (let byte = this.bytesPerWord - 1; byte >= 0; byte--) {
      word = (word << 8n) | BigInt(this.bytes[address * this.bytesPerWord + byte]!)
    }
    return word
  }

  /** One bit of a word; 0 beyond `depth`. */
  bit(address: number, bit: number): 0 | 1 {
    if (address >= this.depth) return 0
    const byte = this.bytes[address * this.bytesPerWord + (bit >> 3)]!
    return ((byte >> (bit & 7)) & 1) as 0 | 1
  }

  /** The same contents with one bit inverted. @throws RangeError when there is no such bit */
  withFlippedBit(address: number, bit: number): RomContents {
    const isBit = 0 <= address && address < this.depth && 0 <= bit && bit < this.width
    if (!isBit) throw new RangeError(`there is no bit ${bit} of word ${address}`)
    const bytes = Uint8Array.from(this.bytes)
    bytes[address * this.bytesPerWord + (bit >> 3)]! ^= 1 << (bit & 7)
    return new RomContents(this.width, this.depth, bytes)
  }

  /** SHA-256 over width, depth and bytes, in hexadecimal. */
  get hash(): string {
    this.#hash ??= createHash('sha256')
      .update(`${this.width}x${this.depth}:`)
      .update(this.#bytes ?? 'placeholder')
      .digest('hex')
    return this.#hash
  }
}

function checkShape(width: number, length: number): void {
  if (!Number.isInteger(width) || width < 1) throw new RangeError(`${width} is no width`)
  if (length === 0) throw new RangeError('there is no word')
}
