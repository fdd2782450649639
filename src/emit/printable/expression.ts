import type { Net } from './net.js'

/**
 * The expressions that the printer knows. Every operand of an operator has the operator's width, so that
 * no tool widens anything by itself; `signed` is how SystemVerilog types the text.
 */
export type SvExpression =
  | SvLiteral
  | SvName
  | SvSelect
  | SvElement
  | SvWord
  | SvUnary
  | SvBinary
  | SvTernary
  | SvConcat
  | SvResize
  | SvSignCast

interface Sized {
  readonly width: number
  readonly signed: boolean
  /** Estimated characters of the text. */
  readonly size: number
  /** Contains a select, which `always_comb` must not (Icarus prints a notice for each). */
  readonly selects: boolean
}

export interface SvLiteral extends Sized {
  readonly kind: 'literal'
  /** The bit pattern. */
  readonly value: bigint
  /** Name of a localparam to print instead of digits. */
  readonly label: string | undefined
  /** Prints in hexadecimal: the literal is a mask. */
  readonly isMask: boolean
}

export interface SvName extends Sized {
  readonly kind: 'name'
  readonly net: Net
}

/** `net[high:low]`, or `net[low]` for one bit. */
export interface SvSelect extends Sized {
  readonly kind: 'select'
  readonly net: Net
  readonly low: number
}

/** `net[start +: width]`, or `net[start]` for one bit; `start` reaches exactly the bits of `net`. */
export interface SvElement extends Sized {
  readonly kind: 'element'
  readonly net: Net
  readonly start: SvExpression
}

/** `memory[address]`. */
export interface SvWord extends Sized {
  readonly kind: 'word'
  readonly memory: string
  readonly address: SvExpression
}

export type SvUnaryOp = '~' | '-' | '&' | '|' | '^'

export interface SvUnary extends Sized {
  readonly kind: 'unary'
  readonly op: SvUnaryOp
  readonly a: SvExpression
}

export type SvBinaryOp =
  | '+'
  | '-'
  | '*'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '<<'
  | '>>'
  | '>>>'

export interface SvBinary extends Sized {
  readonly kind: 'binary'
  readonly op: SvBinaryOp
  readonly a: SvExpression
  readonly b: SvExpression
}

export interface SvTernary extends Sized {
  readonly kind: 'ternary'
  readonly condition: SvExpression
  readonly whenTrue: SvExpression
  readonly whenFalse: SvExpression
}

/** `{a, b}`; `{n{a}}` when there is one part and a count. */
export interface SvConcat extends Sized {
  readonly kind: 'concat'
  readonly parts: readonly SvExpression[]
  readonly count: number
}

/** `width'(a)` of a plain name, select or sign cast: extends by the sign of `a`. */
export interface SvResize extends Sized {
  readonly kind: 'resize'
  readonly a: SvExpression
}

/** `$signed(a)` or `$unsigned(a)`. */
export interface SvSignCast extends Sized {
  readonly kind: 'signCast'
  readonly a: SvExpression
}

/** Longest literal that Verilator reads. */
export const widestLiteral = 65_536

export function literal(width: number, value: bigint, signed = false, label?: string): SvLiteral {
  refuse(width > widestLiteral, `a literal of ${width} bits`)
  const size = label?.length ?? 5 + width / 4
  return { kind: 'literal', width, signed, value, label, isMask: false, size, selects: false }
}

/** A literal that stands for its bits rather than for a number. */
export function mask(text: SvLiteral): SvLiteral {
  return { ...text, signed: false, isMask: true }
}

export function name(net: Net): SvName {
  const { width, signed } = net
  return { kind: 'name', net, width, signed, size: net.name.length, selects: false }
}

export function select(net: Net, low: number, width: number): SvSelect | SvName {
  if (low === 0 && width === net.width) return name(net)
  refuse(low < 0 || low + width > net.width, `bits ${low + width - 1}..${low} of ${net.name}`)
  const size = net.name.length + 6
  return { kind: 'select', net, low, width, signed: false, size, selects: true }
}

export function element(net: Net, start: SvExpression, width: number): SvElement {
  refuse(start.signed, `a signed index into ${net.name}`)
  refuse(start.width !== Math.max(1, Math.ceil(Math.log2(net.width))), `an index into ${net.name}`)
  const size = net.name.length + start.size + 8
  return { kind: 'element', net, start, width, signed: false, size, selects: true }
}

export function word(memory: string, address: SvExpression, width: number): SvWord {
  refuse(address.signed, `a signed address of ${memory}`)
  const size = memory.length + address.size + 2
  return { kind: 'word', memory, address, width, signed: false, size, selects: true }
}

