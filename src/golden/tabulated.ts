import { round32 } from './binary32.js'

/** Fraction bits of a tabulated value. */
const valueBits = 25

/**
 * A function on [0, 1) by piecewise quadratic interpolation in integers; see docs/arithmetic.md. Argument: an
 * unsigned fraction of `fractionBits` bits. Result: in units of 2^-25.
 */
class TabulatedFunction {
  readonly #constant: Float64Array
  readonly #linear: Float64Array
  readonly #quadratic: Float64Array
  readonly #step: number

  constructor(f: (u: number) => number, fractionBits: number, segmentBits: number) {
    const segments = 2 ** segmentBits
    this.#step = 2 ** (fractionBits - segmentBits)
    this.#constant = new Float64Array(segments)
    this.#linear = new Float64Array(segments)
    this.#quadratic = new Float64Array(segments)
    for (let i = 0; i < segments; i++) {
      const [begin, middle, end] = [0, 0.5, 1].map((t) => f((i + t) / segments) * 2 ** valueBits)
      this.#constant[i] = Math.round(begin!)
      this.#linear[i] = Math.round(-3 * begin! + 4 * middle! - end!)
      this.#quadratic[i] = Math.round(2 * begin! - 4 * middle! + 2 * end!)
    }
  }

  at(u: number): number {
    const step = this.#step
    const i = Math.floor(u / step)
    const t = u - i * step
    const slope = this.#linear[i]! + Math.floor((this.#quadratic[i]! * t) / step)
    return this.#constant[i]! + Math.floor((slope * t) / step)
  }
}

const inverse = new TabulatedFunction((u) => 1 / (1 + u), 23, 7)
const inverseRootEven = new TabulatedFunction((u) => 1 / Math.sqrt(1 + u), 23, 7)
const inverseRootOdd = new TabulatedFunction((u) => 1 / Math.sqrt(2 * (1 + u)), 23, 7)
const power = new TabulatedFunction((u) => 2 ** u, 20, 6)
const logistic = new TabulatedFunction((u) => 1 / (1 + Math.exp(-16 * u)), 20, 7)

const float = new Float32Array(1)
const pattern = new Uint32Array(float.buffer)

/** Exponent `e` and fraction `u` of a positive normal binary32 number `2^e (1 + u / 2^23)`. */
function split(x: number): { e: number; u: number } {
  float[0] = x
  return { e: (pattern[0]! >>> 23) - 127, u: pattern[0]! & 0x7fffff }
}

/** About 1 / x. @param x a non-negative binary32 number; 0 gives 0 */
export function reciprocal(x: number): number {
  if (x === 0) return 0
  const { e, u } = split(x)
  return round32(Math.floor((inverse.at(u) + 1) / 2) * 2 ** (-24 - e))
}

/** About 1 / sqrt(x). @param x a positive binary32 number */
export function rsqrt(x: number): number {
  const { e, u } = split(x)
  const table = e % 2 === 0 ? inverseRootEven : inverseRootOdd
  return round32(Math.floor((table.at(u) + 1) / 2) * 2 ** (-24 - Math.floor(e / 2)))
}

/** About 2^(z / 2^20). @param z an integer */
export function exp2(z: number): number {
  const integer = Math.floor(z / 2 ** 20)
  const value = power.at(z - integer * 2 ** 20)
  return round32(Math.min(Math.floor((value + 2) / 4), 2 ** 24 - 1) * 2 ** (integer - 23))
}

/** About 1 / (1 + e^-x) in units of 2^-24. */
export function sigmoid(x: number): number {
  const u = Math.min(Math.floor(Math.abs(x) * 2 ** 16), 2 ** 20 - 1)
  const s = Math.min(Math.floor((logistic.at(u) + 1) / 2), 2 ** 24 - 1)
  return x >= 0 ? s : 2 ** 24 - s
}
