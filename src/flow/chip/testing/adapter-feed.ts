import { type Engine, stepUntil, type VectorBatch } from '../../../sim/engine.js'
import { VectorLayout } from '../../../sim/testbench/vector-layout.js'

interface FedWord {
  readonly data: number
  readonly last: boolean
  /** Cycles without a word before it. */
  readonly gap: number
}

/** A chip's engine whose stream of adapters is fed on the side, a word a cycle, while a host uses the other ports. */
export class AdapterFeed implements Engine {
  readonly name
  readonly ports
  readonly #layout: VectorLayout
  readonly #valid: number
  readonly #data: number
  readonly #last: number
  readonly #words: FedWord[] = []
  #waited = 0

  constructor(private readonly engine: Engine) {
    this.name = engine.name
    this.ports = engine.ports
    this.#layout = new VectorLayout(engine.ports)
    const pin = (name: string) =>
      engine.ports.findIndex((port) => port.name === `s_axis_adapter_${name}`)
    this.#valid = pin('tvalid')
    this.#data = pin('tdata')
    this.#last = pin('tlast')
  }

  /** Words that have not gone yet. */
  get waiting(): number {
    return this.#words.length
  }

  /**
   * Feeds words from the next cycle on, behind those that wait.
   *
   * @param gapBefore cycles without a word before each one
   * @param ends whether the last word has `tlast`
   */
  feed(words: ArrayLike<number>, gapBefore: (word: number) => number = () => 0, ends = true): void {
    for (let i = 0; i < words.length; i++) {
      const last = ends && i === words.length - 1
      this.#words.push({ data: words[i]!, last, gap: gapBefore(i) })
    }
  }

  poke(port: number, value: bigint): void {
    this.engine.poke(port, value)
  }

  peek(port: number): bigint {
    return this.engine.peek(port)
  }

  step(clockPort: number, cycles: number): void {
    for (let cycle = 0; cycle < cycles; cycle++) {
      const word = this.#next()
      this.engine.poke(this.#valid, word === undefined ? 0n : 1n)
      if (word !== undefined) {
        this.engine.poke(this.#data, BigInt(word.data))
        this.engine.poke(this.#last, word.last ? 1n : 0n)
      }
      this.engine.step(clockPort, 1)
    }
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    return stepUntil(this, clockPort, port, value, maxCycles)
  }

  runVectors({ clockPort, cycles, stimulus }: VectorBatch): Uint32Array {
    const { inputWords, outputWords } = this.#layout
    const outputs = new Uint32Array(cycles * outputWords)
    for (let cycle = 0; cycle < cycles; cycle++) {
      const record = stimulus.slice(cycle * inputWords, (cycle + 1) * inputWords)
      const word = this.#next()
      if (word !== undefined) {
        this.#layout.set(record, 0, this.#valid, 1n)
        this.#layout.set(record, 0, this.#data, BigInt(word.data))
        this.#layout.set(record, 0, this.#last, word.last ? 1n : 0n)
      }
      const batch = { clockPort, cycles: 1, stimulus: record }
      outputs.set(this.engine.runVectors(batch), cycle * outputWords)
    }
    return outputs
  }

  close(): void {
    this.engine.close()
  }

  #next(): FedWord | undefined {
    const word = this.#words[0]
    if (word === undefined || this.#waited < word.gap) {
      this.#waited++
      return undefined
    }
    this.#words.shift()
    this.#waited = 0
    return word
  }
}
