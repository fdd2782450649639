import type { AdapterRegion } from '../../src/compiler/adapter-layout.js'
import type { Bool, ModuleBuilder, UInt } from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'

/** A part of an adapter's payload: for each unit, for each address, the words of 32 bits, lowest first. */
export type PayloadPart = Pick<AdapterRegion, 'units' | 'depth' | 'words'>

/** Most of a field over all parts. */
export function mostOf(regions: readonly PayloadPart[], field: keyof PayloadPart): number {
  return Math.max(...regions.map((region) => region[field]))
}

/** Where the payload's next word goes: one region after the other. */
export class PayloadPosition {
  readonly #region: Counter
  readonly #unit: Counter
  readonly #address: Counter
  readonly #word: Counter

  constructor(
    private readonly m: ModuleBuilder,
    private readonly regions: readonly PayloadPart[],
  ) {
    this.#region = new Counter(m, 'region', regions.length)
    this.#unit = new Counter(m, 'unit', mostOf(regions, 'units'))
    this.#address = new Counter(m, 'address', mostOf(regions, 'depth'))
    this.#word = new Counter(m, 'word', mostOf(regions, 'words'))
  }

  get region(): UInt {
    return this.#region.value
  }

  get unit(): UInt {
    return this.#unit.value
  }

  get address(): UInt {
    return this.#address.value
  }

  get word(): UInt {
    return this.#word.value
  }

  /** Goes on at the next clock edge; from the payload's last word to its first, and then does `carry`. */
  advance(carry: () => void): void {
    this.#word.advance(this.#isLast(this.#word, 'words'), () =>
      this.#address.advance(this.#isLast(this.#address, 'depth'), () =>
        this.#unit.advance(this.#isLast(this.#unit, 'units'), () =>
          this.#region.advance(this.#region.is(this.regions.length - 1), carry),
        ),
      ),
    )
  }

  /** Stands at the payload's first word after the next clock edge. */
  restart(): void {
    for (const counter of [this.#region, this.#unit, this.#address, this.#word]) counter.restart()
  }

  #isLast(counter: Counter, field: 'units' | 'depth' | 'words'): Bool {
    const ends = this.regions.map((region) => region[field] - 1)
    if (ends.every((end) => end === ends[0])) return counter.is(ends[0]!)
    const rom = this.m.rom(`last_of_${field}`, { width: counter.value.width, words: ends })
    return counter.value.eq(rom.read(this.#region.value))
  }
}
