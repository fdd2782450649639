import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import type { Graph, ValueId } from './graph.js'

/** Bounds beyond this many bits count as none: JavaScript numbers hold sums and products of the rest. */
const boundBits = 48
/** Rounds after which a register whose bounds still grow is unbounded. */
const wideningRounds = 4
/** Rounds after which all registers are. */
const lastRound = 12

/**
 * Bounds of every value, as an unsigned number (`0..unsignedHigh`) and as a two's complement number
 * (`signedLow..signedHigh`). Bounds of registers hold in every cycle.
 */
export interface Ranges {
  readonly unsignedHigh: Float64Array
  readonly signedLow: Float64Array
  readonly signedHigh: Float64Array
  /** 1 where the exact signed result of `add`, `sub`, `mul` or `neg` fits into the value's own width. */
  readonly exactSigned: Uint8Array
}

export interface RegisterBounds {
  readonly value: ValueId
  readonly next: ValueId
  readonly resetPattern: bigint
}

/**
 * Interval analysis. Registers start at zero and their reset values and grow with their next values.
 * A register whose bounds do not settle soon is unbounded within its width.
 */
export function analyseRanges(
  graph: Graph,
  registers: readonly RegisterBounds[],
  roms: readonly RomContents[],
): Ranges {
  return new Analysis(graph, registers, roms).ranges
}

class Analysis {
  readonly ranges: Ranges
  readonly #romHigh: readonly number[]

  constructor(
    readonly graph: Graph,
    readonly registers: readonly RegisterBounds[],
    roms: readonly RomContents[],
  ) {
    this.ranges = {
      unsignedHigh: new Float64Array(graph.size),
      signedLow: new Float64Array(graph.size),
      signedHigh: new Float64Array(graph.size),
      exactSigned: new Uint8Array(graph.size),
    }
    this.#romHigh = roms.map(({ width }) => 2 ** width - 1)
    for (const { value, resetPattern } of registers) {
      this.#setPattern(value, 0n)
      if (resetPattern !== 0n) this.#includePattern(value, resetPattern)
    }
    for (let round = 0; ; round++) {
      for (let value = 0; value < graph.size; value++) this.#evaluate(value)
      if (!this.#growRegisters(round >= wideningRounds)) return
      if (round === lastRound) for (const { value } of registers) this.#setFull(value)
    }
  }

  #growRegisters(giveUp: boolean): boolean {
    const { unsignedHigh, signedLow, signedHigh } = this.ranges
    let changed = false
    for (const { value, next } of this.registers) {
      const grows =
        unsignedHigh[next]! > unsignedHigh[value]! ||
        signedLow[next]! < signedLow[value]! ||
        signedHigh[next]! > signedHigh[value]!
      if (!grows) continue
      changed = true
      if (giveUp) this.#setFull(value)
      else this.#union(value, value, next)
    }
    return changed
  }

