import { Random } from '../../common/random.js'
import type { Port, PortList, StreamPort } from '../../hdl/module/port.js'
import { bool } from '../../hdl/types/bool-type.js'
import { ResetType } from '../../hdl/types/clock-type.js'
import type { HardwareType } from '../../hdl/types/hardware-type.js'
import type { Engine, VectorBatch } from '../engine.js'
import { decode, encode, flatParts, type Peeked, type PortValue } from './port-codec.js'
import {
  type Agent,
  type StreamPins,
  StreamReceiver,
  StreamSender,
  type StreamTiming,
} from './stream-agent.js'
import { VectorLayout } from './vector-layout.js'

type InputNames<P extends PortList> = {
  [K in keyof P]: P[K] extends Port<HardwareType, 'input'> ? K : never
}[keyof P] &
  string

type ScalarNames<P extends PortList> = {
  [K in keyof P]: P[K] extends Port ? K : never
}[keyof P] &
  string

type StreamNames<P extends PortList, D extends string> = {
  [K in keyof P]: P[K] extends StreamPort<HardwareType> & { readonly direction: D } ? K : never
}[keyof P] &
  string

type TypeOfPort<P> = P extends Port<infer T> ? T : P extends StreamPort<infer T> ? T : never

/**
 * A running test of one module over any engine. Values are written with `poke`, the clock rises with
 * `step`, and settled values are read with `peek`.
 */
export class Simulation<P extends PortList = PortList> {
  readonly random: Random
  readonly #portNumbers: ReadonlyMap<string, number>
  readonly #agents: Agent[] = []
  readonly #clock: number
  #cycles = 0