export function unary(op: SvUnaryOp, a: SvExpression): SvUnary {
  refuseOperands(a)
  const reduces = op === '&' || op === '|' || op === '^'
  const width = reduces ? 1 : a.width
  const signed = !reduces && a.signed
  return { kind: 'unary', op, a, width, signed, size: a.size + 3, selects: a.selects }
}

const comparisons: ReadonlySet<SvBinaryOp> = new Set(['==', '!=', '<', '<=', '>', '>='])
const shifts: ReadonlySet<SvBinaryOp> = new Set(['<<', '>>', '>>>'])

/** @param width only for `*`, whose result may be the sum of the widths of its operands */
export function binary(
  op: SvBinaryOp,
  a: SvExpression,
  b: SvExpression,
  width = comparisons.has(op) ? 1 : a.width,
): SvBinary {
  const isShift = shifts.has(op)
  if (op === '*' && (a.width < width || b.width < width)) {
    refuse(a.width > width || b.width > width, 'a product narrower than an operand')
    refuse(a.signed !== b.signed, 'a product of a signed and an unsigned value')
    refuse(!(isSelfDetermined(a) && isSelfDetermined(b)), 'an expression in a widening product')
  } else {
    refuse(!isShift && a.width !== b.width, `${op} of unequal widths`)
  }
  refuseOperands(a, b)
  refuse(op === '>>>' && !a.signed, 'an arithmetic shift of an unsigned value')
  const ordered = op !== '==' && op !== '!=' && comparisons.has(op)
  refuse(ordered && a.signed !== b.signed, `${op} of a signed and an unsigned value`)
  const signed = !comparisons.has(op) && a.signed && (isShift || b.signed)
  const size = a.size + b.size + 5
  return { kind: 'binary', op, a, b, width, signed, size, selects: a.selects || b.selects }
}

export function ternary(
  condition: SvExpression,
  whenTrue: SvExpression,
  whenFalse: SvExpression,
): SvTernary {
  refuseOperands(condition, whenTrue, whenFalse)
  refuse(condition.width !== 1, 'a condition of several bits')
  refuse(whenTrue.width !== whenFalse.width, 'arms of unequal widths')
  return {
    kind: 'ternary',
    condition,
    whenTrue,
    whenFalse,
    width: whenTrue.width,
    signed: whenTrue.signed && whenFalse.signed,
    size: condition.size + whenTrue.size + whenFalse.size + 8,
    selects: condition.selects || whenTrue.selects || whenFalse.selects,
  }
}

export function concat(parts: readonly SvExpression[], count = 1): SvConcat {
  refuseOperands(...parts)
  let [width, size, selects] = [0, 4, false]
  for (const part of parts) {
    width += part.width
    size += part.size + 2
    selects ||= part.selects
  }
  return { kind: 'concat', parts, count, width: width * count, signed: false, size, selects }
}

/** @throws Error unless `a` is a name, a select or a sign cast of one: tools differ on operators */
export function resize(a: SvExpression, width: number): SvResize {
  const leaf = a.kind === 'signCast' ? a.a : a
  refuse(width <= a.width, 'a truncating size cast')
  refuse(leaf.kind !== 'name' && leaf.kind !== 'select', `a size cast of a ${leaf.kind}`)
  return { kind: 'resize', a, width, signed: a.signed, size: a.size + 5, selects: a.selects }
}

export function signCast(a: SvExpression, signed: boolean): SvSignCast {
  refuseOperands(a)
  return { kind: 'signCast', a, width: a.width, signed, size: a.size + 10, selects: a.selects }
}

/** Whether the value is the same in a context that is wider than the expression. */
export function isSelfDetermined(a: SvExpression): boolean {
  return a.kind !== 'unary' && a.kind !== 'binary' && a.kind !== 'ternary'
}

/**
 * What may stand only as the whole value of an assignment, because its meaning depends on the width or
 * the sign of what surrounds it: whole products and arithmetic shifts.
 */
function refuseOperands(...operands: readonly SvExpression[]): void {
  for (const operand of operands) {
    if (operand.kind !== 'binary') continue
    refuse(operand.op === '>>>', 'an arithmetic shift inside an expression')
    const narrowest = Math.min(operand.a.width, operand.b.width)
    const widens = operand.op === '*' && narrowest < operand.width
    refuse(widens, 'a widening product inside an expression')
  }
}

function refuse(illegal: boolean, what: string): void {
  if (illegal) throw new Error(`the printer does not print ${what}`)
}
