import type { NameScope } from '../names.js'
import type { SvExpression } from '../printable/expression.js'
import * as sv from '../printable/expression.js'
import type { Net } from '../printable/net.js'
import type { Term, TermOp } from './term.js'

/** Characters of an expression above which parts of it get wires of their own. */
const longestExpression = 260
const longestStart = 40

/** What a wire made of an operator is called after the target that it serves. */
const mnemonics: Readonly<Record<TermOp, string>> = {
  const: 'const',
  net: 'net',
  not: 'not',
  neg: 'neg',
  reduceAnd: 'all',
  reduceOr: 'any',
  reduceXor: 'parity',
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  umul: 'mul',
  smul: 'mul',
  and: 'and',
  or: 'or',
  xor: 'xor',
  eq: 'eq',
  ne: 'ne',
  ult: 'lt',
  ule: 'le',
  slt: 'lt',
  sle: 'le',
  shl: 'shift',
  lshr: 'shift',
  ashr: 'shift',
  slice: 'bits',
  element: 'item',
  concat: 'cat',
  mux: 'mux',
  zext: 'ext',
  sext: 'ext',
}

/** Named values of a net, by bit pattern: the states of a state machine. */
export type ValueLabels = (net: Net, value: bigint) => string | undefined

/**
 * Writes terms as expressions of the printable set. Terms that are used twice, or that a tool wants in a
 * wire of their own, become wires named after the target being written (`sum_mul`, `sum_mul2`).
 */
export class Renderer {
  readonly #written = new Map<Term, SvExpression>()
  #stem = ''

  constructor(
    readonly scope: NameScope,
    /** How often every term is used; once when absent. */
    readonly uses: ReadonlyMap<Term, number>,
    readonly labels: ValueLabels,
    readonly addWire: (net: Net, value: SvExpression) => void,
  ) {}

  /** Wires made from now on are named after `stem`. */
  startTarget(stem: string): void {
    this.#stem = stem
  }

  /** The whole right side of an `assign` or of a connection. */
  value(root: Term): SvExpression {
    this.#writeBelow(root)
    const known = this.#written.get(root)
    if (known !== undefined) return known
    const text = this.#write(root)
    return this.#isWorthAWire(root) ? this.#hoist(root, text) : text
  }

  /** An expression for `always_comb`, where Icarus wants no selects. */
  processValue(root: Term): SvExpression {
    const value = this.value(root)
    return withoutSelects(value) ?? this.#hoist(root, value)
  }

  /** A condition of `if`, or the subject of `case`: no selects, and no operator that needs its own wire. */
  processOperand(root: Term): SvExpression {
    const value = this.operand(root)
    return withoutSelects(value) ?? this.#hoist(root, value)
  }

  /** An expression that may stand inside another. */
  operand(root: Term): SvExpression {
    this.#writeBelow(root)
    return this.#operand(root)
  }

  /** A net with the value of a term. */
  net(root: Term, mnemonic?: string): Net {
    const value = this.value(root)
    if (value.kind === 'name') return value.net
    const wire = this.#hoist(root, value, false, mnemonic)
    if (wire.kind !== 'name') throw new Error('a wire is no name')
    return wire.net
  }

  #writeBelow(root: Term): void {
    if (this.#written.has(root)) return
    const pending: Term[] = [...root.operands].reverse()
    while (pending.length > 0) {
      const term = pending.at(-1)!
      if (this.#written.has(term)) {
        pending.pop()
        continue
      }
      const missing = term.operands.filter((operand) => !this.#written.has(operand))
      if (missing.length > 0) {
        pending.push(...missing.reverse())
        continue
      }
      pending.pop()
      this.#operand(term)
    }
  }

  #operand(term: Term): SvExpression {
    const known = this.#written.get(term)
    if (known !== undefined) return known
    const text = this.#write(term)
    const ownWire = term.op === 'umul' || term.op === 'smul' || term.op === 'ashr'
    if (ownWire || this.#isWorthAWire(term)) return this.#hoist(term, text)
    this.#written.set(term, text)
    return text
  }

  #isWorthAWire(term: Term): boolean {
    return (this.uses.get(term) ?? 1) > 1 && !isCheap(term)
  }

