import type { FlatOp, FlatReset, NetId } from '../../../hdl/ir/flat.js'
import { RomContents } from '../../../hdl/ir/rom-contents.js'
import type { Choices } from './choices.js'
import type { DesignBuilder } from './design-builder.js'

const operations: readonly FlatOp[] = [
  'add', 'sub', 'mul', 'and', 'or', 'xor', 'not', 'neg', 'reduceAnd', 'reduceOr', 'reduceXor', 'eq', 'ne',
  'ult', 'ule', 'slt', 'sle', 'shl', 'lshr', 'ashr', 'slice', 'index', 'concat', 'mux', 'zext', 'sext',
  'romRead', 'const',
] // biome-ignore format: one list of words

export interface RandomLogicOptions {
  readonly widths: readonly number[]
  readonly clocks: readonly NetId[]
  /** An active-low and an active-high reset. */
  readonly resets: readonly [activeLow: NetId, activeHigh: NetId]
  /** Nets that the logic may read. */
  readonly sources: readonly NetId[]
  /** Changes the contents of ROMs and memories, and nothing else. */
  readonly salt: number
}

/** Adds random logic with every operator, registers, memories and ROMs to a design. */
export class RandomLogic {
  /** Everything made so far, after the sources. */
  readonly nets: NetId[]
  readonly #registers: NetId[] = []
  readonly #memories: number[] = []
  readonly #builder: DesignBuilder

  constructor(
    builder: DesignBuilder,
    readonly choices: Choices,
    readonly options: RandomLogicOptions,
  ) {
    this.#builder = builder
    this.nets = [...options.sources]
  }

  /** @param operations most operators; fewer when the choices run out */
  build(operations: number): void {
    const { choices } = this
    const builder = this.#builder
    const { clocks } = this.options
    for (let index = choices.below(5); index > 0; index--) {
      const reset = this.#reset(choices.pick(this.options.widths))
      const register = builder.register(`r${index}_q`, reset.width, {
        clock: choices.pick(clocks),
        ...(reset.reset === undefined ? {} : { reset: reset.reset }),
        ...(choices.below(2) === 0 ? {} : { enable: this.ofWidth(1) }),
      })
      this.#registers.push(register)
      this.nets.push(register)
    }
    for (let index = choices.below(3); index > 0; index--) this.#memories.push(this.#memory(index))
    for (let reads = this.#memories.length === 0 ? 0 : choices.below(4); reads > 0; reads--) {
      this.nets.push(
        builder.memoryRead(choices.pick(this.#memories), {
          clock: choices.pick(clocks),
          address: this.ofWidth(choices.pick([1, 2, 4, 5])),
          ...(choices.below(2) === 0 ? {} : { enable: this.ofWidth(1) }),
        }),
      )
    }
    for (let made = 0; made < operations && !choices.exhausted; made++) {
      this.nets.push(this.#operation())
    }
    for (const register of this.#registers) {
      builder.next(register, this.ofWidth(builder.width(register)))
    }
    for (const memory of this.#memories) this.#write(memory)
  }

  #reset(width: number): { width: number; reset?: FlatReset } {
    const kind = this.choices.below(5)
    if (kind === 0) return { width }
    const reset: FlatReset = {
      net: this.options.resets[kind % 2]!,
      style: kind < 3 ? 'async' : 'sync',
      activeLow: kind % 2 === 0,
      value: this.choices.bits(width),
    }
    return { width, reset }
  }

  #memory(index: number): number {
    const { choices } = this
    const width = choices.pick(this.options.widths)
    const depth = choices.pick([1, 3, 8, 13, 16])
    const laneWidth = choices.below(2) === 0 ? width : this.#divisor(width)
    const init =
      choices.below(2) === 0 ? undefined : RomContents.fromWords(width, this.#words(depth, width))
    return this.#builder.memory(`mem${index}`, width, depth, laneWidth, init)
  }

  #divisor(width: number): number {
    return this.choices.pick([1, 2, 4, 8, 16, width].filter((lane) => width % lane === 0))
  }

  #write(memory: number): void {
    const { choices } = this
    const builder = this.#builder
    const { width, laneWidth } = builder.build().memories[memory]!
    for (let ports = 1 + choices.below(2); ports > 0; ports--) {
      builder.memoryWrite(memory, {
        clock: choices.pick(this.options.clocks),
        address: this.ofWidth(choices.pick([1, 2, 4, 5])),
        data: this.ofWidth(width),
        enable: this.ofWidth(1),
        ...(choices.below(3) === 0 ? {} : { mask: this.ofWidth(width / laneWidth) }),
      })
    }
  }

  #words(depth: number, width: number): bigint[] {
    return Array.from({ length: depth }, (_, address) =>
      BigInt.asUintN(width, this.choices.bits(width) + BigInt(this.options.salt * (address + 1))),
    )
  }

  /** A random net brought to a width. */
  ofWidth(width: number): NetId {
    const builder = this.#builder
    const same = this.nets.filter((net) => builder.width(net) === width)
    if (same.length > 0 && this.choices.below(4) !== 0) return this.choices.pick(same)
    const net = this.choices.pick(this.nets)
    const own = builder.width(net)
    if (own === width) return net
    if (own > width) return builder.slice(net, this.choices.below(own - width + 1), width)
    return this.choices.below(2) === 0 ? builder.zext(net, width) : builder.sext(net, width)
  }

  #operation(): NetId {
    const { choices } = this
    const builder = this.#builder
    const op = choices.pick(operations)
    const a = choices.pick(this.nets)
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
        return builder.net(op, width, [a, this.ofWidth(choices.pick([1, 3, 5, 8, 40, 70]))])
      case 'slice': {
        const low = choices.below(width)
        return builder.slice(a, low, 1 + choices.below(width - low))
      }
      case 'index': {
        const element = this.#divisor(width)
        const bits = Math.max(1, Math.ceil(Math.log2(width / element))) + choices.below(2)
        return builder.net('index', element, [a, this.ofWidth(bits)])
      }
      case 'concat':
        return builder.concat(
          a,
          ...Array.from({ length: choices.below(3) }, () => this.#atMost90()),
        )
      case 'mux':
        return builder.mux(this.ofWidth(1), a, this.ofWidth(width))
      case 'zext':
      case 'sext':
        return builder[op](a, width + 1 + choices.below(40))
      case 'romRead': {
        const romWidth = choices.pick(this.options.widths)
        const depth = choices.pick([1, 2, 5, 16])
        const rom = builder.rom(RomContents.fromWords(romWidth, this.#words(depth, romWidth)))
        return builder.romRead(rom, this.ofWidth(choices.pick([1, 2, 4, 5, 36])))
      }
      default:
        return builder.binary(op, a, this.ofWidth(width))
    }
  }

  /** A net of at most 90 bits, so that concatenations do not grow without end. */
  #atMost90(): NetId {
    const net = this.choices.pick(this.nets)
    const width = this.#builder.width(net)
    if (width <= 90) return net
    return this.#builder.slice(net, this.choices.below(width - 90), 90)
  }
}
