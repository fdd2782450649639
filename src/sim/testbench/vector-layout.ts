import type { EmittedPort } from '../../emit/emitted-design.js'
import { portWords } from '../engine.js'

/** Where each port lies in the records of a vector batch; see `VectorBatch`. */
export class VectorLayout {
  readonly inputWords: number
  readonly outputWords: number
  readonly #offsets: readonly number[]

  constructor(private readonly ports: readonly EmittedPort[]) {
    let inputWords = 0
    let outputWords = 0
    this.#offsets = ports.map((port) => {
      const words = portWords(port)
      if (port.direction === 'output') {
        outputWords += words
        return outputWords - words
      }
      if (port.role === 'clock') return -1
      inputWords += words
      return inputWords - words
    })
    this.inputWords = inputWords
    this.outputWords = outputWords
  }

  /** Writes an input of one cycle. */
  set(records: Uint32Array, cycle: number, port: number, pattern: bigint): void {
    this.#write(records, cycle * this.inputWords, port, pattern)
  }

  /** Reads an output of one cycle. */
  get(records: Uint32Array, cycle: number, port: number): bigint {
    return this.#read(records, cycle * this.outputWords, port)
  }

  /** Reads an input of one cycle. */
  input(records: Uint32Array, cycle: number, port: number): bigint {
    return this.#read(records, cycle * this.inputWords, port)
  }

  /** Writes an output of one cycle. */
  setOutput(records: Uint32Array, cycle: number, port: number, pattern: bigint): void {
    this.#write(records, cycle * this.outputWords, port, pattern)
  }

  #write(records: Uint32Array, record: number, port: number, pattern: bigint): void {
    const start = record + this.#offsets[port]!
    for (let word = 0; word < portWords(this.ports[port]!); word++) {
      records[start + word] = Number(BigInt.asUintN(32, pattern >> BigInt(32 * word)))
    }
  }

  #read(records: Uint32Array, record: number, port: number): bigint {
    const start = record + this.#offsets[port]!
    let pattern = 0n
    for (let word = portWords(this.ports[port]!) - 1; word >= 0; word--) {
      pattern = (pattern << 32n) | BigInt(records[start + word]!)
    }
    return pattern
  }
}
