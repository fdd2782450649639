import type { FlatDesign, FlatOp, FlatReset, NetId } from '../../../hdl/ir/flat.js'
import { RomContents } from '../../../hdl/ir/rom-contents.js'
import { DesignBuilder } from './design-builder.js'

/** Decisions drawn from a list; a list that has run out decides 0, so shorter lists are simpler designs. */
export class Choices {
  #position = 0

  constructor(readonly list: readonly number[]) {}

  get exhausted(): boolean {
    return this.#position >= this.list.length
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

const widths = [
  1, 2, 3, 4, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200,
]
const narrowWidths = [1, 2, 4, 8, 12, 16, 17, 20, 32]

const operations: readonly FlatOp[] = [
  'add', 'sub', 'mul', 'and', 'or', 'xor', 'not', 'neg', 'reduceAnd', 'reduceOr', 'reduceXor', 'eq', 'ne',
  'ult', 'ule', 'slt', 'sle', 'shl', 'lshr', 'ashr', 'slice', 'index', 'concat', 'mux', 'zext', 'sext',
  'romRead', 'const',
] // biome-ignore format: one list of words

export interface RandomDesignOptions {
  /** Widths up to 32 only, so that more nets meet nets of their own width. */
  readonly narrow?: boolean
}

/** A random flat design with every operator, registers, memories, ROMs, resets and two clocks. */
export function randomDesign(choices: Choices, options: RandomDesignOptions = {}): FlatDesign {
  return new RandomDesign(choices, options.narrow ? narrowWidths : widths).build()
}

class RandomDesign {
  readonly #builder = new DesignBuilder('random')
  readonly #nets: NetId[] = []
  readonly #registers: NetId[] = []

  constructor(
    readonly choices: Choices,
    readonly widths: readonly number[],
  ) {}

  build(): FlatDesign {
    const { choices } = this
    const builder = this.#builder
    const clocks = [builder.clock('clk_a_i'), builder.clock('clk_b_i')]
    const resets = [builder.input('rst_ni', 1, 'reset'), builder.input('rst_i', 1, 'reset')]
    for (let index = 0; index < 3; index++) {
      this.#nets.push(builder.input(`in${index}_i`, choices.pick(this.widths)))
    }
    for (let index = choices.below(5); index > 0; index--) {
      const reset = this.#reset(resets, choices.pick(this.widths))
      const register = builder.register(`r${index}_q`, reset.width, {
        clock: choices.pick(clocks),
        ...(reset.reset === undefined ? {} : { reset: reset.reset }),
        ...(choices.below(2) === 0 ? {} : { enable: this.#ofWidth(1) }),
      })
      this.#registers.push(register)
      this.#nets.push(register)
    }
    const memories = Array.from({ length: choices.below(3) }, (_, index) => this.#memory(index))
    for (let reads = memories.length === 0 ? 0 : choices.below(4); reads > 0; reads--) {
      this.#nets.push(
        builder.memoryRead(choices.pick(memories), {
          clock: choices.pick(clocks),
          address: this.#ofWidth(choices.pick([1, 2, 4, 5])),
          ...(choices.below(2) === 0 ? {} : { enable: this.#ofWidth(1) }),
        }),
      )
    }
    while (!choices.exhausted && builder.netCount < 150) this.#nets.push(this.#operation())
    for (const register of this.#registers) {
      builder.next(register, this.#ofWidth(builder.width(register)))
    }
    for (const memory of memories) this.#write(memory, clocks)
    builder.check({
      kind: 'cover',
      path: 'c',
      condition: this.#ofWidth(1),
      clock: clocks[0]!,
      ...(choices.below(2) === 0 ? {} : { reset: { net: resets[0]!, activeLow: true } }),
    })
    builder.check({ kind: 'assert', path: 'a', condition: this.#ofWidth(1), clock: clocks[1]! })
    const used = new Set(builder.build().nets.flatMap(({ operands }) => operands))
    this.#nets
      .filter((net) => !used.has(net))
      .forEach((net, index) => {
        builder.output(`out${index}_o`, net)
      })
    return builder.build()
  }

  #reset(resets: readonly NetId[], width: number): { width: number; reset?: FlatReset } {
    const kind = this.choices.below(5)
    if (kind === 0) return { width }
    const reset: FlatReset = {
      net: resets[kind % 2]!,
      style: kind < 3 ? 'async' : 'sync',
      activeLow: kind % 2 === 0,
      value: this.choices.bits(width),
    }
    return { width, reset }
  }

  #memory(index: number): number {
    const { choices } = this
    const width = choices.pick(this.widths)
    const depth = choices.pick([1, 3, 8, 13, 16])
    const laneWidth = choices.below(2) === 0 ? width : this.#divisor(width)
    const init =
      choices.below(2) === 0
        ? undefined
        : RomContents.fromWords(
            width,
            Array.from({ length: depth }, () => choices.bits(width)),
          )
    return this.#builder.memory(`mem${index}`, width, depth, laneWidth, init)
  }

  #divisor(width: number): number {
    return this.choices.pick([1, 2, 4, 8, 16, width].filter((lane) => width % lane === 0))
  }

  #write(memory: number, clocks: readonly NetId[]): void {
    const { choices } = this
    const builder = this.#builder
    const { width, laneWidth } = builder.build().memories[memory]!
    for (let ports = 1 + choices.below(2); ports > 0; ports--) {
      builder.memoryWrite(memory, {
        clock: choices.pick(clocks),
        address: this.#ofWidth(choices.pick([1, 2, 4, 5])),
        data: this.#ofWidth(width),
        enable: this.#ofWidth(1),
        ...(choices.below(3) === 0 ? {} : { mask: this.#ofWidth(width / laneWidth) }),
      })
    }
  }

  /** A random net brought to a width. */
  #ofWidth(width: number): NetId {
    const builder = this.#builder
    const same = this.#nets.filter((net) => builder.width(net) === width)
    if (same.length > 0 && this.choices.below(4) !== 0) return this.choices.pick(same)
    const net = this.choices.pick(this.#nets)
    const own = builder.width(net)
    if (own === width) return net
    if (own > width) return builder.slice(net, this.choices.below(own - width + 1), width)
    return this.choices.below(2) === 0 ? builder.zext(net, width) : builder.sext(net, width)
  }

  #operation(): NetId {
    const { choices } = this
    const builder = this.#builder
    const op = choices.pick(operations)
    const a = choices.pick(this.#nets)
    const width = builder.width(a)
    switch (op) {
      case 'const':
        return builder.constant(width, choices.bits(width))
      case 'not':
      case 'neg':
        return builder.net(op, width, [a])
      case 'reduceAnd':
      case 'reduceOr':
      case 'reduceXor':
        return builder.net(op, 1, [a])
      case 'shl':
      case 'lshr':
      case 'ashr':
        return builder.net(op, width, [a, this.#ofWidth(choices.pick([1, 3, 5, 8, 40, 70]))])
      case 'slice': {
        const low = choices.below(width)
        return builder.slice(a, low, 1 + choices.below(width - low))
      }
      case 'index': {
        const element = this.#divisor(width)
        const bits = Math.max(1, Math.ceil(Math.log2(width / element))) + choices.below(2)
        return builder.net('index', element, [a, this.#ofWidth(bits)])
      }
      case 'concat':
        return builder.concat(
          a,
          ...Array.from({ length: choices.below(3) }, () => this.#atMost90()),
        )
      case 'mux':
        return builder.mux(this.#ofWidth(1), a, this.#ofWidth(width))
      case 'zext':
      case 'sext':
        return builder[op](a, width + 1 + choices.below(40))
      case 'romRead': {
        const romWidth = choices.pick(this.widths)
        const depth = choices.pick([1, 2, 5, 16])
        const words = Array.from({ length: depth }, () => choices.bits(romWidth))
        const rom = builder.rom(RomContents.fromWords(romWidth, words))
        return builder.romRead(rom, this.#ofWidth(choices.pick([1, 2, 4, 5, 36])))
      }
      default:
        return builder.binary(op, a, this.#ofWidth(width))
    }
  }

  /** A net of at most 90 bits, so that concatenations do not grow without end. */
  #atMost90(): NetId {
    const net = this.choices.pick(this.#nets)
    const width = this.#builder.width(net)
    if (width <= 90) return net
    return this.#builder.slice(net, this.choices.below(width - 90), 90)
  }
}
