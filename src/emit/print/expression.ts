import {
  type SvBinaryOp,
  type SvExpression,
  type SvLiteral,
  widestLiteral,
} from '../printable/expression.js'

/** `logic`'s digits: decimal while it is easy to read, else hexadecimal. */
const largestDecimal = 1023n

/** Bits of a literal that fit on a line. */
const literalChunk = 256

const logicalOperators: ReadonlyMap<SvBinaryOp, string> = new Map([
  ['&', '&&'],
  ['|', '||'],
])
const comparisons: ReadonlySet<SvBinaryOp> = new Set(['==', '!=', '<', '<=', '>', '>='])
const associative: ReadonlySet<SvBinaryOp> = new Set(['+', '*', '&', '|', '^'])

/** A part of an expression after which, or for `ownLine` before which, a line may end. */
export interface Piece {
  readonly text: string
  readonly ownLine: boolean
}

/** The expression on one line. A `truth` is a condition: its one-bit operators print as logical ones. */
export function printExpression(expression: SvExpression, truth = false): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression)
    case 'name':
      return expression.net.name
    case 'select': {
      const { net, low, width } = expression
      return width === 1 ? `${net.name}[${low}]` : `${net.name}[${low + width - 1}:${low}]`
    }
    case 'element': {
      const start = printExpression(expression.start)
      const range = expression.width === 1 ? start : `${start} +: ${expression.width}`
      return `${expression.net.name}[${range}]`
    }
    case 'word':
      return `${expression.memory}[${printExpression(expression.address)}]`
    case 'resize':
      return `${expression.width}'(${printExpression(expression.a)})`
    case 'signCast':
      return `${expression.signed ? '$signed' : '$unsigned'}(${printExpression(expression.a)})`
    case 'concat': {
      const parts = expression.parts.map((part) => printExpression(part)).join(', ')
      return expression.count === 1 ? `{${parts}}` : `{${expression.count}{${parts}}}`
    }
    case 'unary': {
      const op = truth && expression.op === '~' ? '!' : expression.op
      const isTruth = truth && op === '!'
      const text = printExpression(expression.a, isTruth)
      // Yosys reads `-9'(a)` as a cast to a width of -9.
      const bare = isLeaf(expression.a) && expression.a.kind !== 'resize'
      return op + (bare ? text : `(${text})`)
    }
    case 'binary':
    case 'ternary':
      return pieces(expression, truth, Number.POSITIVE_INFINITY)
        .map(({ text }) => text)
        .join(' ')
  }
}

/**
 * The expression in parts that fit in `width` columns where they can: operands with the operator that
 * follows them, one arm of a conditional each, elements of a concatenation.
 */
export function pieces(expression: SvExpression, truth: boolean, width: number): Piece[] {
  if (width !== Number.POSITIVE_INFINITY) {
    const flat = printExpression(expression, truth)
    if (flat.length <= width) return [inFlow(flat)]
  }
  switch (expression.kind) {
    case 'ternary': {
      const { condition, whenTrue, whenFalse } = expression
      const first = whenTrue.kind === 'ternary' || isComparison(whenTrue) ? parenthesised : pieces
      const last = isComparison(whenFalse) ? parenthesised : pieces
      const question = suffixed(operandPieces(condition, true, width, isPlainCondition), ' ?')
      const arm = suffixed(first(whenTrue, truth, width), ' :').map(({ text }) => inFlow(text))
      const otherwise = last(whenFalse, truth, width)
      otherwise[0] = { text: otherwise[0]!.text, ownLine: true }
      return [...joined(question, arm, width), ...otherwise]
    }
    case 'binary': {
      const { op, a, b } = expression
      const logical = truth && expression.width === 1 ? logicalOperators.get(op) : undefined
      const inner = logical !== undefined
      const bare = (operand: SvExpression) =>
        isPrimary(operand) ||
        (op === '-' && operand === a && isSumOf(operand)) ||
        continues(op, operand, a)
      const left = suffixed(operandPieces(a, inner, width, bare), ` ${logical ?? op}`)
      return [...left, ...operandPieces(b, inner, width, isPrimary)]
    }
    case 'concat': {
      if (expression.count !== 1) return [inFlow(printExpression(expression))]
      const parts = expression.parts.map((part, position) => {
        const last = position === expression.parts.length - 1
        return suffixed(pieces(part, false, width), last ? '}' : ',')
      })
      return prefixed(parts.flat(), '{')
    }
    case 'literal': {
      const chunks: SvLiteral[] = []
      for (let high = expression.width; high > 0; high -= literalChunk) {
        const low = Math.max(0, high - literalChunk)
        const value = (expression.value >> BigInt(low)) & ((1n << BigInt(high - low)) - 1n)
        chunks.push({ ...expression, width: high - low, value, signed: false })
      }
      if (chunks.length === 1) return [inFlow(printExpression(expression))]
      const texts = chunks.map((chunk) => ({ text: `${printExpression(chunk)},`, ownLine: false }))
      const last = texts.at(-1)!
      texts[texts.length - 1] = { text: `${last.text.slice(0, -1)}}`, ownLine: false }
      return prefixed(texts, '{')
    }
    default:
      return [inFlow(printExpression(expression, truth))]
  }
}

