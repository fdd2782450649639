import type { Random } from '../../common/random.js'
import type { PortValue } from './port-codec.js'

/** What an agent does around each clock edge. */
export interface Agent {
  /** Drives its inputs for the coming cycle. */
  drive(): void
  /** Looks at the settled signals just before the clock rises. */
  observe(): void
}

/** Access to the pins of one stream port. */
export interface StreamPins {
  setValid(valid: boolean): void
  setReady(ready: boolean): void
  setData(value: PortValue, last: boolean): void
  isValid(): boolean
  isReady(): boolean
  data(): unknown
  isLast(): boolean
}

export interface StreamTiming {
  /** Probability that a cycle offers (send) or accepts (receive) a transfer; 1 by default. */
  readonly rate?: number
}

/** Sends values over a stream; `valid` stays up, with data still, until a transfer happens. */
export class StreamSender implements Agent {
  #next = 0
  #offering = false

  constructor(
    private readonly pins: StreamPins,
    private readonly values: readonly PortValue[],
    private readonly timing: StreamTiming,
    private readonly random: Random,
  ) {}

  get done(): boolean {
    return this.#next === this.values.length
  }

  drive(): void {
    if (!this.#offering) this.#offering = !this.done && this.random.chance(this.timing.rate ?? 1)
    if (this.#offering) {
      this.pins.setData(this.values[this.#next]!, this.#next === this.values.length - 1)
    }
    this.pins.setValid(this.#offering)
  }

  observe(): void {
    if (!this.#offering || !this.pins.isReady()) return
    this.#next++
    this.#offering = false
  }
}

/** Receives transfers from a stream, up to `count`. */
export class StreamReceiver<V> implements Agent {
  readonly values: V[] = []
  /** For streams with `tlast`: the transfers that it marked, by number. */
  readonly lastAt: number[] = []
  #accepting = false

  constructor(
    private readonly pins: StreamPins,
    private readonly count: number,
    private readonly timing: StreamTiming,
    private readonly random: Random,
  ) {}

  get done(): boolean {
    return this.values.length >= this.count
  }

  drive(): void {
    this.#accepting = !this.done && this.random.chance(this.timing.rate ?? 1)
    this.pins.setReady(this.#accepting)
  }

  observe(): void {
    if (!this.#accepting || !this.pins.isValid()) return
    if (this.pins.isLast()) this.lastAt.push(this.values.length)
    this.values.push(this.pins.data() as V)
  }
}
