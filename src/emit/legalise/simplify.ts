import type { Net } from '../printable/net.js'
import { foldOperator, maskOf, toSigned } from './fold.js'
import { Term, type TermLook, type TermOp } from './term.js'

/** Rewriting an operand's inside stops above this many nodes, which keeps the pass linear. */
const heaviestRewrite = 24

export const plainLook: TermLook = {
  signed: false,
  shared: false,
  exact: false,
  place: undefined,
}

export function constant(width: number, value: bigint, look: TermLook = plainLook): Term {
  return new Term('const', width, [], look, value & maskOf(width))
}

export function netTerm(net: Net): Term {
  const look = { ...plainLook, signed: net.signed, place: net.place }
  return new Term('net', net.width, [], look, 0n, 0, net)
}

type Reduction = 'reduceAnd' | 'reduceOr' | 'reduceXor'

export function unary(op: 'not' | 'neg' | Reduction, a: Term, look: TermLook = plainLook): Term {
  const width = op === 'not' || op === 'neg' ? a.width : 1
  if (a.isConst) return constant(width, foldOperator(op, width, a.value, a.width, 0n, 1), look)
  if (op === 'not') {
    if (a.op === 'not') return a.operands[0]!
    const opposite = a.shared ? undefined : complement(a, look)
    if (opposite !== undefined) return opposite
  }
  if (op !== 'not' && op !== 'neg') {
    if (a.width === 1) return a
    if (a.op === 'zext') {
      return op === 'reduceAnd' ? constant(1, 0n, look) : unary(op, a.operands[0]!, look)
    }
    if (a.op === 'sext' && op !== 'reduceXor') return unary(op, a.operands[0]!, look)
    if (a.op === 'concat') return reduceConcat(op, a, look)
  }
  return new Term(op, width, [a], look)
}

/** Takes the constant parts out of a reduction. */
function reduceConcat(op: Reduction, a: Term, look: TermLook): Term {
  const fixed = a.operands.filter((part) => part.isConst)
  const rest = a.operands.filter((part) => !part.isConst)
  const bits = fixed.map(({ value, width }) => foldOperator(op, 1, value, width, 0n, 1))
  if (op === 'reduceAnd' && bits.includes(0n)) return constant(1, 0n, look)
  if (op === 'reduceOr' && bits.includes(1n)) return constant(1, 1n, look)
  if (a.shared || fixed.length === 0) return new Term(op, 1, [a], look)
  const reduced = unary(op, concat(rest), look)
  const odd = op === 'reduceXor' && bits.filter((bit) => bit === 1n).length % 2 === 1
  return odd ? unary('not', reduced, look) : reduced
}

function complement(a: Term, look: TermLook): Term | undefined {
  const [x, y] = a.operands
  switch (a.op) {
    case 'reduceOr':
      return compare('eq', x!, constant(x!.width, 0n), look)
    case 'eq':
      return new Term('ne', 1, a.operands, look)
    case 'ne':
      return new Term('eq', 1, a.operands, look)
    case 'ult':
      return compare('ule', y!, x!, look)
    case 'ule':
      return compare('ult', y!, x!, look)
    case 'slt':
      return compare('sle', y!, x!, look)
    case 'sle':
      return compare('slt', y!, x!, look)
    default:
      return undefined
  }
}

/** `add`, `sub`, `mul` of operands that have the width of the result. */
export function arithmetic(
  op: 'add' | 'sub' | 'mul',
  a: Term,
  b: Term,
  look: TermLook = plainLook,
): Term {
  const { width } = a
  if (a.isConst && b.isConst) {
    return constant(width, foldOperator(op, width, a.value, width, b.value, width), look)
  }
  if (b.isConst && b.value === 0n) return op === 'mul' ? constant(width, 0n, look) : a
  if (a.isConst && a.value === 0n) {
    if (op === 'add') return b
    return op === 'mul' ? constant(width, 0n, look) : new Term('neg', width, [b], look)
  }
  if (op === 'mul' && b.isConst && b.value === 1n) return a
  if (op === 'mul' && a.isConst && a.value === 1n) return b
  return new Term(op, width, [a, b], look)
}

