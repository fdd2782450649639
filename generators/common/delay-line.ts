import type { Bool, ModuleBuilder, RegisterOptions, UInt } from '../../src/hdl/index.js'

/** A signal and the same signal any number of clock edges later; taps share their registers. */
export class DelayLine<S extends Bool | UInt> {
  readonly #taps: S[]

  constructor(
    private readonly m: ModuleBuilder,
    private readonly name: string,
    signal: S,
    private readonly options: RegisterOptions = {},
  ) {
    this.#taps = [signal]
  }

  /** The signal `edges` clock edges later: `name_late2`. */
  after(edges: number): S {
    while (this.#taps.length <= edges) {
      const name = `${this.name}_late${this.#taps.length}`
      this.#taps.push(this.m.delayed(name, this.#taps.at(-1)!, this.options))
    }
    return this.#taps[edges]!
  }
}
