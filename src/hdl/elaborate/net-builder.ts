import type { FlatNet, FlatOp, NetId } from '../ir/flat.js'
import { maskOf } from '../signals/nodes.js'

/** Where the next nets come from; see {@link FlatNet}. */
export interface NetOrigin {
  readonly template: number
  readonly node: number
  readonly instance: number
}

/** Bits of `FlatNet.node` that number the nets made for one expression. */
const netsPerExpression = 64

/**
 * Makes the nets of a flat design: folds constants, drops operators that change nothing, and gives equal
 * nets of one instance one number. Nets of different instances stay apart, so that instances of equal
 * modules stay alike.
 */
export class NetBuilder {
  readonly nets: FlatNet[] = []
  readonly #byKey = new Map<string, NetId>()
  readonly #constants = new Map<string, NetId>()
  #origin: NetOrigin = { template: 0, node: 0, instance: 0 }
  #madeHere = 0

  /** Nets made from now on belong to this expression. */
  at(origin: NetOrigin): void {
    this.#origin = origin
    this.#madeHere = 0
  }

  width(net: NetId): number {
    return this.nets[net]!.width
  }

  constantOf(net: NetId): bigint | undefined {
    return this.nets[net]!.value
  }

  /** A net that is no function of others: register, memory read, input, black box output. */
  source(op: FlatOp, width: number, index: number): NetId {
    return this.#push({ op, width, operands: [], index, ...this.#stamp() })
  }

  constant(value: bigint, width: number): NetId {
    const key = `${width}:${value}`
    let net = this.#constants.get(key)
    if (net === undefined) {
      net = this.#push({
        op: 'const',
        width,
        operands: [],
        value,
        template: -1,
        node: this.#constants.size,
        instance: 0,
      })
      this.#constants.set(key, net)
    }
    return net
  }

  /** A function of other nets; `index` as in {@link FlatNet}. */
  net(op: FlatOp, width: number, operands: readonly NetId[], index?: number): NetId {
    const simple = this.#simplified(op, width, operands, index)
    if (simple !== undefined) return simple
    const key = `${this.#origin.instance};${op};${width};${operands.join(',')};${index ?? ''}`
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const net = this.#push({
      op,
      width,
      operands,
      ...(index === undefined ? {} : { index }),
      ...this.#stamp(),
    })
    this.#byKey.set(key, net)
    return net
  }

  /** Bits `low + width - 1 .. low`. */
  slice(a: NetId, low: number, width: number): NetId {
    if (width === this.width(a)) return a
    const { op, operands, index } = this.nets[a]!
    if (op === 'slice') return this.slice(operands[0]!, index! + low, width)
    if (op === 'concat') return this.#sliceOfParts(operands, low, width)
    if ((op === 'zext' || op === 'sext') && low + width <= this.width(operands[0]!)) {
      return this.slice(operands[0]!, low, width)
    }
    return this.net('slice', width, [a], low)
  }

  /** Parts most significant first. */
  concat(parts: readonly NetId[]): NetId {
    if (parts.length === 1) return parts[0]!
    const width = parts.reduce((sum, part) => sum + this.width(part), 0)
    return this.net('concat', width, parts)
  }

  extend(a: NetId, width: number, signed: boolean): NetId {
    if (width === this.width(a)) return a
    return this.net(signed ? 'sext' : 'zext', width, [a])
  }

  #sliceOfParts(parts: readonly NetId[], low: number, width: number): NetId {
    const taken: NetId[] = []
    let partLow = 0
    for (const part of [...parts].reverse()) {
      const partWidth = this.width(part)
      const from = Math.max(low, partLow)
      const to = Math.min(low + width, partLow + partWidth)
      if (from < to) taken.push(this.slice(part, from - partLow, to - from))
      partLow += partWidth
      if (partLow >= low + width) break
    }
    return this.concat(taken.reverse())
  }

  #stamp() {
    const { template, node, instance } = this.#origin
    return { template, node: node * netsPerExpression + this.#madeHere++, instance }
  }

  #push(net: FlatNet): NetId {
    this.nets.push(net)
    return this.nets.length - 1
  }

  #simplified(
    op: FlatOp,
    width: number,
    operands: readonly NetId[],
    index: number | undefined,
  ): NetId | undefined {
    if (op === 'mux') {
      const [condition, whenTrue, whenFalse] = operands as [NetId, NetId, NetId]
      if (whenTrue === whenFalse) return whenTrue
      const chosen = this.constantOf(condition)
      if (chosen !== undefined) return chosen === 1n ? whenTrue : whenFalse
      return undefined
    }
    if (op === 'romRead') return undefined
    const values: bigint[] = []
    for (const operand of operands) {
      const value = this.constantOf(operand)
      if (value === undefined) return undefined
      values.push(value)
    }
    const widths = operands.map((operand) => this.width(operand))
    return this.constant(evaluate(op, width, values, widths, index), width)
  }
}

/** The value of an operator of {@link FlatOp} on constants. */
export function evaluate(
  op: FlatOp,
  width: number,
  values: readonly bigint[],
  widths: readonly number[],
  index: number | undefined,
): bigint {
  const [a = 0n, b = 0n] = values
  const [aWidth = 0] = widths
  const mask = maskOf(width)
  const signed = (value: bigint) => BigInt.asIntN(aWidth, value)
  switch (op) {
    case 'add':
      return (a + b) & mask
    case 'sub':
      return (a - b) & mask
    case 'mul':
      return (a * b) & mask
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'not':
      return ~a & mask
    case 'neg':
      return -a & mask
    case 'reduceAnd':
      return a === maskOf(aWidth) ? 1n : 0n
    case 'reduceOr':
      return a === 0n ? 0n : 1n
    case 'reduceXor':
      return BigInt(a.toString(2).replaceAll('0', '').length % 2)
    case 'eq':
      return a === b ? 1n : 0n
    case 'ne':
      return a === b ? 0n : 1n
    case 'ult':
      return a < b ? 1n : 0n
    case 'ule':
      return a <= b ? 1n : 0n
    case 'slt':
      return signed(a) < signed(b) ? 1n : 0n
    case 'sle':
      return signed(a) <= signed(b) ? 1n : 0n
    case 'shl':
      return b >= BigInt(width) ? 0n : (a << b) & mask
    case 'lshr':
      return b >= BigInt(width) ? 0n : a >> b
    case 'ashr':
      return (signed(a) >> (b >= BigInt(width) ? BigInt(width) : b)) & mask
    case 'slice':
      return (a >> BigInt(index!)) & mask
    case 'index': {
      const low = b * BigInt(width)
      return low >= BigInt(aWidth) ? 0n : (a >> low) & mask
    }
    case 'concat':
      return values.reduce((sum, value, i) => (sum << BigInt(widths[i]!)) | value, 0n)
    case 'zext':
      return a
    case 'sext':
      return signed(a) & mask
    default:
      throw new Error(`${op} has no constant value`)
  }
}
