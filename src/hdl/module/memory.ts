import { reportHere, withSubject } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { MemoryReadNode, MemoryWriteNode } from '../ir/module-node.js'
import { Place } from '../place.js'
import type { Bool } from '../signals/bool.js'
import type { Clock } from '../signals/clock.js'
import { bitsFor, constant, ref, resized, unsignedOperand } from '../signals/nodes.js'
import { pack, unpack } from '../signals/operators.js'
import { UInt } from '../signals/uint.js'
import type { OperandCheck } from '../types/assignable.js'
import type { HardwareType } from '../types/hardware-type.js'
import type { ModuleBuilder } from './module-builder.js'

export interface MemoryPortOptions {
  /** One bit; the module's clock and the conditions of enclosing `when` and `switch` count in any case. */
  readonly enable?: Bool
  readonly clock?: Clock
}

export interface MemoryWriteOptions extends MemoryPortOptions {
  /** `width / laneWidth` bits; bit i governs bits `(i + 1) * laneWidth - 1 .. i * laneWidth`. */
  readonly mask?: UInt
}

/** A synchronous memory of `depth` elements of one type; a read returns the word before a write of the same cycle. */
export class Memory<T extends HardwareType> {
  readonly #reads: MemoryReadNode[] = []
  readonly #writes: MemoryWriteNode[] = []

  constructor(
    private readonly m: ModuleBuilder,
    readonly name: string,
    readonly type: T,
    readonly depth: number,
    readonly laneWidth: number,
    readonly place: Place,
  ) {}

  /** Bits of an address. */
  get addressWidth(): number {
    return bitsFor(this.depth - 1)
  }

  get reads(): readonly MemoryReadNode[] {
    return this.#reads
  }

  get writes(): readonly MemoryWriteNode[] {
    return this.#writes
  }

  /**
   * A read port: the element at `address` from the next cycle on; without `enable` the data keep still.
   * `if (enable) begin data_q <= kv[address]; end` in an `always_ff @(posedge clk_i)`.
   */
  read(name: string, address: UInt, options: MemoryPortOptions = {}): T['signal'] {
    const addressNode = this.#addressNode(address)
    const data = this.m.declareSignal('memoryRead', name, this.type.width, false)
    const enable = this.m.enableUnder(options.enable)
    this.#reads.push({
      clock: this.m.clockNode(options.clock),
      address: addressNode,
      ...(enable === undefined ? {} : { enable }),
      data,
      place: Place.here(),
    })
    return unpack(this.type, new UInt(ref(data)))
  }

  /**
   * A write port: `if (enable) begin kv[address] <= value; end` in an `always_ff @(posedge clk_i)`. Within
   * `when` and `switch` it writes under their conditions.
   */
  write<const V>(
    address: UInt,
    value: V & OperandCheck<V, T['signal']>,
    options: MemoryWriteOptions = {},
  ): void {
    this.#writes.push({
      clock: this.m.clockNode(options.clock),
      address: this.#addressNode(address),
      data: pack(this.type.compose(withSubject(this, () => this.type.nodesOf(value)))).node,
      enable: this.m.enableUnder(options.enable) ?? constant(1, 1, false),
      ...(options.mask === undefined ? {} : { mask: this.#maskNode(options.mask) }),
      place: Place.here(),
    })
  }

  #addressNode(address: UInt): ExpressionNode {
    const node = unsignedOperand(address, 'address')
    if (node.width !== this.addressWidth) {
      reportHere(
        'OUT_OF_RANGE',
        `an address of ${node.width} bits for ${this.depth} words; ${this.addressWidth} bits are needed`,
        [{ role: 'address', place: node.place }],
        this.name,
      )
    }
    return resized(node, this.addressWidth, false)
  }

  #maskNode(mask: UInt): ExpressionNode {
    const node = unsignedOperand(mask, 'mask')
    const lanes = this.type.width / this.laneWidth
    if (node.width !== lanes) {
      const message = `a mask of ${node.width} bits for ${lanes} lanes`
      reportHere('WIDTH', message, [{ role: 'mask', place: node.place }], this.name)
    }
    return resized(node, lanes, false)
  }
}
