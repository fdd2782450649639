import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A seeded source of random numbers; equal seeds give equal sequences on every machine. */
export class Random {
  readonly #generator

  /** @param seed any 32-bit integer */
  constructor(readonly seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /** An integer in `low..high`, both included, uniformly. */
  integer(low: number, high: number): number {
    return uniformInt(this.#generator, low, high)
  }

  /** A number in 0..1, 1 excluded, uniformly, in steps of 2^-32. */
  fraction(): number {
    return this.integer(0, 0xffff_ffff) / 2 ** 32
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.fraction() < p
  }

  /** An unsigned number of `width` bits, uniformly. */
  bits(width: number): bigint {
    let value = 0n
    for (let taken = 0; taken < width; taken += 32) {
      value = (value << 32n) | BigInt(this.integer(0, 0xffff_ffff))
    }
    return BigInt.asUintN(width, value)
  }
}
