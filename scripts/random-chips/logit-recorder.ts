import type { FlatDesign } from '../../src/hdl/index.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import { type Engine, stepUntil, type VectorBatch } from '../../src/sim/engine.js'
import { VectorLayout } from '../../src/sim/testbench/vector-layout.js'

const taps = ['u_vector_row.logit_valid_o', 'u_vector_row.logits_o'] as const

/** A chip in the embedded engine whose logits are recorded, though no port of the chip has them. */
export class LogitRecorder implements Engine {
  readonly name = 'embedded'
  readonly ports
  /** Bit patterns of all logits since the last look, those beyond the vocabulary among them. */
  #logits: number[] = []
  readonly #engine
  readonly #layout
  readonly #inputs: Uint32Array
  readonly #valid: number
  readonly #data: number

  constructor(chip: FlatDesign) {
    this.#engine = openEmbedded(withOutputs(chip, taps))
    this.ports = this.#engine.ports
    this.#layout = new VectorLayout(this.ports)
    this.#inputs = new Uint32Array(this.#layout.inputWords)
    const [valid, data] = taps.map((tap) => this.ports.findIndex(({ name }) => name === tap))
    this.#valid = valid!
    this.#data = data!
  }

  /** The logits since the last call, as binary32 patterns. */
  takeLogits(vocabulary: number): Uint32Array {
    const logits = Uint32Array.from(this.#logits.slice(0, vocabulary))
    this.#logits = []
    return logits
  }

  poke(port: number, value: bigint): void {
    this.#engine.poke(port, value)
    this.#layout.set(this.#inputs, 0, port, value)
  }

  peek(port: number): bigint {
    return this.#engine.peek(port)
  }

  step(clockPort: number, cycles: number): void {
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
    const lanes = this.ports[this.#data]!.width / 32
    for (let cycle = 0; cycle < batch.cycles; cycle++) {
      if (this.#layout.get(results, cycle, this.#valid) === 0n) continue
      const beat = this.#layout.get(results, cycle, this.#data)
      for (let lane = 0; lane < lanes; lane++) {
        this.#logits.push(Number(BigInt.asUintN(32, beat >> BigInt(32 * lane))))
      }
    }
    return results
  }

  close(): void {
    this.#engine.close()
  }
}

/** The design with internal signals as further outputs, by their hierarchical names. */
function withOutputs(design: FlatDesign, paths: readonly string[]): FlatDesign {
  const outputs = paths.map((path) => {
    const signal = design.signals.find((candidate) => candidate.path === path)
    if (signal === undefined) throw new RangeError(`there is no signal ${path}`)
    return { name: path, net: signal.net, width: signal.width, signed: signal.signed }
  })
  return { ...design, outputs: [...design.outputs, ...outputs] }
}