  #hoist(term: Term, text: SvExpression, signed = false, mnemonic?: string): SvExpression {
    const operator = term.op === 'slice' && term.width === 1 ? 'bit' : mnemonics[term.op]
    const stem = `${this.#stem}_${mnemonic ?? operator}`
    const net: Net = {
      name: this.scope.allocate(stem),
      width: term.width,
      signed: signed || term.signed,
      place: term.place,
      attributes: [],
    }
    this.addWire(net, text)
    const name = sv.name(net)
    this.#written.set(term, name)
    return name
  }

  #write(term: Term): SvExpression {
    const [a, b] = term.operands
    switch (term.op) {
      case 'const':
        return sv.literal(term.width, term.value, term.signed)
      case 'net':
        return sv.name(term.net!)
      case 'not':
        return sv.unary('~', this.#fit(a!))
      case 'neg':
        return sv.unary('-', this.#fit(a!))
      case 'reduceAnd':
        return sv.unary('&', this.#fit(a!))
      case 'reduceOr':
        return sv.unary('|', this.#fit(a!))
      case 'reduceXor':
        return sv.unary('^', this.#fit(a!))
      case 'add':
      case 'sub':
        return this.#sum(term.op, a!, b!)
      case 'mul':
        return this.#binary('*', a!, b!)
      case 'umul':
        return sv.binary('*', this.#unsignedLeaf(a!), this.#unsignedLeaf(b!), term.width)
      case 'smul':
        return sv.binary('*', this.#signedLeaf(a!), this.#signedLeaf(b!), term.width)
      case 'and':
        return this.#binary('&', a!, b!)
      case 'or':
        return this.#binary('|', a!, b!)
      case 'xor':
        return this.#binary('^', a!, b!)
      case 'eq':
      case 'ne':
        return this.#equality(term.op === 'eq' ? '==' : '!=', a!, b!)
      case 'ult':
      case 'ule':
      case 'slt':
      case 'sle':
        return this.#order(term)
      case 'shl':
        return this.#binary('<<', a!, b!)
      case 'lshr':
        return this.#binary('>>', a!, b!)
      case 'ashr':
        return sv.binary('>>>', this.#signedLeaf(a!), this.#fit(b!))
      case 'slice':
        return sv.select(this.#leafNet(a!), term.low, term.width)
      case 'element':
        return this.#element(term)
      case 'concat':
        return this.#concat(term)
      case 'mux':
        return this.#mux(term)
      case 'zext':
        return this.#zeroExtension(a!, term.width)
      case 'sext':
        return this.#signExtension(a!, term.width)
    }
  }

  /** Operands that together stay below the longest expression; the longest of them get wires. */
  #fitAll(operands: readonly Term[]): SvExpression[] {
    const texts = operands.map((operand) => this.#written.get(operand)!)
    let total = texts.reduce((sum, text) => sum + text.size, 0)
    while (total > longestExpression) {
      let longest = -1
      for (const [position, text] of texts.entries()) {
        const divisible = text.kind !== 'name' && text.kind !== 'literal' && text.size > 30
        if (divisible && text.size > (texts[longest]?.size ?? 0)) longest = position
      }
      if (longest < 0) break
      const wire = this.#hoistWritten(operands[longest]!)
      total += wire.size - texts[longest]!.size
      texts[longest] = wire
    }
    return texts
  }

  #fit(operand: Term): SvExpression {
    return this.#fitAll([operand])[0]!
  }

  #hoistWritten(term: Term, signed = false): SvExpression {
    const text = this.#written.get(term)!
    return text.kind === 'name' ? text : this.#hoist(term, text, signed)
  }

  #binary(op: sv.SvBinaryOp, a: Term, b: Term): SvExpression {
    const [textA, textB] = this.#fitAll([a, b])
    return sv.binary(op, textA!, textB!)
  }

  #sum(op: 'add' | 'sub', a: Term, b: Term): SvExpression {
    const [textA, textB] = this.#fitAll([a, b])
    const least = 1n << BigInt(b.width - 1)
    if (textB!.kind === 'literal' && b.signed && b.value > least) {
      const magnitude = sv.literal(b.width, (1n << BigInt(b.width)) - b.value, true)
      return sv.binary(op === 'add' ? '-' : '+', textA!, magnitude)
    }
    return sv.binary(op === 'add' ? '+' : '-', textA!, textB!)
  }

  #equality(op: '==' | '!=', a: Term, b: Term): SvExpression {
    const [textA, textB] = this.#fitAll([a, b])
    if (a.op === 'net' && b.isConst) {
      const label = this.labels(a.net!, b.value)
      if (label !== undefined)
        return sv.binary(op, textA!, sv.literal(b.width, b.value, false, label))
    }
    return sv.binary(op, textA!, textB!)
  }

  #order(term: Term): SvExpression {
    const [a, b] = term.operands
    const signed = term.op === 'slt' || term.op === 'sle'
    const strict = term.op === 'ult' || term.op === 'slt'
    this.#fitAll([a!, b!])
    const [textA, textB] = [a!, b!].map((operand) =>
      signed ? this.#signedLeaf(operand) : this.#unsigned(operand),
    )
    return a!.isConst
      ? sv.binary(strict ? '>' : '>=', textB!, textA!)
      : sv.binary(strict ? '<' : '<=', textA!, textB!)
  }

  #element(term: Term): SvExpression {
    const [vector, start] = term.operands
    const net = this.#leafNet(vector!)
    const text = this.#written.get(start!)!
    const short = text.size <= longestStart && text.kind !== 'binary'
    return sv.element(net, short ? text : this.#hoistWritten(start!), term.width)
  }

  #concat(term: Term): SvExpression {
    const texts = this.#fitAll(term.operands)
    const [first] = term.operands
    if (term.operands.every((part) => part === first)) {
      return sv.concat([texts[0]!], texts.length)
    }
    const parts: SvExpression[] = []
    for (let from = 0; from < texts.length; ) {
      let to = from + 1
      while (to < texts.length && term.operands[to] === term.operands[from]) to++
      const repeated = to - from > 2
      if (repeated) parts.push(sv.concat([texts[from]!], to - from))
      else parts.push(...texts.slice(from, to))
      from = to
    }
    return sv.concat(parts)
  }

  #mux(term: Term): SvExpression {
    const [condition, whenTrue, whenFalse] = this.#fitAll(term.operands)
    return sv.ternary(condition!, whenTrue!, whenFalse!)
  }

  #zeroExtension(a: Term, width: number): SvExpression {
    let text = this.#fit(a)
    if (a.op === 'add' || a.op === 'sub' || a.op === 'mul' || a.op === 'neg') {
      text = this.#hoistWritten(a)
    }
    const plain = text.kind === 'name' || text.kind === 'select'
    if (plain && !text.signed && text.width > 1) return sv.resize(text, width)
    const zeros = sv.literal(width - a.width, 0n)
    return text.kind === 'concat' && text.count === 1
      ? sv.concat([zeros, ...text.parts])
      : sv.concat([zeros, text])
  }

  #signExtension(a: Term, width: number): SvExpression {
    if (a.width === 1) return sv.concat([this.#fit(a)], width)
    const leaf = this.#signedLeaf(a)
    return sv.resize(leaf.kind === 'resize' ? this.#hoistWritten(a, true) : leaf, width)
  }

  /** A name, select or literal that SystemVerilog types as signed, or a widened one. */
  #signedLeaf(term: Term): SvExpression {
    const text = this.#written.get(term)!
    switch (text.kind) {
      case 'literal':
        return sv.literal(text.width, text.value, true)
      case 'name':
        return text.signed ? text : sv.signCast(text, true)
      case 'select':
        return sv.signCast(text, true)
      case 'resize':
        if (text.signed) return text
        break
      case 'signCast':
        if (text.signed) return text
        break
    }
    const wire = this.#hoist(term, text, true)
    return wire.signed ? wire : sv.signCast(wire, true)
  }

  /** An unsigned expression whose value does not depend on the width around it. */
  #unsignedLeaf(term: Term): SvExpression {
    const text = this.#unsigned(term)
    return sv.isSelfDetermined(text) ? text : this.#hoistWritten(term)
  }

  #unsigned(term: Term): SvExpression {
    const text = this.#written.get(term)!
    if (!text.signed) return text
    if (text.kind === 'literal') return sv.literal(text.width, text.value)
    return sv.signCast(text, false)
  }

  #leafNet(term: Term): Net {
    const text = this.#hoistWritten(term)
    if (text.kind !== 'name') throw new Error('a wire is no name')
    return text.net
  }
}

