import { InputError } from '../../common/input-error.js'

/** Bytes that are never used, so that no object has address 0. */
const reserved = 64
const largestMemory = 2 ** 32 - 65536

/** Hands out addresses of the linear memory, once each. */
export class Arena {
  #next = reserved

  /** Bytes handed out so far. */
  get size(): number {
    return this.#next
  }

  /**
   * @param alignment a power of two
   * @throws InputError when a design needs more than WebAssembly's 4 GiB
   */
  allocate(bytes: number, alignment: number): number {
    const address = Math.ceil(this.#next / alignment) * alignment
    if (address + bytes > largestMemory) {
      throw new InputError(
        'the design needs more than 4 GiB of simulator memory',
        {},
        'use the verilator engine, or simulate a smaller part',
      )
    }
    this.#next = address + bytes
    return address
  }
}

/** Bytes in which a value is stored: 1, 2, 4 or 8, and whole 64-bit limbs above 64 bits. */
export function storedBytes(width: number): number {
  if (width <= 8) return 1
  if (width <= 16) return 2
  if (width <= 32) return 4
  return 8 * limbs(width)
}

/** 64-bit limbs of a value. */
export function limbs(width: number): number {
  return Math.ceil(width / 64)
}

/** Reads over the end of a value by unaligned 64-bit loads stay within this many bytes. */
export const overread = 8
