import type { Arena } from './arena.js'
import { readPattern, writePattern } from './patterns.js'
import { createMemory, type WasmMemory } from './wasm/runtime.js'

const pageBytes = 65536

/** The WebAssembly memory of a simulation; grows with its arena. */
export class LinearMemory {
  readonly memory: WasmMemory
  #bytes: Uint8Array
  #words: Uint32Array
  #buffer = { address: 0, bytes: 0 }

  constructor(readonly arena: Arena) {
    this.memory = createMemory(Math.ceil(arena.size / pageBytes))
    this.#bytes = new Uint8Array(this.memory.buffer)
    this.#words = new Uint32Array(this.memory.buffer)
  }

  /** The memory as little-endian 32-bit words; valid until the memory grows. */
  get words(): Uint32Array {
    return this.#words
  }

  /** The memory as bytes; valid until the memory grows. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Grows to what the arena has handed out. */
  reserve(): void {
    const missing = this.arena.size - this.#bytes.length
    if (missing <= 0) return
    this.memory.grow(Math.ceil(missing / pageBytes))
    this.#bytes = new Uint8Array(this.memory.buffer)
    this.#words = new Uint32Array(this.memory.buffer)
  }

  /** Address of a scratch buffer of at least so many bytes, the same one at every call. */
  buffer(bytes: number): number {
    if (this.#buffer.bytes < bytes) {
      this.#buffer = { address: this.arena.allocate(bytes, 16), bytes }
      this.reserve()
    }
    return this.#buffer.address
  }

  write(address: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, address)
  }

  writePattern(address: number, bytes: number, pattern: bigint): void {
    writePattern(this.#bytes, address, bytes, pattern)
  }

  readPattern(address: number, bytes: number): bigint {
    return readPattern(this.#bytes, address, bytes)
  }
}
