import type { FlatDesign } from '../hdl/index.js'
import { openEmbedded } from './embedded/index.js'
import { type Engine, stepUntil, type VectorBatch } from './engine.js'
import { VectorLayout } from './testbench/vector-layout.js'

/** Internal signals over a stretch of cycles. */
export interface Recording {
  readonly cycles: number
  /** The settled value of a probe before the clock edge that ends a cycle, as an unsigned number. */
  at(probe: string, cycle: number): bigint
}

/** The embedded engine with a record of internal signals for every cycle of a stretch. */
export class ProbedEngine implements Engine {
  readonly name = 'embedded'
  readonly ports
  readonly #engine
  readonly #layout
  readonly #inputs: Uint32Array
  readonly #probes: ReadonlyMap<string, number>
  #records: Uint32Array[] | undefined
  #cycles = 0

  /**
   * @param probes hierarchical names below the top: `u_mac.sum_o`
   * @throws RangeError for a name that the design has not
   */
  constructor(design: FlatDesign, probes: readonly string[]) {
    const names = [...new Set(probes)]
    this.#engine = openEmbedded(withOutputs(design, names))
    this.ports = this.#engine.ports
    this.#layout = new VectorLayout(this.ports)
    this.#inputs = new Uint32Array(this.#layout.inputWords)
    const first = this.ports.length - names.length
    this.#probes = new Map(names.map((name, i) => [name, first + i]))
  }

  /** Records from the next cycle on; what was recorded before is given up. */
  startRecording(): void {
    this.#records = []
    this.#cycles = 0
  }

  /** Ends the recording. @throws Error when none was started */
  takeRecording(): Recording {
    if (this.#records === undefined) throw new Error('nothing was recorded')
    const words = this.#layout.outputWords
    const records = new Uint32Array(this.#cycles * words)
    let at = 0
    for (const part of this.#records) {
      records.set(part, at)
      at += part.length
    }
    this.#records = undefined
    return {
      cycles: this.#cycles,
      at: (probe, cycle) => this.#layout.get(records, cycle, this.#portOf(probe)),
    }
  }

  poke(port: number, value: bigint): void {
    this.#engine.poke(port, value)
    this.#layout.set(this.#inputs, 0, port, value)
  }

  peek(port: number): bigint {
    return this.#engine.peek(port)
  }

  step(clockPort: number, cycles: number): void {
    if (this.#records === undefined) {
      this.#engine.step(clockPort, cycles)
      return
    }
    const stimulus = new Uint32Array(cycles * this.#inputs.length)
    for (let cycle = 0; cycle < cycles; cycle++) {
      stimulus.set(this.#inputs, cycle * this.#inputs.length)
    }
    this.runVectors({ clockPort, cycles, stimulus })
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    return stepUntil(this, clockPort, port, value, maxCycles)
  }

  runVectors(batch: VectorBatch): Uint32Array {
    const results = this.#engine.runVectors(batch)
    if (this.#records !== undefined) {
      this.#records.push(results)
      this.#cycles += batch.cycles
    }
    return results
  }

  close(): void {
    this.#engine.close()
  }

  #portOf(probe: string): number {
    const port = this.#probes.get(probe)
    if (port === undefined) throw new RangeError(`${probe} is not probed`)
    return port
  }
}

/** The design with internal signals as further outputs, by their hierarchical names. */
function withOutputs(design: FlatDesign, paths: readonly string[]): FlatDesign {
  const byPath = new Map(design.signals.map((signal) => [signal.path, signal]))
  const outputs = paths.map((path) => {
    const signal = byPath.get(path)
    if (signal === undefined) throw new RangeError(`there is no signal ${path}`)
    return { name: path, net: signal.net, width: signal.width, signed: signal.signed }
  })
  return { ...design, outputs: [...design.outputs, ...outputs] }
}
