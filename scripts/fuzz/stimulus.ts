import { Random } from '../../src/common/random.js'
import type { EmittedPort } from '../../src/emit/index.js'
import { portWords } from '../../src/sim/engine.js'
import { pattern } from './generate.js'

/** Input records of a number of cycles, in the layout of `VectorBatch`. */
export interface Stimulus {
  readonly cycles: number
  readonly words: Uint32Array
}

const resetSeed = 977

/**
 * Random inputs. A data port's values depend on the seed of its circuit and its place among that circuit's
 * ports, so that a circuit sees the same values alone and in a batch. Resets are asserted in the first
 * cycle and now and then.
 *
 * @param circuitOf seed of the circuit that a port belongs to, and its place there
 */
export function stimulusFor(
  ports: readonly EmittedPort[],
  cycles: number,
  circuitOf: (port: EmittedPort) => { readonly seed: number; readonly place: number },
): Stimulus {
  const driven = ports.filter(({ direction, role }) => direction === 'input' && role !== 'clock')
  const recordWords = driven.reduce((sum, port) => sum + portWords(port), 0)
  const words = new Uint32Array(cycles * recordWords)
  let offset = 0
  for (const port of driven) {
    const next = port.role === 'reset' ? resetValues(port) : dataValues(port, circuitOf(port))
    for (let cycle = 0; cycle < cycles; cycle++) {
      let value = next(cycle)
      for (let word = 0; word < portWords(port); word++) {
        words[cycle * recordWords + offset + word] = Number(value & 0xffff_ffffn)
        value >>= 32n
      }
    }
    offset += portWords(port)
  }
  return { cycles, words }
}

function dataValues(
  { width }: EmittedPort,
  { seed, place }: { readonly seed: number; readonly place: number },
): (cycle: number) => bigint {
  const random = new Random(Math.imul(seed, 0x9e3779b1) + place)
  let value = 0n
  return () => {
    if (!random.chance(0.15)) value = pattern(random, width)
    return value
  }
}

function resetValues({ name }: EmittedPort): (cycle: number) => bigint {
  const random = new Random(resetSeed)
  const asserted = name.endsWith('ni') ? 0n : 1n
  return (cycle) => (cycle === 0 || random.chance(0.06) ? asserted : 1n - asserted)
}

/** The values of outputs, from the records that an engine gives. */
export class Response {
  readonly #places: { readonly port: EmittedPort; readonly offset: number }[] = []
  readonly #recordWords: number

  constructor(
    ports: readonly EmittedPort[],
    private readonly words: Uint32Array,
  ) {
    let offset = 0
    for (const port of ports) {
      if (port.direction !== 'output') continue
      this.#places.push({ port, offset })
      offset += portWords(port)
    }
    this.#recordWords = offset
  }

  /** Cycles that there are records of. */
  get cycles(): number {
    return Math.floor(this.words.length / this.#recordWords)
  }

  get outputs(): readonly EmittedPort[] {
    return this.#places.map(({ port }) => port)
  }

  value(output: number, cycle: number): bigint {
    const { port, offset } = this.#places[output]!
    let value = 0n
    for (let word = portWords(port) - 1; word >= 0; word--) {
      value = (value << 32n) | BigInt(this.words[cycle * this.#recordWords + offset + word]!)
    }
    return value
  }
}
