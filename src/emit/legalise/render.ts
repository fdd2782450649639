import type { Place } from '../../hdl/place.js'
import { type NameScope, stripDirection } from '../names.js'
import type { SvExpression } from '../printable/expression.js'
import * as sv from '../printable/expression.js'
import type { Net } from '../printable/net.js'
import { maskOf, toSigned } from './fold.js'
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
  readonly #slices = new Map<string, sv.SvName>()
  #stem = ''

  constructor(
    readonly scope: NameScope,
    /** How often every term is used; once when absent. */
    readonly uses: ReadonlyMap<Term, number>,
    readonly labels: ValueLabels,
    readonly addWire: (net: Net, value: SvExpression, place: Place | undefined) => void,
  ) {}

  /** Wires made from now on are named after `stem`. */
  startTarget(stem: string): void {
    this.#stem = stem
  }

  /** The whole right side of an `assign` or of a connection. */
  value(root: Term): SvExpression {
    return this.#value(root, undefined)
  }

  /** An expression for `always_comb`, where Icarus wants no selects. */
  processValue(root: Term): SvExpression {
    return this.#withoutSelects(this.value(root))
  }

  /** The subject of a `case`: a net, or nets side by side. */
  processSubject(root: Term): SvExpression {
    const text = this.processOperand(root)
    const isPlain = text.kind === 'concat' && text.parts.every(({ kind }) => kind === 'name')
    return text.kind === 'name' || isPlain ? text : this.#hoist(root, text)
  }

  /** The same for what stands inside other text: a condition of `if`. */
  processOperand(root: Term): SvExpression {
    return this.#withoutSelects(this.operand(root))
  }

  /** An expression that may stand inside another. */
  operand(root: Term): SvExpression {
    this.#writeBelow(root)
    return this.#operand(root)
  }

  /** A net with the value of a term; a new one is named with `mnemonic`. */
  net(root: Term, mnemonic: string): Net {
    const value = this.#value(root, mnemonic)
    const wire = value.kind === 'name' ? value : this.#hoist(root, value, false, mnemonic)
    return wire.net
  }

  /** The same, unsigned: an index that tools take for a negative one reads nothing. */
  addressNet(root: Term, mnemonic: string): Net {
    const known = this.#value(root, mnemonic)
    if (known.kind === 'name' && !known.signed) return known.net
    return this.#wire(`${this.#stem}_${mnemonic}`, known, false, root.place).net
  }

  #value(root: Term, mnemonic: string | undefined): SvExpression {
    this.#writeBelow(root)
    const known = this.#written.get(root)
    if (known !== undefined) return known
    const text = this.#write(root)
    return this.#isWorthAWire(root) ? this.#hoist(root, text, false, mnemonic) : text
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

  #hoist(term: Term, text: SvExpression, signed = false, mnemonic?: string): sv.SvName {
    if (text.kind === 'select' && mnemonic === undefined) {
      const slice = this.#sliceWire(text)
      this.#written.set(term, slice)
      return slice
    }
    const stem = `${this.#stem}_${mnemonic ?? mnemonics[term.op]}`
    const name = this.#wire(stem, text, signed || term.signed, term.place)
    this.#written.set(term, name)
    return name
  }

  #wire(stem: string, text: SvExpression, signed: boolean, place: Place | undefined): sv.SvName {
    const net: Net = {
      name: this.scope.allocate(stem),
      width: text.width,
      signed,
      place: undefined,
      attributes: [],
    }
    this.addWire(net, text, place)
    return sv.name(net)
  }

  /** One wire for all uses of the same bits, named after them: `op_bit3`, `op_bits7to4`. */
  #sliceWire(text: sv.SvSelect): sv.SvName {
    const { net, low, width } = text
    const stem = stripDirection(net.name.replace(/_q$/, ''))
    const bits = width === 1 ? `bit${low}` : `bits${low + width - 1}to${low}`
    const key = `${net.name} ${bits}`
    let wire = this.#slices.get(key)
    if (wire === undefined) {
      wire = this.#wire(`${stem}_${bits}`, text, false, undefined)
      this.#slices.set(key, wire)
    }
    return wire
  }

  /** The expression with wires in place of its selects. */
  #withoutSelects(text: SvExpression): SvExpression {
    if (!text.selects) return text
    switch (text.kind) {
      case 'select':
        return this.#sliceWire(text)
      case 'element':
        return this.#wire(`${this.#stem}_${mnemonics.element}`, text, false, undefined)
      case 'resize':
        return sv.resize(this.#withoutSelects(text.a), text.width)
      case 'signCast':
        return sv.signCast(this.#withoutSelects(text.a), text.signed)
      case 'unary':
        return sv.unary(text.op, this.#withoutSelects(text.a))
      case 'binary': {
        const [a, b] = [this.#withoutSelects(text.a), this.#withoutSelects(text.b)]
        return sv.binary(text.op, a, b, text.width)
      }
      case 'ternary':
        return sv.ternary(
          this.#withoutSelects(text.condition),
          this.#withoutSelects(text.whenTrue),
          this.#withoutSelects(text.whenFalse),
        )
      case 'concat':
        return sv.concat(
          text.parts.map((part) => this.#withoutSelects(part)),
          text.count,
        )
      default:
        throw new Error(`a process cannot read a ${text.kind}`)
    }
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
        return this.#signedProduct(a!, b!, term.width)
      case 'and':
        return this.#bitwise('&', a!, b!)
      case 'or':
        return this.#bitwise('|', a!, b!)
      case 'xor':
        return this.#bitwise('^', a!, b!)
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

  #hoistWritten(term: Term, signed = false): sv.SvName {
    const text = this.#written.get(term)!
    return text.kind === 'name' ? text : this.#hoist(term, text, signed)
  }

  #binary(op: sv.SvBinaryOp, a: Term, b: Term): SvExpression {
    const [textA, textB] = this.#fitAll([a, b])
    return sv.binary(op, textA!, textB!)
  }

  #bitwise(op: sv.SvBinaryOp, a: Term, b: Term): SvExpression {
    const [textA, textB] = this.#fitAll([a, b]).map((text) =>
      text.kind === 'literal' ? sv.mask(text) : text,
    )
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
    if (text.size > longestStart || text.kind === 'binary') this.#hoistWritten(start!)
    return sv.element(net, this.#unsigned(start!), term.width)
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
    const nests = whenTrue!.kind === 'ternary' && containsTernary(whenTrue!)
    const first = nests ? this.#hoistWritten(term.operands[1]!) : whenTrue!
    return sv.ternary(condition!, first, whenFalse!)
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

  /** A negative literal is an expression, which has to be as wide as the product. */
  #signedProduct(a: Term, b: Term, width: number): SvExpression {
    const factor = (term: Term): SvExpression => {
      const text = this.#signedLeaf(term)
      const isNegative = text.kind === 'literal' && text.value >> BigInt(text.width - 1) === 1n
      return isNegative
        ? sv.literal(width, toSigned(text.value, text.width) & maskOf(width), true)
        : text
    }
    return sv.binary('*', factor(a), factor(b), width)
  }

  /** An unsigned expression whose value does not depend on the width around it. */
  #unsignedLeaf(term: Term): SvExpression {
    if (!sv.isSelfDetermined(this.#written.get(term)!)) this.#hoistWritten(term)
    return this.#unsigned(term)
  }

  #unsigned(term: Term): SvExpression {
    const text = this.#written.get(term)!
    if (!text.signed) return text
    if (text.kind === 'literal') return sv.literal(text.width, text.value)
    return sv.signCast(text, false)
  }

  #leafNet(term: Term): Net {
    return this.#hoistWritten(term).net
  }
}

function containsTernary({ whenTrue, whenFalse }: sv.SvTernary): boolean {
  return whenTrue.kind === 'ternary' || whenFalse.kind === 'ternary'
}

/** Whether writing the term twice is better than giving it a wire. */
function isCheap(term: Term): boolean {
  const [a, b] = term.operands
  switch (term.op) {
    case 'const':
    case 'net':
      return true
    case 'slice':
      return true
    case 'not':
      return a!.op === 'net' || a!.op === 'slice'
    case 'zext':
    case 'sext':
      return a!.op === 'net' || a!.op === 'slice'
    case 'eq':
    case 'ne':
      return a!.op === 'net' && b!.isConst
    default:
      return false
  }
}