  constructor(
    readonly engine: Engine,
    private readonly ports: P,
    options: { readonly seed: number; readonly clock?: string },
  ) {
    this.random = new Random(options.seed)
    this.#portNumbers = new Map(engine.ports.map(({ name }, number) => [name, number]))
    this.#clock = engine.ports.findIndex(({ role, name }) =>
      options.clock === undefined ? role === 'clock' : name === options.clock,
    )
  }

  /** Rising edges of the main clock so far. */
  get cycles(): number {
    return this.#cycles
  }

  /** Sets an input port. @throws RangeError when the value does not fit */
  poke<K extends InputNames<P>>(name: K, value: PortValue): void {
    this.#poke(name, this.#typeOf(name), value)
  }

  /** The settled value of a port. @throws RangeError for scalars beyond 2^53: see {@link peekBits} */
  peek<K extends ScalarNames<P>>(name: K): Peeked<TypeOfPort<P[K]>['signal']> {
    return this.#peek(name, this.#typeOf(name)) as Peeked<TypeOfPort<P[K]>['signal']>
  }

  /** The settled bit pattern of a flat port of the emitted module. */
  peekBits(flatName: string): bigint {
    return this.engine.peek(this.#number(flatName))
  }

  /** Lets the main clock rise, with the stream agents at work in every cycle. */
  step(cycles = 1): void {
    if (this.#agents.length === 0) {
      this.engine.step(this.#clock, cycles)
    } else {
      for (let i = 0; i < cycles; i++) {
        for (const agent of this.#agents) agent.drive()
        for (const agent of this.#agents) agent.observe()
        this.engine.step(this.#clock, 1)
      }
    }
    this.#cycles += cycles
  }

  /** Lets another clock rise. */
  stepClock(name: string, cycles = 1): void {
    this.engine.step(this.#number(name), cycles)
  }

  /** Asserts every reset port for two cycles of the main clock and releases it. */
  reset(): void {
    this.#setResets(true)
    if (this.#clock >= 0) this.engine.step(this.#clock, 2)
    this.#setResets(false)
  }

  /**
   * Steps until a condition holds.
   *
   * @throws Error after `limit` cycles, with the seed
   */
  runUntil(condition: () => boolean, limit = 100_000): void {
    const end = this.#cycles + limit
    while (!condition()) {
      if (this.#cycles >= end) {
        throw new Error(
          `the condition does not hold after ${limit} cycles (seed ${this.random.seed})`,
        )
      }
      this.step()
    }
  }

  /** Sends values over a stream input from the next cycle on, with random pauses at a rate below 1. */
  send<K extends StreamNames<P, 'streamInput'>>(
    name: K,
    values: readonly PortValue[],
    timing: StreamTiming = {},
  ): StreamSender {
    const sender = new StreamSender(this.#pins(name), values, timing, this.random)
    this.#agents.push(sender)
    return sender
  }

  /** Receives up to `count` transfers of a stream output, with random back-pressure at a rate below 1. */
  receive<K extends StreamNames<P, 'streamOutput'>>(
    name: K,
    count: number,
    timing: StreamTiming = {},
  ): StreamReceiver<Peeked<TypeOfPort<P[K]>['signal']>> {
    const receiver = new StreamReceiver<Peeked<TypeOfPort<P[K]>['signal']>>(
      this.#pins(name),
      count,
      timing,
      this.random,
    )
    this.#agents.push(receiver)
    return receiver
  }

  /**
   * Runs a batch of cycles at once: one value of each given input a cycle (inputs left out hold zero, resets
   * are released), and gives the outputs, read before each clock edge.
   */
  run(inputs: { readonly [K in InputNames<P>]?: ArrayLike<PortValue> }, cycles: number) {
    const layout = new VectorLayout(this.engine.ports)
    const stimulus = new Uint32Array(cycles * layout.inputWords)
    for (const { number, released } of this.#resets()) {
      for (let cycle = 0; cycle < cycles; cycle++) layout.set(stimulus, cycle, number, released)
    }
    for (const [name, values] of Object.entries<ArrayLike<PortValue> | undefined>(inputs)) {
      if (values === undefined) continue
      const type = this.#typeOf(name)
      const parts = flatParts(name, type).map((part) => this.#number(part.name))
      for (let cycle = 0; cycle < cycles; cycle++) {
        const patterns = encode(type, values[cycle]!)
        for (const [i, part] of parts.entries()) layout.set(stimulus, cycle, part, patterns[i]!)
      }
    }
    const response = this.runVectors({ clockPort: this.#clock, cycles, stimulus })
    return {
      /** The value of an output in a cycle. */
      at: <K extends ScalarNames<P>>(name: K, cycle: number) => {
        const type = this.#typeOf(name)
        const parts = flatParts(name, type)
        const patterns = parts.map((part) => layout.get(response, cycle, this.#number(part.name)))
        return decode(type, patterns) as Peeked<TypeOfPort<P[K]>['signal']>
      },
    }
  }

  /** A batch in the engines' own layout; see {@link VectorBatch}. */
  runVectors(batch: VectorBatch): Uint32Array {
    this.#cycles += batch.cycles
    return this.engine.runVectors(batch)
  }

  close(): void {
    this.engine.close()
  }

  #setResets(asserted: boolean): void {
    for (const { number, released } of this.#resets()) {
      this.engine.poke(number, asserted ? 1n - released : released)
    }
  }

  /** Reset ports with the level that releases them. */
  #resets(): { number: number; released: bigint }[] {
    return this.engine.ports.flatMap(({ role, name }, number) => {
      if (role !== 'reset') return []
      const type = this.ports[name]?.type
      const activeLow = type instanceof ResetType ? type.style.activeLow : true
      return [{ number, released: activeLow ? 1n : 0n }]
    })
  }

  #pins(name: string): StreamPins {
    const { type, last } = this.ports[name] as StreamPort
    const valid = this.#number(`${name}_tvalid`)
    const ready = this.#number(`${name}_tready`)
    const lastPort = last ? this.#number(`${name}_tlast`) : undefined
    const bit = (value: boolean) => encode(bool, value)[0]!
    return {
      setValid: (value) => this.engine.poke(valid, bit(value)),
      setReady: (value) => this.engine.poke(ready, bit(value)),
      setData: (value, isLast) => {
        this.#poke(`${name}_tdata`, type, value)
        if (lastPort !== undefined) this.engine.poke(lastPort, bit(isLast))
      },
      isValid: () => this.engine.peek(valid) === 1n,
      isReady: () => this.engine.peek(ready) === 1n,
      data: () => this.#peek(`${name}_tdata`, type),
      isLast: () => lastPort !== undefined && this.engine.peek(lastPort) === 1n,
    }
  }

  #poke(name: string, type: HardwareType, value: PortValue): void {
    const patterns = encode(type, value)
    for (const [i, part] of flatParts(name, type).entries()) {
      this.engine.poke(this.#number(part.name), patterns[i]!)
    }
  }

  #peek(name: string, type: HardwareType): unknown {
    const patterns = flatParts(name, type).map((part) => this.engine.peek(this.#number(part.name)))
    return decode(type, patterns)
  }

  #typeOf(name: string): HardwareType {
    const port = this.ports[name]
    if (port === undefined) throw new RangeError(`there is no port ${name}`)
    return port.type
  }

  #number(flatName: string): number {
    const number = this.#portNumbers.get(flatName)
    if (number === undefined) throw new RangeError(`there is no port ${flatName}`)
    return number
  }
}