  #set(value: ValueId, high: number, signedLow: number, signedHigh: number): void {
    this.ranges.unsignedHigh[value] = high
    this.ranges.signedLow[value] = signedLow
    this.ranges.signedHigh[value] = signedHigh
  }

  #setFull(value: ValueId): void {
    const width = this.graph.widths[value]!
    if (width > boundBits) this.#set(value, Infinity, -Infinity, Infinity)
    else this.#set(value, 2 ** width - 1, -(2 ** (width - 1)), 2 ** (width - 1) - 1)
  }

  #setPattern(value: ValueId, pattern: bigint): void {
    const signed = Number(BigInt.asIntN(this.graph.widths[value]!, pattern))
    if (Math.abs(signed) >= 2 ** boundBits) this.#setFull(value)
    else this.#set(value, signed < 0 ? this.#highest(value) : Number(pattern), signed, signed)
  }

  #highest(value: ValueId): number {
    const width = this.graph.widths[value]!
    return width > boundBits ? Infinity : 2 ** width - 1
  }

  /** Signed bounds are below this in size, or there are none. */
  #signedLimit(value: ValueId): number {
    return 2 ** Math.min(boundBits, this.graph.widths[value]! - 1)
  }

  #includePattern(value: ValueId, pattern: bigint): void {
    const { unsignedHigh, signedLow, signedHigh } = this.ranges
    const before = [unsignedHigh[value]!, signedLow[value]!, signedHigh[value]!] as const
    this.#setPattern(value, pattern)
    this.#set(
      value,
      Math.max(before[0], unsignedHigh[value]!),
      Math.min(before[1], signedLow[value]!),
      Math.max(before[2], signedHigh[value]!),
    )
  }

  #union(value: ValueId, a: ValueId, b: ValueId): void {
    const { unsignedHigh, signedLow, signedHigh } = this.ranges
    this.#set(
      value,
      Math.max(unsignedHigh[a]!, unsignedHigh[b]!),
      Math.min(signedLow[a]!, signedLow[b]!),
      Math.max(signedHigh[a]!, signedHigh[b]!),
    )
  }

  /** An unsigned value within its width; it is also a signed one when its top bit is never set. */
  #setUnsigned(value: ValueId, high: number): void {
    const limit = this.#signedLimit(value)
    if (high < limit) this.#set(value, high, 0, high)
    else if (this.graph.widths[value]! > boundBits) this.#setFull(value)
    else this.#set(value, Math.min(high, 2 * limit - 1), -limit, limit - 1)
  }

  /** A signed value within its width; it is also an unsigned one when it is never negative. */
  #setSigned(value: ValueId, low: number, high: number): void {
    if (low < -(2 ** boundBits) || high >= 2 ** boundBits) this.#setFull(value)
    else this.#set(value, low >= 0 ? high : this.#highest(value), low, high)
  }

  #evaluate(value: ValueId): void {
    const { graph } = this
    const [a, b, c] = graph.operands[value] as [ValueId, ValueId, ValueId]
    const { unsignedHigh, signedLow, signedHigh } = this.ranges
    switch (graph.ops[value]) {
      case 'const':
        this.#setPattern(value, graph.constantOf(value)!)
        return
      case 'register':
        return
      case 'add':
        this.#arithmetic(value, signedLow[a]! + signedLow[b]!, signedHigh[a]! + signedHigh[b]!)
        if (this.ranges.exactSigned[value] === 0) {
          this.#unsignedSum(value, unsignedHigh[a]! + unsignedHigh[b]!)
        }
        return
      case 'sub':
        this.#arithmetic(value, signedLow[a]! - signedHigh[b]!, signedHigh[a]! - signedLow[b]!)
        return
      case 'neg':
        this.#arithmetic(value, -signedHigh[a]!, -signedLow[a]!)
        return
      case 'mul': {
        const corners = [
          signedLow[a]! * signedLow[b]!,
          signedLow[a]! * signedHigh[b]!,
          signedHigh[a]! * signedLow[b]!,
          signedHigh[a]! * signedHigh[b]!,
        ].map((corner) => (Number.isNaN(corner) ? Infinity : corner))
        this.#arithmetic(value, Math.min(...corners), Math.max(...corners))
        if (this.ranges.exactSigned[value] === 0) {
          this.#unsignedSum(value, unsignedHigh[a]! * unsignedHigh[b]!)
        }
        return
      }
      case 'and':
        this.#setUnsigned(value, Math.min(unsignedHigh[a]!, unsignedHigh[b]!))
        return
      case 'or':
      case 'xor':
        this.#setUnsigned(value, bitsBelow(Math.max(unsignedHigh[a]!, unsignedHigh[b]!)))
        return
      case 'lshr':
        this.#setUnsigned(value, unsignedHigh[a]!)
        return
      case 'ashr':
        this.#setSigned(value, Math.min(0, signedLow[a]!), Math.max(0, signedHigh[a]!))
        return
      case 'slice':
        this.#slice(value, a)
        return
      case 'mux':
        this.#union(value, b, c)
        return
      case 'zext':
        this.#setUnsigned(value, unsignedHigh[a]!)
        return
      case 'sext':
        this.#setSigned(value, signedLow[a]!, signedHigh[a]!)
        return
      case 'romRead':
        this.#setUnsigned(value, this.#romHigh[graph.payloads[value]!]!)
        return
      default:
        this.#setFull(value)
    }
  }

  #arithmetic(value: ValueId, low: number, high: number): void {
    const limit = this.#signedLimit(value)
    const exact = low >= -limit && high < limit
    this.ranges.exactSigned[value] = exact ? 1 : 0
    if (exact) this.#setSigned(value, low, high)
    else this.#setFull(value)
  }

  #unsignedSum(value: ValueId, high: number): void {
    if (high <= Math.min(this.#highest(value), 2 ** boundBits)) this.#setUnsigned(value, high)
  }

  #slice(value: ValueId, a: ValueId): void {
    const { widths, payloads } = this.graph
    const low = payloads[value]!
    const width = widths[value]!
    const high = this.ranges.unsignedHigh[a]!
    if (high === Infinity) {
      this.#setFull(value)
      return
    }
    if (low === 0) {
      const limit = 2 ** (width - 1)
      const [from, to] = [this.ranges.signedLow[a]!, this.ranges.signedHigh[a]!]
      if (from >= -limit && to < limit) {
        this.#setSigned(value, from, to)
        return
      }
    }
    this.#setUnsigned(value, Math.min(Math.floor(high / 2 ** low), 2 ** width - 1))
  }
}

/** The largest number with as many bits. */
function bitsBelow(high: number): number {
  return high === Infinity ? Infinity : 2 ** Math.ceil(Math.log2(high + 1)) - 1
}