/** The whole product; the operands may differ in width. */
export function product(signed: boolean, a: Term, b: Term, look: TermLook = plainLook): Term {
  const width = a.width + b.width
  const op = signed ? 'smul' : 'umul'
  if (a.isConst && b.isConst) {
    return constant(width, foldOperator(op, width, a.value, a.width, b.value, b.width), look)
  }
  for (const [factor, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (!factor.isConst) continue
    if (factor.value === 0n) return constant(width, 0n, look)
    const one = signed ? toSigned(factor.value, factor.width) : factor.value
    if (one === 1n) return extend(other, width, signed, look)
  }
  return new Term(op, width, [a, b], look)
}

export function bitwise(
  op: 'and' | 'or' | 'xor',
  a: Term,
  b: Term,
  look: TermLook = plainLook,
): Term {
  const { width } = a
  if (a.isConst && b.isConst) {
    return constant(width, foldOperator(op, width, a.value, width, b.value, width), look)
  }
  if (a === b) return op === 'xor' ? constant(width, 0n, look) : a
  const [fixed, other] = a.isConst ? [a, b] : [b, a]
  if (fixed.isConst) {
    const ones = fixed.value === maskOf(width)
    const zeros = fixed.value === 0n
    if (op === 'and' && zeros) return constant(width, 0n, look)
    if (op === 'and' && ones) return other
    if (op === 'or' && ones) return constant(width, maskOf(width), look)
    if (op !== 'and' && zeros) return other
    if (op === 'xor' && ones) return unary('not', other, look)
  }
  return new Term(op, width, [a, b], look)
}

export type Comparison = 'eq' | 'ne' | 'ult' | 'ule' | 'slt' | 'sle'

/** Compares operands of equal width; comparisons that cannot vary become constants. */
export function compare(op: Comparison, a: Term, b: Term, look: TermLook = plainLook): Term {
  const { width } = a
  const answer = (value: boolean) => constant(1, value ? 1n : 0n, look)
  if (a.isConst && b.isConst) {
    return constant(1, foldOperator(op, 1, a.value, width, b.value, width), look)
  }
  if (a === b) return answer(op === 'eq' || op === 'ule' || op === 'sle')
  const narrow = narrowComparison(op, a, b, look)
  if (narrow !== undefined) return narrow
  if (op === 'eq' || op === 'ne') return equality(op, a, b, look)
  if (width === 1) {
    // As numbers of one bit: 0 and 1, or 0 and -1.
    const [low, high] = op === 'ult' || op === 'ule' ? [a, b] : [b, a]
    const isLess = bitwise('and', unary('not', low), high, look)
    const isMore = bitwise('or', unary('not', low), high, look)
    return op === 'ult' || op === 'slt' ? isLess : isMore
  }
  const signed = op === 'slt' || op === 'sle'
  const least = signed ? 1n << BigInt(width - 1) : 0n
  const greatest = signed ? least - 1n : maskOf(width)
  const strict = op === 'ult' || op === 'slt'
  if (b.isConst && b.value === (strict ? least : greatest)) return answer(!strict)
  if (a.isConst && a.value === (strict ? greatest : least)) return answer(!strict)
  if (b.isConst && b.value === (strict ? greatest : least)) {
    return equality(strict ? 'ne' : 'eq', a, b, look)
  }
  if (a.isConst && a.value === (strict ? least : greatest)) {
    return equality(strict ? 'ne' : 'eq', b, a, look)
  }
  return new Term(op, 1, [a, b], look)
}

function equality(op: 'eq' | 'ne', a: Term, b: Term, look: TermLook): Term {
  const [fixed, other] = a.isConst ? [a, b] : [b, a]
  if (!fixed.isConst) return new Term(op, 1, [a, b], look)
  if (fixed.width === 1) {
    return (fixed.value === 1n) === (op === 'eq') ? other : unary('not', other, look)
  }
  return new Term(op, 1, [other, fixed], look)
}

/** Compares below the common extension of both operands, or decides where a constant lies outside it. */
function narrowComparison(op: Comparison, a: Term, b: Term, look: TermLook): Term | undefined {
  const extension = a.op === 'zext' || a.op === 'sext' ? a : b
  if (extension.op !== 'zext' && extension.op !== 'sext') return undefined
  const other = extension === a ? b : a
  const inner = extension.operands[0]!
  const signedOrder = op === 'slt' || op === 'sle'
  if (signedOrder && extension.op === 'zext') {
    // Numbers that are not negative on both sides compare the same without a sign.
    const positive = other.op === 'zext' || (other.isConst && toSigned(other.value, a.width) >= 0n)
    return positive ? compare(op === 'slt' ? 'ult' : 'ule', a, b, look) : undefined
  }
  if (!signedOrder && op !== 'eq' && op !== 'ne' && extension.op === 'sext') return undefined
  if (other.isConst) {
    const low = constant(inner.width, other.value, { ...plainLook, signed: other.signed })
    if (extend(low, a.width, extension.op === 'sext').value === other.value) {
      return a === extension ? compare(op, inner, low, look) : compare(op, low, inner, look)
    }
    if (op === 'eq' || op === 'ne') return constant(1, op === 'eq' ? 0n : 1n, look)
    const value = signedOrder ? toSigned(other.value, a.width) : other.value
    return constant(1, value > 0n === (a === extension) ? 1n : 0n, look)
  }
  if (other.op === extension.op) {
    const width = Math.max(inner.width, other.operands[0]!.width)
    if (width === a.width) return undefined
    const signed = extension.op === 'sext'
    const [x, y] = [a.operands[0]!, b.operands[0]!]
    return compare(op, extend(x, width, signed), extend(y, width, signed), look)
  }
  return undefined
}

export function mux(
  condition: Term,
  whenTrue: Term,
  whenFalse: Term,
  look: TermLook = plainLook,
): Term {
  if (condition.isConst) return condition.value === 1n ? whenTrue : whenFalse
  if (condition.op === 'not') return mux(condition.operands[0]!, whenFalse, whenTrue, look)
  if (sameTerm(whenTrue, whenFalse)) return whenTrue
  const { width } = whenTrue
  if (width === 1 && whenTrue.isConst && whenFalse.isConst) {
    return whenTrue.value === 1n ? condition : unary('not', condition, look)
  }
  return new Term('mux', width, [condition, whenTrue, whenFalse], look)
}

function sameTerm(a: Term, b: Term): boolean {
  if (a === b) return true
  if (a.op === 'net' && b.op === 'net') return a.net === b.net
  return a.isConst && b.isConst && a.width === b.width && a.value === b.value
}

/** Widens to `width` bits, by the sign when `signed`. */
export function extend(a: Term, width: number, signed: boolean, look: TermLook = plainLook): Term {
  if (width === a.width) return a
  const op: TermOp = signed ? 'sext' : 'zext'
  if (a.isConst) {
    const value = signed ? toSigned(a.value, a.width) : a.value
    return constant(width, value, { ...look, signed: look.signed || a.signed })
  }
  if (a.op === 'zext') return extend(within(a), width, false, look)
  if (a.op === 'sext' && signed) return extend(within(a), width, true, look)
  if (!a.shared && a.weight <= heaviestRewrite) {
    const wide = (operand: Term) => extend(operand, width, signed)
    const deep = { ...look, signed, exact: true }
    if (a.exact && a.op === 'add' && a.signed === signed) {
      return arithmetic('add', wide(a.operands[0]!), wide(a.operands[1]!), deep)
    }
    // A difference and a negation are signed; their operands have been widened to hold them.
    if (a.exact && a.op === 'sub' && signed) {
      return arithmetic('sub', wide(a.operands[0]!), wide(a.operands[1]!), deep)
    }
    if (a.exact && a.op === 'neg' && signed) return unary('neg', wide(a.operands[0]!), deep)
    if (a.op === 'mux') return mux(a.operands[0]!, wide(a.operands[1]!), wide(a.operands[2]!), look)
  }
  return new Term(op, width, [a], look)
}

/** The operand of a term that is bypassed; it stays in use there when the term is shared. */
function within(a: Term): Term {
  const inner = a.operands[0]!
  if (a.shared) inner.shared = true
  return inner
}

/** Operators whose low bits do not depend on the high bits of their operands. */
const carriesUpwards: ReadonlySet<TermOp> = new Set(['add', 'sub', 'mul', 'umul', 'smul', 'neg'])

/** Bits `low + width - 1 .. low` of `a`. */
export function slice(a: Term, low: number, width: number, look: TermLook = plainLook): Term {
  if (low === 0 && width === a.width) return a
  const inner = a.operands[0]
  switch (a.op) {
    case 'const':
      return constant(width, a.value >> BigInt(low), look)
    case 'slice':
      return slice(within(a), a.low + low, width, look)
    case 'concat':
      return sliceOfConcat(a, low, width, look)
    case 'zext':
    case 'sext':
      return sliceOfExtension(a, low, width, look)
  }
  if (!a.shared && a.weight <= heaviestRewrite) {
    const part = (operand: Term) => slice(operand, low, width)
    switch (a.op) {
      case 'not':
        return unary('not', part(inner!), look)
      case 'and':
      case 'or':
      case 'xor':
        return bitwise(a.op, part(inner!), part(a.operands[1]!), look)
      case 'mux':
        return mux(inner!, part(a.operands[1]!), part(a.operands[2]!), look)
    }
    const top = low + width
    if (low > 0 && top < a.width && carriesUpwards.has(a.op)) {
      return slice(slice(a, 0, top), low, width, look)
    }
    if (low === 0) {
      const resized = (operand: Term, signed: boolean) =>
        operand.width < width ? extend(operand, width, signed) : part(operand)
      switch (a.op) {
        case 'neg':
          return unary('neg', part(inner!), look)
        case 'add':
        case 'sub':
        case 'mul':
          return arithmetic(a.op, part(inner!), part(a.operands[1]!), look)
        case 'umul':
        case 'smul': {
          const signed = a.op === 'smul'
          return arithmetic('mul', resized(inner!, signed), resized(a.operands[1]!, signed), look)
        }
        case 'shl':
          return shift('shl', part(inner!), a.operands[1]!, look)
      }
    }
  }
  return new Term('slice', width, [a], look, 0n, low)
}

function sliceOfConcat(a: Term, low: number, width: number, look: TermLook): Term {
  const parts: Term[] = []
  let position = a.width
  for (const part of a.operands) {
    position -= part.width
    const from = Math.max(low, position)
    const to = Math.min(low + width, position + part.width)
    if (from >= to) continue
    if (a.shared) part.shared = true
    parts.push(slice(part, from - position, to - from))
  }
  return concat(parts, look)
}

function sliceOfExtension(a: Term, low: number, width: number, look: TermLook): Term {
  const inner = within(a)
  const signed = a.op === 'sext'
  if (low + width <= inner.width) return slice(inner, low, width, look)
  if (low < inner.width) return extend(slice(inner, low, inner.width - low), width, signed, look)
  return signed
    ? extend(slice(inner, inner.width - 1, 1), width, true, look)
    : constant(width, 0n, look)
}

/** Parts most significant first; neighbours that were cut from one term grow together again. */
export function concat(parts: readonly Term[], look: TermLook = plainLook): Term {
  const joined: Term[] = []
  for (const part of parts) {
    const pieces = part.op === 'concat' && !part.shared ? part.operands : [part]
    for (const piece of pieces) {
      const last = joined.at(-1)
      const both = last === undefined ? undefined : joinNeighbours(last, piece)
      if (both === undefined) joined.push(piece)
      else joined[joined.length - 1] = both
    }
  }
  if (joined.length === 1) return joined[0]!
  const width = joined.reduce((sum, part) => sum + part.width, 0)
  const [first, ...rest] = joined
  if (first!.isConst && first!.value === 0n) return extend(concat(rest), width, false, look)
  return new Term('concat', width, joined, look)
}

function joinNeighbours(high: Term, low: Term): Term | undefined {
  if (high.isConst && low.isConst) {
    const width = high.width + low.width
    return constant(width, (high.value << BigInt(low.width)) | low.value)
  }
  if (high.op !== 'slice' || high.low === 0) return undefined
  const [source] = high.operands
  if (
    low.op === 'slice' &&
    sameTerm(low.operands[0]!, source!) &&
    low.low + low.width === high.low
  ) {
    return slice(source!, low.low, high.width + low.width)
  }
  return undefined
}

/** `left` shifts in zeros, `right` zeros or the sign; the width of `a` is kept. */
export function shift(
  op: 'shl' | 'lshr' | 'ashr',
  a: Term,
  amount: Term,
  look: TermLook = plainLook,
): Term {
  const { width } = a
  if (a.isConst && a.value === 0n) return a
  if (amount.op === 'zext') return shift(op, a, amount.operands[0]!, look)
  if (amount.isConst) {
    const distance = amount.value < BigInt(width) ? Number(amount.value) : width
    return shiftByConstant(op, a, distance, look)
  }
  const bits = Math.max(1, Math.ceil(Math.log2(width + 1)))
  if (amount.width > 32 && amount.width > bits) {
    // Verilator shifts by at most 32 bits of distance; more than the width shifts everything out.
    const far = unary('reduceOr', slice(amount, bits, amount.width - bits))
    const near = new Term(op, width, [a, slice(amount, 0, bits)], look)
    return mux(far, shiftByConstant(op, a, width, look), near, look)
  }
  return new Term(op, width, [a, amount], look)
}

function shiftByConstant(
  op: 'shl' | 'lshr' | 'ashr',
  a: Term,
  distance: number,
  look: TermLook,
): Term {
  const { width } = a
  if (distance === 0) return a
  if (op === 'shl') {
    if (distance === width) return constant(width, 0n, look)
    return concat([slice(a, 0, width - distance), constant(distance, 0n)], look)
  }
  if (op === 'lshr') {
    if (distance === width) return constant(width, 0n, look)
    return extend(slice(a, distance, width - distance), width, false, look)
  }
  const kept = Math.max(1, width - distance)
  return extend(slice(a, width - kept, kept), width, true, look)
}

/** Element `position` of `a` seen as elements of `width` bits; beyond its end zero. */
export function index(a: Term, position: Term, width: number, look: TermLook = plainLook): Term {
  const elements = a.width / width
  if (position.op === 'zext') return index(a, within(position), width, look)
  if (position.isConst) {
    return position.value < BigInt(elements)
      ? slice(a, Number(position.value) * width, width, look)
      : constant(width, 0n, look)
  }
  if (2 ** position.width > elements) {
    position.shared = true
    const inRange = compare('ult', position, constant(position.width, BigInt(elements)))
    const bits = bitsOfIndex(elements)
    const near = elements === 1 ? a : element(a, slice(position, 0, bits), width, look)
    return mux(inRange, near, constant(width, 0n), look)
  }
  return element(a, position, width, look)
}

/** A position that counts the elements of `a`. */
function element(a: Term, position: Term, width: number, look: TermLook): Term {
  const exact = extend(position, bitsOfIndex(a.width / width), false)
  const start = firstBit(a, exact, width)
  if (start.isConst) {
    const low = Number(start.value)
    return low + width <= a.width ? slice(a, low, width, look) : constant(width, 0n, look)
  }
  return new Term('element', width, [a, start], look)
}

/** The number of the lowest bit of an element, in as many bits as the numbers of `a`'s bits have. */
function firstBit(a: Term, position: Term, width: number): Term {
  const zeros = Math.log2(width)
  if (Number.isInteger(zeros)) {
    return zeros === 0 ? position : concat([position, constant(zeros, 0n)])
  }
  const bits = bitsOfIndex(a.width)
  return arithmetic('mul', extend(position, bits, false), constant(bits, BigInt(width)))
}

/** Bits of the numbers below `count`, at least 1. */
export function bitsOfIndex(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)))
}
