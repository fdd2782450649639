import {
  type Bool,
  bool,
  type ModuleBuilder,
  mux,
  type Register,
  type UInt,
  uint,
} from '../../src/hdl/index.js'

/** The type of numbers below `count`, at least one bit. */
export function indexType(count: number) {
  return uint(Math.max(1, Math.ceil(Math.log2(count))))
}

/** Counts 0 to its last value and over again; a counter with the one value 0 has no register. */
export class Counter {
  readonly value: UInt
  readonly #register: Register<ReturnType<typeof indexType>> | undefined

  /** @param count values, at least 1 */
  constructor(
    private readonly m: ModuleBuilder,
    name: string,
    readonly count: number,
  ) {
    const type = indexType(count)
    this.#register = count === 1 ? undefined : m.register(name, type, { reset: 0 })
    this.value = this.#register ?? type.literal(0)
  }

  /** It stands at a value; a constant when there is only one. */
  is(value: number): Bool {
    return this.#register === undefined ? bool.literal(value === 0) : this.value.eq(value)
  }

  /** Counts on at the next clock edge, from the last value to 0, and then does `carry`. */
  advance(isLast: Bool, carry: () => void = () => {}): void {
    if (this.#register === undefined) {
      carry()
      return
    }
    const { width } = this.value
    this.#register.next(mux(isLast, this.value.type.literal(0), this.value.add(1).truncate(width)))
    this.m.when(isLast, carry)
  }
  /** Stands at 0 after the next clock edge. */
  restart(): void {
    this.#register?.next(0)
  }
}
