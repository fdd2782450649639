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
import { Signal } from './signal.js'

/** Widest net of the language; SystemVerilog tools stop at 65,536-bit literals. */
export const widestNet = 65_536

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
  let number = 0n
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    reportHere('LITERAL', `${value} is no integer that a number holds exactly`)
  } else {
    number = BigInt(value)
  }
  const lowest = signed ? -(1n << BigInt(width - 1)) : 0n
  const highest = signed ? (1n << BigInt(width - 1)) - 1n : maskOf(width)
  if (number < lowest || number > highest) {
    reportHere('LITERAL', `${number} does not fit in ${describe(width, signed)}`)
  }
  return bitPattern(number & maskOf(width), width, signed)
}

/** A constant of known bits, 0..2^width - 1. */
export function bitPattern(value: bigint, width: number, signed: boolean): ConstNode {
  return Object.freeze({ kind: 'const', width, signed, place: Place.here(), value })
}

/** The node of a signal; a plain number or boolean is a constant of the given type. Reports anything else. */
export function operand(value: unknown, width: number, signed: boolean): ExpressionNode {
  if (value instanceof Signal) return value.node
  if (typeof value === 'number' || typeof value === 'bigint') return constant(value, width, signed)
  if (typeof value === 'boolean' && width === 1 && !signed) {
    return constant(value ? 1 : 0, width, signed)
  }
  reportHere('TYPE', `${typeName({ width, signed })} is expected, ${kindOf(value)} is given`)
  return constant(0, width, signed)
}

/** The node of a condition; reports one that is not a single bit, and takes its lowest. */
export function condition(value: unknown): ExpressionNode {
  const node = operand(value, 1, false)
  if (node.width === 1 && !node.signed) return node
  reportHere('CONDITION', `a condition is one bit, ${typeName(node)} is given`, [
    { role: 'condition', place: node.place },
  ])
  return resized(node, 1, false)
}

/** The node of an unsigned value: an index, address, shift amount or mask. */
export function unsignedOperand(value: unknown, role: string): ExpressionNode {
  const node = operand(value, 1, false)
  if (!node.signed) return node
  reportHere('SIGN', `${role} is unsigned, ${typeName(node)} is given`, [
    { role, place: node.place },
  ])
  return cast(node, false)
}

/** A value brought to a type after a fault was reported, so that what it reads still counts as read. */
export function resized(node: ExpressionNode, width: number, signed: boolean): ExpressionNode {
  const fitting = node.width < width ? extend(node, width) : truncate(node, width)
  return cast(fitting, signed)
}

/** What a value that is no signal is, for messages. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`
  return typeof value === 'object' ? 'a composite value' : `a ${typeof value}`
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
  if (!isPossibleWidth(width, op)) return a
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
    return binary(op, resized(a, width, a.signed), resized(b, width, a.signed))
  }
  const width = comparisons.has(op)
    ? 1
    : bitwise.has(op)
      ? a.width
      : op === 'mul'
        ? a.width + b.width
        : Math.max(a.width, b.width) + 1
  if (!isPossibleWidth(width, op)) return a
  const signed = !comparisons.has(op) && (op === 'sub' || a.signed)
  return Object.freeze({ kind: 'binary', op, a, b, width, signed, place: Place.here() })
}

/** Whether `subject` has one of some bit patterns. */
export function matchesAny(subject: ExpressionNode, patterns: readonly bigint[]): ExpressionNode {
  const { width, signed } = subject
  const [first, ...rest] = patterns.map((pattern) =>
    binary('eq', subject, bitPattern(pattern, width, signed)),
  )
  return rest.reduce((a, b) => binary('or', a, b), first ?? constant(0, 1, false))
}

/** Reports a signed amount. */
export function shift(op: 'left' | 'right', a: ExpressionNode, by: unknown): ExpressionNode {
  const { width, signed } = a
  const amount = unsignedOperand(by, 'shift amount')
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

/** Times 2^amount, with `amount` zero bits below. */
export function shiftedUp(a: ExpressionNode, amount: number): ExpressionNode {
  if (amount === 0) return a
  if (!Number.isInteger(amount) || amount < 0) {
    reportHere('OUT_OF_RANGE', `a shift by ${amount} bits`)
    return a
  }
  if (!isPossibleWidth(a.width + amount, 'shl')) return a
  return cast(concat([a, constant(0, amount, false)]), a.signed)
}

/** Element of `width` bits chosen by `index`; the index must have `ceil(log2(elements))` bits. */
export function index(a: ExpressionNode, by: unknown, width: number): ExpressionNode {
  const position = unsignedOperand(by, 'index')
  const elements = a.width / width
  const needed = bitsFor(elements - 1)
  if (position.width !== needed) {
    reportHere(
      'OUT_OF_RANGE',
      `an index of ${position.width} bits into ${elements} elements; ${needed} bits are needed`,
      [{ role: 'index', place: position.place }],
    )
  }
  return Object.freeze({
    kind: 'index',
    a,
    index: resized(position, needed, false),
    width,
    signed: false,
    place: Place.here(),
  })
}

/** Reports a concatenation of nothing, and one beyond the widest net. */
export function concat(parts: readonly ExpressionNode[]): ExpressionNode {
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  if (checkedWidth(width) !== width) return parts[0] ?? constant(0, 1, false)
  return Object.freeze({ kind: 'concat', parts, width, signed: false, place: Place.here() })
}

/** Reports arms of unequal type. */
export function mux(
  chooser: ExpressionNode,
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
  return Object.freeze({
    kind: 'mux',
    condition: chooser,
    whenTrue,
    whenFalse: resized(whenFalse, width, signed),
    width,
    signed,
    place: Place.here(),
  })
}

export function extend(a: ExpressionNode, width: number): ExpressionNode {
  if (width === a.width || checkedWidth(width) !== width) return a
  if (width < a.width) {
    reportHere('WIDTH', `extend of ${typeName(a)} to ${width} bits`, operandPlaces(a))
    return a
  }
  return Object.freeze({ kind: 'extend', a, width, signed: a.signed, place: Place.here() })
}

export function truncate(a: ExpressionNode, width: number): ExpressionNode {
  if (width === a.width || checkedWidth(width) !== width) return a
  if (width > a.width) {
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
  if (width === a.width || checkedWidth(width) !== width) return a
  if (width > a.width) {
    reportHere('WIDTH', `saturate of ${typeName(a)} to ${width} bits`, operandPlaces(a))
    return a
  }
  const low = truncate(a, width)
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

export function romRead(rom: RomNode, at: unknown): RomReadNode {
  const { width, addressWidth, depth } = rom.contents
  const address = unsignedOperand(at, 'address')
  if (address.width !== addressWidth) {
    reportHere(
      'OUT_OF_RANGE',
      `an address of ${address.width} bits for ${depth} words; ${addressWidth} bits are needed`,
      [{ role: 'ROM', place: rom.place }],
      rom.name,
    )
  }
  return Object.freeze({
    kind: 'romRead',
    rom,
    address: resized(address, addressWidth, false),
    width,
    signed: false,
    place: Place.here(),
  })
}

/** Reports an operator whose result would be wider than the widest net. */
function isPossibleWidth(width: number, what: string): boolean {
  if (width <= widestNet) return true
  reportHere('OUT_OF_RANGE', `${what} makes ${width} bits; the widest value is ${widestNet}`)
  return false
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