/** Whether writing the term twice is better than giving it a wire. */
function isCheap(term: Term): boolean {
  const [a, b] = term.operands
  switch (term.op) {
    case 'const':
    case 'net':
      return true
    case 'slice':
    case 'not':
      return a!.op === 'net'
    case 'zext':
    case 'sext':
      return a!.op === 'net' || (a!.op === 'slice' && isCheap(a!))
    case 'eq':
    case 'ne':
      return a!.op === 'net' && b!.isConst
    default:
      return false
  }
}

/** The expression with low part-selects written as size casts, or undefined when it has other selects. */
function withoutSelects(text: SvExpression): SvExpression | undefined {
  if (!text.selects) return text
  switch (text.kind) {
    case 'select':
      if (text.low !== 0 || text.width === 1 || text.net.signed) return undefined
      return sv.resize(sv.name(text.net), text.width)
    case 'unary': {
      const a = withoutSelects(text.a)
      return a && sv.unary(text.op, a)
    }
    case 'binary': {
      const [a, b] = [withoutSelects(text.a), withoutSelects(text.b)]
      return a && b && sv.binary(text.op, a, b, text.width)
    }
    case 'ternary': {
      const [c, t, f] = [text.condition, text.whenTrue, text.whenFalse].map(withoutSelects)
      return c && t && f && sv.ternary(c, t, f)
    }
    case 'concat': {
      const parts = text.parts.map(withoutSelects)
      return parts.every((part) => part !== undefined) ? sv.concat(parts, text.count) : undefined
    }
    default:
      return undefined
  }
}
