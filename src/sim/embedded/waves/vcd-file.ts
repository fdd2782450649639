import { closeSync, openSync, writeSync } from 'node:fs'
import { InputError } from '../../../common/input-error.js'

/** One variable of a waveform; equal `value` means that it shares the changes of another. */
export interface VcdVariable {
  /** Hierarchical name below the top, `u_mac.acc`. */
  readonly path: string
  readonly width: number
  /** What the variable shows; variables of one value are declared under one identifier. */
  readonly value: number
}

const bufferedCharacters = 1 << 16

/**
 * Writes a value change dump (IEEE 1364-2005, clause 18) as the simulation goes, in bounded memory.
 *
 * @throws InputError when the file cannot be written
 */
export class VcdFile {
  readonly #file: string
  readonly #descriptor: number
  readonly #identifiers = new Map<number, string>()
  #text = ''
  #time = -1

  constructor(file: string, top: string, variables: readonly VcdVariable[]) {
    this.#file = file
    try {
      this.#descriptor = openSync(file, 'w')
    } catch (error) {
      throw new InputError(`cannot be written: ${(error as Error).message}`, { file })
    }
    this.#text = '$timescale 1ns $end\n'
    this.#declare(top, scopeTree(variables))
    this.#text += '$enddefinitions $end\n'
  }

  /** Changes from now on happen at this time, in nanoseconds; times must not fall. */
  time(nanoseconds: number): void {
    if (nanoseconds === this.#time) return
    this.#time = nanoseconds
    this.#text += `#${nanoseconds}\n`
  }

  /** A new value, as a bit pattern. */
  change(value: number, width: number, pattern: bigint): void {
    const identifier = this.#identifiers.get(value)!
    this.#text +=
      width === 1 ? `${pattern}${identifier}\n` : `b${pattern.toString(2)} ${identifier}\n`
    if (this.#text.length > bufferedCharacters) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#descriptor)
  }

  #declare(name: string, scope: Scope): void {
    this.#text += `$scope module ${name} $end\n`
    for (const { name: variable, width, value } of scope.variables) {
      const range = width === 1 ? '' : ` [${width - 1}:0]`
      this.#text += `$var wire ${width} ${this.#identifier(value)} ${variable}${range} $end\n`
    }
    for (const [inner, innerScope] of scope.scopes) this.#declare(inner, innerScope)
    this.#text += '$upscope $end\n'
  }

  /** Identifiers count in base 94 over the printable characters. */
  #identifier(value: number): string {
    let identifier = this.#identifiers.get(value)
    if (identifier === undefined) {
      identifier = ''
      for (let rest = this.#identifiers.size + 1; rest > 0; rest = Math.floor((rest - 1) / 94)) {
        identifier += String.fromCharCode(33 + ((rest - 1) % 94))
      }
      this.#identifiers.set(value, identifier)
    }
    return identifier
  }

  #flush(): void {
    try {
      writeSync(this.#descriptor, this.#text)
    } catch (error) {
      throw new InputError(`cannot be written: ${(error as Error).message}`, { file: this.#file })
    }
    this.#text = ''
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
