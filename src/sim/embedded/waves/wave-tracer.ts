import { storedBytes } from '../arena.js'
import { TraceEvent, type TraceRegion, traceBlockBytes } from '../codegen/trace-region.js'
import type { ValueId } from '../graph/graph.js'
import type { LinearMemory } from '../linear-memory.js'
import type { TraceTargets } from './trace-targets.js'
import { VcdFile } from './vcd-file.js'

const nanosecondsPerCycle = 10

interface TracedVariable {
  readonly value: ValueId
  readonly identifier: Uint8Array
  readonly width: number
  /** In the region; -1 for a constant. */
  readonly offset: number
  readonly end: number
  /** Number of the last sample in which it changed. */
  changedIn: number
}

/**
 * Turns the records of a {@link TraceRegion} into the changes of a waveform: the inputs of a cycle show at
 * its start, the clock rises and registers change in its middle.
 */
export class WaveTracer {
  readonly #file: VcdFile
  readonly #constants: ReadonlyMap<ValueId, bigint>
  readonly #clocks: readonly (ValueId | undefined)[]
  /** The region as of the last record. */
  readonly #image: Uint8Array
  readonly #variables: readonly TracedVariable[]
  /** Variables that lie in each block, as a whole or in part. */
  readonly #inBlock: TracedVariable[][]
  #changed: TracedVariable[] = []
  #sample = 0
  #cycle = 0
  /** The clock that is high, or -1. */
  #high = -1
  /** When the changes of the present sample happen. */
  #nanoseconds = 0
  #isOpen = true

  /** @throws InputError when the file cannot be written */
  constructor(
    targets: TraceTargets,
    private readonly memory: LinearMemory,
    private readonly region: TraceRegion,
  ) {
    this.#file = new VcdFile(targets.file, targets.top, targets.variables)
    this.#constants = targets.constants
    this.#clocks = targets.clocks
    this.#image = new Uint8Array(region.bytes)
    this.#inBlock = Array.from({ length: region.bytes / traceBlockBytes }, () => [])
    const widths = new Map(targets.variables.map(({ value, width }) => [value, width]))
    for (const clock of targets.clocks) if (clock !== undefined) widths.delete(clock)
    this.#variables = [...widths].map(([value, width]) => {
      const offset = region.offsets.get(value) ?? -1
      const identifier = this.#file.identifier(value)
      const variable = {
        value,
        identifier,
        width,
        offset,
        end: offset + storedBytes(width),
        changedIn: 0,
      }
      if (offset === -1) return variable
      const last = variable.end - 1
      for (let block = offset >> 4; block <= last >> 4; block++)
        this.#inBlock[block]!.push(variable)
      return variable
    })
    this.#startBuffer()
  }

  /** Empties the record buffer, up to an address. */
  drain(end: number): void {
    const { words, bytes } = this.memory
    const last = end >>> 2
    for (let at = this.region.buffer >>> 2; at < last; ) {
      const record = words[at]! | 0
      at++
      if (record < 0) {
        this.#event(record)
      } else {
        this.#block(record, bytes, at * 4)
        at += traceBlockBytes / 4
      }
    }
  }

  /** Writes everything up to the last cycle, whose clock falls again. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.drain(Number(this.memory.readPattern(this.region.end, 4)))
    this.#startBuffer()
    if (this.#sample > 0) this.#finishSample()
    this.#nanoseconds = this.#cycle * nanosecondsPerCycle
    this.#setClock(this.#high, 0)
    this.#file.close()
  }

  #startBuffer(): void {
    this.memory.writePattern(this.region.end, 4, BigInt(this.region.buffer))
  }

  /** Writes what the last sample changed. */
  #finishSample(): void {
    const changed = this.#sample === 1 ? this.#variables : this.#changed
    if (changed.length > 0) this.#file.time(this.#nanoseconds)
    for (const variable of changed) this.#write(variable)
    this.#changed = []
  }

  #event(event: number): void {
    if (this.#sample > 0) this.#finishSample()
    this.#sample++
    if (event === TraceEvent.low) {
      this.#nanoseconds = this.#cycle * nanosecondsPerCycle
      if (this.#sample === 1) {
        this.#file.time(this.#nanoseconds)
        for (const clock of new Set(this.#clocks)) this.#writeClock(clock, 0)
      }
      this.#setClock(this.#high, 0)
      this.#high = -1
      return
    }
    this.#nanoseconds = (this.#cycle + 0.5) * nanosecondsPerCycle
    this.#high = TraceEvent.high(0) - event
    this.#setClock(this.#high, 1)
    this.#cycle++
  }

  #setClock(clock: number, level: 0 | 1): void {
    const value = this.#clocks[clock]
    if (value === undefined) return
    this.#file.time(this.#nanoseconds)
    this.#writeClock(value, level)
  }

  #writeClock(value: ValueId | undefined, level: 0 | 1): void {
    if (value !== undefined)
      this.#file.change(this.#file.identifier(value), 1, Uint8Array.of(level), 0)
  }

  #block(at: number, bytes: Uint8Array, from: number): void {
    const image = this.#image
    const shift = from - at
    for (const variable of this.#inBlock[at >> 4]!) {
      if (variable.changedIn === this.#sample) continue
      const start = Math.max(at, variable.offset)
      const end = Math.min(at + traceBlockBytes, variable.end)
      for (let byte = start; byte < end; byte++) {
        if (image[byte] === bytes[byte + shift]) continue
        variable.changedIn = this.#sample
        this.#changed.push(variable)
        break
      }
    }
    for (let byte = at; byte < at + traceBlockBytes; byte++) image[byte] = bytes[byte + shift]!
  }

  #write({ value, identifier, width, offset }: TracedVariable): void {
    if (offset !== -1) {
      this.#file.change(identifier, width, this.#image, offset)
      return
    }
    const bytes = new Uint8Array(storedBytes(width))
    const pattern = this.#constants.get(value)!
    for (let byte = 0; byte < bytes.length; byte++) {
      bytes[byte] = Number((pattern >> BigInt(8 * byte)) & 0xffn)
    }
    this.#file.change(identifier, width, bytes, 0)
  }
}
