import { reportHere } from '../diagnostics/diagnostic.js'
import type {
  BinaryOp,
  ConstNode,
  ExpressionNode,
  RefNode,
  RomReadNode,
  UnaryOp,
} from '../ir/expression.js'
import type { RomNode, SignalNode } from '../ir/module-node.js'
import { Place } from '../place.js'

/** Widest net of the language; SystemVerilog tools stop at 65,536-bit literals. */
const widestNet = 65_536

export function maskOf(width: number): bigint {
  return (1n << BigInt(width)) - 1n
}

/** Bits that an unsigned number needs, at least 1. */
export function bitsFor(value: number | bigint): number {
  const magnitude = BigInt(value)
  return magnitude === 0n ? 1 : magnitude.toString(2).length
}

/** A width from a parameter; reports and repairs what is no width. */
export function checkedWidth(width: number): number {
  if (Number.isInteger(width) && width >= 1 && width <= widestNet) return width
  reportHere('OUT_OF_RANGE', `${width} is no width; widths are 1 to ${widestNet} bits`)
  return 1
}

/** A constant; reports one that does not fit, and takes its low bits. */
export function constant(value: number | bigint, width: number, signed: boolean): ConstNode {
  const place = Place.here()
  let number = 0n
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    reportHere('WIDTH', `${value} is no integer that a number can hold exactly`)
  } else {
    number = BigInt(value)
  }
  const lowest = signed ? -(1n << BigInt(width - 1)) : 0n
  const highest = signed ? (1n << BigInt(width - 1)) - 1n : maskOf(width)
  if (number < lowest || number > highest) {
    reportHere('WIDTH', `${number} does not fit in ${describe(width, signed)}`)
  }
  return Object.freeze({ kind: 'const', width, signed, place, value: number & maskOf(width) })
}

export function ref(signal: SignalNode): RefNode {
  return Object.freeze({
    kind: 'ref',
    width: signal.width,
    signed: signal.signed,
    place: signal.place,
    signal,
  })
}

export function unary(op: UnaryOp, a: ExpressionNode): ExpressionNode {
  const width = op === 'not' ? a.width : op === 'neg' ? a.width + 1 : 1
  const signed = op === 'not' ? a.signed : op === 'neg'
  return Object.freeze({ kind: 'unary', op, a, width, signed, place: Place.here() })
}

const comparisons: ReadonlySet<BinaryOp> = new Set(['eq', 'ne', 'lt', 'le'])
const bitwise: ReadonlySet<BinaryOp> = new Set(['and', 'or', 'xor'])

/** See the width rules at {@link BinaryNode}; mixed signs and unequal bitwise widths are reported. */
export function binary(op: BinaryOp, a: ExpressionNode, b: ExpressionNode): ExpressionNode {
  if (a.signed !== b.signed) {
    reportHere('SIGN', `${op} of ${typeName(a)} and ${typeName(b)}`, operandPlaces(a, b))
  }
  if (bitwise.has(op) && a.width !== b.width) {
    reportHere('WIDTH', `${op} of ${typeName(a)} and ${typeName(b)}`, operandPlaces(a, b))
    const width = Math.max(a.width, b.width)
    return binary(op, extend(a, width), extend(b, width))
  }
  const width = comparisons.has(op)
    ? 1
    : bitwise.has(op)
      ? a.width
      : op === 'mul'
        ? a.width + b.width
        : Math.max(a.width, b.width) + 1
  const signed = !comparisons.has(op) && (op === 'sub' || a.signed)
  return Object.freeze({ kind: 'binary', op, a, b, width, signed, place: Place.here() })
}

export function shift(
  op: 'left' | 'right',
  a: ExpressionNode,
  amount: ExpressionNode,
): ExpressionNode {
  const { width, signed } = a
  return Object.freeze({ kind: 'shift', op, a, amount, width, signed, place: Place.here() })
}

/** Reports a range outside `a`; the result is then the nearest one inside. */
export function slice(a: ExpressionNode, high: number, low: number): ExpressionNode {
  const place = Place.here()
  if (
    !(Number.isInteger(high) && Number.isInteger(low) && 0 <= low && low <= high && high < a.width)
  ) {
    reportHere('OUT_OF_RANGE', `bits ${high}..${low} of ${typeName(a)}`, [
      { role: 'operand', place: a.place },
    ])
    return Object.freeze({ kind: 'slice', a, low: 0, width: 1, signed: false, place })
  }
  return Object.freeze({ kind: 'slice', a, low, width: high - low + 1, signed: false, place })
}

