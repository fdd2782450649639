import type { FlatSignal } from '../../../hdl/ir/flat.js'
import type { WaveOptions } from '../../engine.js'
import { storedBytes } from '../arena.js'
import type { LinearMemory } from '../linear-memory.js'
import type { VcdFile } from './vcd-file.js'

/** A value that a waveform shows, where it lies in memory. */
export interface TracedValue {
  readonly value: number
  readonly width: number
  readonly address: number
}

/** Compares the traced values with those of the last look and writes what changed. */
export class WaveTracer {
  readonly #previous: Uint8Array
  #hasPrevious = false

  constructor(
    private readonly file: VcdFile,
    private readonly memory: LinearMemory,
    private readonly values: readonly TracedValue[],
  ) {
    this.#previous = new Uint8Array(values.reduce((sum, { width }) => sum + storedBytes(width), 0))
  }

  /** @param nanoseconds never before an earlier one */
  sample(nanoseconds: number): void {
    const { bytes } = this.memory
    this.file.time(nanoseconds)
    let offset = 0
    for (const { value, width, address } of this.values) {
      const size = storedBytes(width)
      let changed = !this.#hasPrevious
      for (let i = 0; i < size; i++) {
        const byte = bytes[address + i]!
        if (this.#previous[offset + i] === byte) continue
        this.#previous[offset + i] = byte
        changed = true
      }
      offset += size
      if (changed) this.file.change(value, width, this.memory.readPattern(address, size))
    }
    this.#hasPrevious = true
  }

  /** A clock, which has no storage of its own. */
  setClock(value: number, level: 0n | 1n, nanoseconds: number): void {
    this.file.time(nanoseconds)
    this.file.change(value, 1, level)
  }

  close(): void {
    this.file.close()
  }
}

/** The signals that lie in the scope and not deeper than asked. */
export function tracedSignals(
  signals: readonly FlatSignal[],
  { scope, depth = Number.POSITIVE_INFINITY }: WaveOptions,
): FlatSignal[] {
  const prefix = scope === undefined ? '' : `${scope}.`
  return signals.filter(
    ({ path }) => path.startsWith(prefix) && path.slice(prefix.length).split('.').length <= depth,
  )
}
