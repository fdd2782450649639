import { type BinaryNode, type ExpressionNode, operandsOf } from '../../hdl/ir/expression.js'
import type { RomNode, SignalNode } from '../../hdl/ir/module-node.js'
import type { Net } from '../printable/net.js'
import * as simplify from './simplify.js'
import type { Term, TermLook } from './term.js'

/** What the expressions of a module refer to. */
export interface LoweringContext {
  /** The net that a read of the signal sees. */
  readonly netOf: (signal: SignalNode) => Net
  /** The word of a ROM at an address. */
  readonly romRead: (rom: RomNode, address: Term) => Term
  /** Signals that are known to hold one value always. */
  readonly constants: ReadonlyMap<SignalNode, bigint>
}

/** Turns the author's expressions into simplified {@link Term}s, one a node; sharing is kept. */
export class Lowering {
  readonly #uses = new Map<ExpressionNode, number>()
  readonly #terms = new Map<ExpressionNode, Term>()
  readonly #worths = new Map<Term, Term>()
  readonly #nets = new Map<Net, Term>()

  constructor(readonly context: LoweringContext) {}

  /** Counts the uses of every node below `root`; before {@link lower} sees any of them. */
  countUses(root: ExpressionNode): void {
    const pending = [root]
    while (pending.length > 0) {
      const node = pending.pop()!
      const uses = this.#uses.get(node) ?? 0
      this.#uses.set(node, uses + 1)
      if (uses === 0) pending.push(...operandsOf(node))
    }
  }

  lower(root: ExpressionNode): Term {
    const pending = [root]
    while (pending.length > 0) {
      const node = pending.at(-1)!
      if (this.#terms.has(node)) {
        pending.pop()
        continue
      }
      const missing = operandsOf(node).filter((operand) => !this.#terms.has(operand))
      if (missing.length > 0) {
        pending.push(...missing.reverse())
        continue
      }
      pending.pop()
      this.#terms.set(node, this.#lowerKnown(node))
    }
    return this.#terms.get(root)!
  }

  /** What a term is worth: a constant where its nets are known to be constant. */
  worthOf(term: Term): Term {
    return this.#worths.get(term) ?? term
  }

  /** The constant that a term is worth, or the term. */
  constantOr(term: Term): Term {
    const worth = this.worthOf(term)
    return worth.isConst ? worth : term
  }

  #lowerKnown(node: ExpressionNode): Term {
    const knowsConstants = this.context.constants.size > 0
    const operandTerm = (operand: ExpressionNode): Term => {
      const term = this.#terms.get(operand)!
      return knowsConstants && isSelector(node, operand) ? this.constantOr(term) : term
    }
    let term = this.#lowerNode(node, operandTerm)
    if (knowsConstants) {
      const worth = this.#worthOfNode(node)
      // Verilator follows constants through wires and then finds such comparisons constant.
      if (isOrder(node) && worth.isConst) term = worth
      this.#worths.set(term, worth)
    }
    if ((this.#uses.get(node) ?? 0) > 1) term.shared = true
    return term
  }

  #worthOfNode(node: ExpressionNode): Term {
    if (node.kind === 'ref') {
      const constant = this.context.constants.get(node.signal)
      if (constant !== undefined) return simplify.constant(node.width, constant)
    }
    const worth = (operand: ExpressionNode) => this.worthOf(this.#terms.get(operand)!)
    if (node.kind !== 'romRead') return this.#lowerNode(node, worth)
    const address = worth(node.address)
    return address.isConst
      ? simplify.constant(node.width, node.rom.contents.word(Number(address.value)))
      : this.#lowerNode(node, (operand) => this.#terms.get(operand)!)
  }

  readNet(net: Net): Term {
    let term = this.#nets.get(net)
    if (term === undefined) {
      term = simplify.netTerm(net)
      this.#nets.set(net, term)
    }
    return term
  }

  #lowerNode(node: ExpressionNode, term: (operand: ExpressionNode) => Term): Term {
    const look: TermLook = {
      signed: node.signed,
      shared: false,
      exact: false,
      place: node.place,
    }
    switch (node.kind) {
      case 'const':
        return simplify.constant(node.width, node.value, look)
      case 'ref':
        return this.readNet(this.context.netOf(node.signal))
      case 'unary': {
        const a = term(node.a)
        if (node.op !== 'neg') return simplify.unary(node.op, a, look)
        const wide = simplify.extend(a, node.width, node.a.signed)
        return simplify.unary('neg', wide, { ...look, exact: true })
      }
      case 'binary':
        return lowerBinary(node, term(node.a), term(node.b), look)
      case 'shift': {
        const op = node.op === 'left' ? 'shl' : node.a.signed ? 'ashr' : 'lshr'
        return simplify.shift(op, term(node.a), term(node.amount), look)
      }
      case 'slice':
        return simplify.slice(term(node.a), node.low, node.width, look)
      case 'index':
        return simplify.index(term(node.a), term(node.index), node.width, look)
      case 'concat':
        return simplify.concat(node.parts.map(term), look)
      case 'mux': {
        const [whenTrue, whenFalse] = [term(node.whenTrue), term(node.whenFalse)]
        return simplify.mux(term(node.condition), whenTrue, whenFalse, look)
      }
      case 'extend':
        return simplify.extend(term(node.a), node.width, node.a.signed, look)
      case 'truncate':
        return simplify.slice(term(node.a), 0, node.width, look)
      case 'cast': {
        const a = term(node.a)
        return a.isConst ? simplify.constant(a.width, a.value, look) : a
      }
      case 'romRead':
        return this.context.romRead(node.rom, term(node.address))
    }
  }
}

/** Whether an operand chooses a bit or word, which must exist. */
function isSelector(node: ExpressionNode, operand: ExpressionNode): boolean {
  if (node.kind === 'index') return operand === node.index
  return node.kind === 'romRead'
}

function isOrder(node: ExpressionNode): boolean {
  return node.kind === 'binary' && (node.op === 'lt' || node.op === 'le')
}

function lowerBinary(node: BinaryNode, a: Term, b: Term, look: TermLook): Term {
  const { signed } = node.a
  switch (node.op) {
    case 'mul':
      return simplify.product(signed, a, b, look)
    case 'and':
    case 'or':
    case 'xor':
      return simplify.bitwise(node.op, a, b, look)
    case 'add':
    case 'sub': {
      const [wideA, wideB] = [a, b].map((operand) => simplify.extend(operand, node.width, signed))
      return simplify.arithmetic(node.op, wideA!, wideB!, { ...look, exact: true })
    }
    default: {
      const width = Math.max(a.width, b.width)
      const [wideA, wideB] = [a, b].map((operand) => simplify.extend(operand, width, signed))
      const op =
        node.op === 'eq' || node.op === 'ne'
          ? node.op
          : (`${signed ? 's' : 'u'}${node.op}` as const)
      return simplify.compare(op, wideA!, wideB!, look)
    }
  }
}