/** Element of `width` bits chosen by `index`; the index must have `ceil(log2(elements))` bits. */
export function index(a: ExpressionNode, position: ExpressionNode, width: number): ExpressionNode {
  const elements = a.width / width
  const needed = Math.max(1, bitsFor(elements - 1))
  if (position.width !== needed) {
    reportHere(
      'OUT_OF_RANGE',
      `an index of ${position.width} bits into ${elements} elements; ${needed} bits are needed`,
      [{ role: 'index', place: position.place }],
    )
  }
  const node = {
    kind: 'index',
    a,
    index: position,
    width,
    signed: false,
    place: Place.here(),
  } as const
  return Object.freeze(node)
}

export function concat(parts: readonly ExpressionNode[]): ExpressionNode {
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  checkedWidth(width)
  return Object.freeze({ kind: 'concat', parts, width, signed: false, place: Place.here() })
}

/** Reports a condition of several bits and arms of unequal type. */
export function mux(
  condition: ExpressionNode,
  whenTrue: ExpressionNode,
  whenFalse: ExpressionNode,
): ExpressionNode {
  if (whenTrue.width !== whenFalse.width || whenTrue.signed !== whenFalse.signed) {
    const code = whenTrue.width === whenFalse.width ? 'SIGN' : 'WIDTH'
    reportHere(code, `mux of ${typeName(whenTrue)} and ${typeName(whenFalse)}`, [
      { role: 'when true', place: whenTrue.place },
      { role: 'when false', place: whenFalse.place },
    ])
  }
  const { width, signed } = whenTrue
  const place = Place.here()
  return Object.freeze({ kind: 'mux', condition, whenTrue, whenFalse, width, signed, place })
}

export function extend(a: ExpressionNode, width: number): ExpressionNode {
  if (width === a.width) return a
  if (!(checkedWidth(width) > a.width)) {
    reportHere('WIDTH', `extend of ${typeName(a)} to ${width} bits`, operandPlaces(a))
    return a
  }
  return Object.freeze({ kind: 'extend', a, width, signed: a.signed, place: Place.here() })
}

export function truncate(a: ExpressionNode, width: number): ExpressionNode {
  if (width === a.width) return a
  if (!(checkedWidth(width) < a.width)) {
    reportHere('WIDTH', `truncate of ${typeName(a)} to ${width} bits`, operandPlaces(a))
    return a
  }
  return Object.freeze({ kind: 'truncate', a, width, signed: a.signed, place: Place.here() })
}

export function cast(a: ExpressionNode, signed: boolean): ExpressionNode {
  if (a.signed === signed) return a
  return Object.freeze({ kind: 'cast', a, width: a.width, signed, place: Place.here() })
}

/** The nearest representable value of `width` bits with the sign of `a`. */
export function saturate(a: ExpressionNode, width: number): ExpressionNode {
  const low = truncate(a, width)
  if (low === a) return a
  if (!a.signed) {
    const overflow = unary('reduceOr', slice(a, a.width - 1, width))
    return mux(overflow, constant(maskOf(width), width, false), low)
  }
  const top = slice(a, a.width - 1, width - 1)
  const fits = binary('or', unary('reduceAnd', top), unary('not', unary('reduceOr', top)))
  const negative = slice(a, a.width - 1, a.width - 1)
  const limit = 1n << BigInt(width - 1)
  const extreme = mux(negative, constant(-limit, width, true), constant(limit - 1n, width, true))
  return mux(fits, low, extreme)
}

export function romRead(rom: RomNode, address: ExpressionNode): RomReadNode {
  const { width, addressWidth, depth } = rom.contents
  if (address.width !== addressWidth) {
    reportHere(
      'OUT_OF_RANGE',
      `an address of ${address.width} bits for the ${depth} words of ROM ${rom.name}; ${addressWidth} bits are needed`,
      [{ role: 'ROM', place: rom.place }],
    )
  }
  return Object.freeze({ kind: 'romRead', rom, address, width, signed: false, place: Place.here() })
}

export function typeName({ width, signed }: { width: number; signed: boolean }): string {
  return `${signed ? 'sint' : 'uint'}(${width})`
}

function describe(width: number, signed: boolean): string {
  return `${width} ${signed ? 'signed' : 'unsigned'} bit${width === 1 ? '' : 's'}`
}

function operandPlaces(a: ExpressionNode, b?: ExpressionNode) {
  const places = [{ role: 'left operand', place: a.place }]
  return b === undefined ? places : [...places, { role: 'right operand', place: b.place }]
}
