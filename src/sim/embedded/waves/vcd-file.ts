import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { InputError } from '../../../common/input-error.js'

/** One variable of a waveform; equal `value` means that it shares the changes of another. */
export interface VcdVariable {
  /** Hierarchical name below the top, `u_mac.acc`. */
  readonly path: string
  readonly width: number
  /** What the variable shows; variables of one value are declared under one identifier. */
  readonly value: number
}

const bufferBytes = 1 << 18
const [zero, space, newline, hash, vector] = [0x30, 0x20, 0x0a, 0x23, 0x62]

/**
 * Writes a value change dump (IEEE 1364-2005, clause 18) as the simulation goes, in bounded memory. A file
 * that cannot be written to its end is removed.
 *
 * @throws InputError when the file cannot be written
 */
export class VcdFile {
  readonly #file: string
  readonly #descriptor: number
  readonly #identifiers = new Map<number, Uint8Array>()
  readonly #buffer: Uint8Array
  #used = 0
  #time = -1
  #isOpen = true

  constructor(file: string, top: string, variables: readonly VcdVariable[]) {
    this.#file = file
    const widest = variables.reduce((most, { width }) => Math.max(most, width), 0)
    this.#buffer = new Uint8Array(bufferBytes + widest)
    try {
      this.#descriptor = openSync(file, 'w')
    } catch (error) {
      throw new InputError(`cannot be written: ${(error as Error).message}`, { file })
    }
    this.#text('$timescale 1ns $end\n')
    this.#declare(top, scopeTree(variables))
    this.#text('$enddefinitions $end\n')
  }

  /** Changes from now on happen at this time, in nanoseconds; times must not fall. */
  time(nanoseconds: number): void {
    if (nanoseconds === this.#time) return
    this.#time = nanoseconds
    this.#reserve(24)
    this.#buffer[this.#used++] = hash
    this.#text(`${nanoseconds}\n`)
  }

  /**
   * A new value of the variables with an identifier: the bytes from `offset` on, little-endian and zero
   * above `width`. Leading zeros are left out, as the format allows.
   */
  change(identifier: Uint8Array, width: number, bytes: Uint8Array, offset: number): void {
    this.#reserve(width + identifier.length + 3)
    const buffer = this.#buffer
    let used = this.#used
    if (width === 1) {
      buffer[used++] = zero + bytes[offset]!
    } else {
      let byte = offset + ((width - 1) >> 3)
      while (byte > offset && bytes[byte] === 0) byte--
      buffer[used++] = vector
      let bit = Math.max(0, 31 - Math.clz32(bytes[byte]!))
      for (; byte >= offset; byte--) {
        const bits = bytes[byte]!
        for (; bit >= 0; bit--) buffer[used++] = zero + ((bits >> bit) & 1)
        bit = 7
      }
      buffer[used++] = space
    }
    for (let index = 0; index < identifier.length; index++) buffer[used++] = identifier[index]!
    buffer[used++] = newline
    this.#used = used
  }

  /** Hands everything over to the operating system. */
  flush(): void {
    if (!this.#isOpen) return
    try {
      for (let done = 0; done < this.#used; ) {
        done += writeSync(this.#descriptor, this.#buffer, done, this.#used - done)
      }
    } catch (error) {
      this.#isOpen = false
      closeSync(this.#descriptor)
      rmSync(this.#file, { force: true })
      const message = `cannot be written: ${(error as Error).message}`
      throw new InputError(message, { file: this.#file })
    }
    this.#used = 0
  }

  close(): void {
    if (!this.#isOpen) return
    this.flush()
    this.#isOpen = false
    closeSync(this.#descriptor)
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes > this.#buffer.length) this.flush()
  }

  #text(text: string): void {
    const bytes = new TextEncoder().encode(text)
    for (let from = 0; from < bytes.length; from += bufferBytes) {
      const part = bytes.subarray(from, from + bufferBytes)
      this.#reserve(part.length)
      this.#buffer.set(part, this.#used)
      this.#used += part.length
    }
  }

  #declare(name: string, scope: Scope): void {
    this.#text(`$scope module ${name} $end\n`)
    for (const { name: variable, width, value } of scope.variables) {
      const range = width === 1 ? '' : ` [${width - 1}:0]`
      const identifier = new TextDecoder().decode(this.identifier(value))
      this.#text(`$var wire ${width} ${identifier} ${variable}${range} $end\n`)
    }
    for (const [inner, innerScope] of scope.scopes) this.#declare(inner, innerScope)
    this.#text('$upscope $end\n')
  }

  /** What stands for a value in the file: a number in base 94 over the printable characters. */
  identifier(value: number): Uint8Array {
    let identifier = this.#identifiers.get(value)
    if (identifier === undefined) {
      const characters: number[] = []
      for (let rest = this.#identifiers.size + 1; rest > 0; rest = Math.floor((rest - 1) / 94)) {
        characters.push(33 + ((rest - 1) % 94))
      }
      identifier = Uint8Array.from(characters)
      this.#identifiers.set(value, identifier)
    }
    return identifier
  }
}

interface Scope {
  readonly variables: { name: string; width: number; value: number }[]
  readonly scopes: Map<string, Scope>
}

function scopeTree(variables: readonly VcdVariable[]): Scope {
  const root: Scope = { variables: [], scopes: new Map() }
  for (const { path, width, value } of variables) {
    const steps = path.split('.')
    const name = steps.pop()!
    let scope = root
    for (const step of steps) {
      let inner = scope.scopes.get(step)
      if (inner === undefined) {
        inner = { variables: [], scopes: new Map() }
        scope.scopes.set(step, inner)
      }
      scope = inner
    }
    scope.variables.push({ name, width, value })
  }
  return root
}