/** `a + b + c` and `a & b & c` read without parentheses on the left. */
function continues(op: SvBinaryOp, operand: SvExpression, left: SvExpression): boolean {
  if (operand !== left || operand.kind !== 'binary') return false
  return associative.has(op) && (operand.op === op || (op === '+' && operand.op === '-'))
}

function isSumOf(operand: SvExpression): boolean {
  return operand.kind === 'binary' && (operand.op === '+' || operand.op === '-')
}

function isPrimary(expression: SvExpression): boolean {
  switch (expression.kind) {
    case 'binary':
    case 'ternary':
    case 'unary':
      return expression.kind === 'unary' && expression.op === '~' && isLeaf(expression.a)
    default:
      return true
  }
}

export function isComparison(expression: SvExpression): boolean {
  return expression.kind === 'binary' && comparisons.has(expression.op)
}

/** A flag, or the negation of one. */
function isPlainCondition(condition: SvExpression): boolean {
  if (condition.kind === 'unary') return condition.op === '~' && isLeaf(condition.a)
  return condition.kind !== 'binary' && condition.kind !== 'ternary'
}

function isLeaf(expression: SvExpression): boolean {
  return (
    expression.kind !== 'binary' && expression.kind !== 'ternary' && expression.kind !== 'unary'
  )
}

function operandPieces(
  operand: SvExpression,
  truth: boolean,
  width: number,
  bare: (operand: SvExpression) => boolean,
): Piece[] {
  return bare(operand) ? pieces(operand, truth, width) : parenthesised(operand, truth, width)
}

function inFlow(text: string): Piece {
  return { text, ownLine: false }
}

/** A condition and the arm that follows it, on one line where that is long enough. */
function joined(question: readonly Piece[], arm: readonly Piece[], width: number): Piece[] {
  const { text, ownLine } = question.at(-1)!
  const choice = `${text} ${arm[0]!.text}`
  if (choice.length > width) return [...question, ...arm]
  return [...question.slice(0, -1), { text: choice, ownLine }, ...arm.slice(1)]
}

function parenthesised(operand: SvExpression, truth: boolean, width: number): Piece[] {
  return prefixed(suffixed(pieces(operand, truth, width), ')'), '(')
}

function prefixed(list: readonly Piece[], prefix: string): Piece[] {
  const [first, ...rest] = list
  return [{ text: prefix + first!.text, ownLine: first!.ownLine }, ...rest]
}

function suffixed(list: readonly Piece[], suffix: string): Piece[] {
  const last = list.at(-1)!
  return [...list.slice(0, -1), { text: last.text + suffix, ownLine: last.ownLine }]
}

export function printLiteral({ width, value, signed, label, isMask }: SvLiteral): string {
  if (label !== undefined) return label
  if (width > widestLiteral)
    throw new Error(`the printer does not print a literal of ${width} bits`)
  const sign = signed ? 's' : ''
  if (width === 1) return `1'${sign}b${value}`
  if (signed && value >> BigInt(width - 1) === 1n) {
    const magnitude = (1n << BigInt(width)) - value
    const isLeast = magnitude === value
    if (!isLeast && magnitude <= largestDecimal) return `-${width}'sd${magnitude}`
  } else if (value <= largestDecimal && !(isMask && value > 9n)) {
    return `${width}'${sign}d${value}`
  }
  const digits = value.toString(16)
  return `${width}'${sign}h${isMask ? digits.padStart(Math.ceil(width / 4), '0') : digits}`
}
