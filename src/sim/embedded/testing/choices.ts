/** Decisions drawn from a list; a list that has run out decides 0, so shorter lists are simpler designs. */
export class Choices {
  #position = 0

  constructor(readonly list: readonly number[]) {}

  get exhausted(): boolean {
    return this.#position >= this.list.length
  }

  /** What is left to draw. */
  rest(): readonly number[] {
    return this.list.slice(this.#position)
  }

  /** 0..count-1. */
  below(count: number): number {
    return (this.list[this.#position++] ?? 0) % count
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  bits(width: number): bigint {
    const style = this.below(4)
    if (style === 0) return 0n
    if (style === 1) return (1n << BigInt(width)) - 1n
    if (style === 2) return BigInt.asUintN(width, BigInt(this.below(1 << 20)))
    let value = 0n
    for (let low = 0; low < width; low += 24) value |= BigInt(this.below(1 << 24)) << BigInt(low)
    return BigInt.asUintN(width, value)
  }
}
