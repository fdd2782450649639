import type { Random } from '../../common/random.js'
import type { BinaryOp, ExpressionNode, UnaryOp } from '../../hdl/ir/expression.js'
import type { ModuleNode, RomNode, SignalKind, SignalNode } from '../../hdl/ir/module-node.js'
import { RomContents } from '../../hdl/ir/rom-contents.js'
import type { StatementNode } from '../../hdl/ir/statement.js'
import { Place } from '../../hdl/place.js'

const place = Place.here()

/**
 * A module of random expressions and statements with the given number of targets: signed and unsigned,
 * one bit to above 64, shared nodes, registers, ROM reads. Every wire is read only by later targets, so
 * there are no loops.
 */
export function randomModule(name: string, targets: number, random: Random): ModuleNode {
  return new RandomModule(random).build(name, targets)
}

class RandomModule {
  readonly #signals: SignalNode[] = []
  readonly #statements: StatementNode[] = []
  readonly #readable: ExpressionNode[] = []
  readonly #roms: RomNode[] = []

  constructor(private readonly random: Random) {}

  build(name: string, targets: number): ModuleNode {
    const clock = this.#signal('input', 'clk_i', 1, false, 'clock')
    const reset = this.#signal('input', 'rst_ni', 1, false, 'reset')
    for (let i = 0; i < 6; i++) {
      const input = this.#signal('input', `in${i}_i`, this.#width(), this.#below(2) === 1)
      this.#readable.push(refTo(input))
    }
    const registers = Array.from({ length: 1 + this.#below(3) }, (_, i) => {
      const width = this.#width()
      const register: SignalNode = {
        ...newSignal('register', `reg${i}`, width, this.#below(2) === 1),
        register: {
          clock,
          ...(this.#below(4) === 0
            ? {}
            : {
                reset: { signal: reset, style: 'async', activeLow: true, value: this.#bits(width) },
              }),
          ...(this.#below(3) === 0 ? { enable: this.#expression(1, false, 2) } : {}),
          synchronizer: false,
        },
      }
      this.#signals.push(register)
      this.#readable.push(refTo(register))
      return register
    })
    for (let i = 0; i < targets; i++) this.#addTarget(i)
    for (const register of registers) this.#conditional([register], false)
    return {
      name,
      place,
      attributes: [],
      parameters: {},
      documentation: undefined,
      signals: this.#signals,
      memories: [],
      roms: this.#roms,
      instances: [],
      statements: this.#statements,
      checks: [],
      blackBox: undefined,
    }
  }

  #addTarget(i: number): void {
    const output = this.#below(2) === 0
    const width = this.#width()
    const name = output ? `out${i}_o` : `wire${i}`
    const target = this.#signal(output ? 'output' : 'wire', name, width, this.#below(2) === 1)
    if (this.#below(3) === 0) {
      const other = this.#signal('output', `extra${i}_o`, this.#width(), false)
      this.#conditional([target, other], true)
    } else {
      this.#assign(target)
    }
    this.#readable.push(refTo(target))
  }

  #assign(target: SignalNode, body: StatementNode[] = this.#statements): void {
    const value = this.#expression(target.width, target.signed, 5)
    body.push({ kind: 'assign', target, value, place })
  }

  #conditional(targets: readonly SignalNode[], complete: boolean): void {
    if (complete) for (const target of targets) this.#assign(target)
    const body = (): StatementNode[] => {
      const statements: StatementNode[] = []
      for (const target of targets) if (this.#below(3) > 0) this.#assign(target, statements)
      return statements
    }
    if (this.#below(2) === 0) {
      const branches = Array.from({ length: 1 + this.#below(3) }, () => ({
        condition: this.#expression(1, false, 2),
        body: body(),
      }))
      const otherwise = this.#below(2) === 0 ? body() : undefined
      this.#statements.push({ kind: 'when', branches, otherwise, place })
      return
    }
    const subject = this.#expression(1 + this.#below(3), false, 2)
    const values = Array.from({ length: 2 ** subject.width }, (_, value) => BigInt(value))
    const cases = []
    while (values.length > 0 && this.#below(5) > 0) {
      cases.push({ values: values.splice(0, 1 + this.#below(2)), body: body() })
    }
    const otherwise = this.#below(2) === 0 ? body() : undefined
    this.#statements.push({ kind: 'switch', subject, cases, otherwise, place })
  }

  /** An expression of the given type. */
  #expression(width: number, signed: boolean, depth: number): ExpressionNode {
    const node =
      depth === 0 || this.#below(6) === 0 ? this.#leaf(width, signed) : this.#node(depth - 1)
    const fitted = this.#fit(node, width)
    return fitted.signed === signed ? fitted : { kind: 'cast', a: fitted, width, signed, place }
  }

  #fit(a: ExpressionNode, width: number): ExpressionNode {
    const { signed } = a
    if (a.width < width) return { kind: 'extend', a, width, signed, place }
    if (a.width === width) return a
    if (this.#below(2) === 0) return { kind: 'truncate', a, width, signed, place }
    const low = this.#below(a.width - width + 1)
    return { kind: 'slice', a, low, width, signed: false, place }
  }

  #leaf(width: number, signed: boolean): ExpressionNode {
    if (this.#below(4) === 0)
      return { kind: 'const', width, signed, value: this.#bits(width), place }
    return this.#readable[this.#below(this.#readable.length)]!
  }

  #node(depth: number): ExpressionNode {
    const node = this.#operation(depth)
    // A node that is kept is read again later, which makes it a shared one.
    if (node.width <= 140 && this.#below(4) === 0) this.#readable.push(node)
    return node
  }

  #operation(depth: number): ExpressionNode {
    const width = this.#width()
    const signed = this.#below(2) === 1
    const a = this.#expression(width, signed, depth)
    switch (this.#below(10)) {
      case 0: {
        const op = this.#pick<UnaryOp>(['not', 'neg', 'reduceAnd', 'reduceOr', 'reduceXor'])
        if (op === 'not') return { kind: 'unary', op, a, width, signed, place }
        if (op === 'neg') return { kind: 'unary', op, a, width: width + 1, signed: true, place }
        return { kind: 'unary', op, a, width: 1, signed: false, place }
      }
      case 1:
      case 2:
      case 3:
        return this.#arithmetic(a, depth)
      case 4: {
        const b = this.#expression(width, signed, depth)
        const op = this.#pick<BinaryOp>(['and', 'or', 'xor'])
        return { kind: 'binary', op, a, b, width, signed, place }
      }
      case 5: {
        const b = this.#expression(this.#width(), signed, depth)
        const op = this.#pick<BinaryOp>(['eq', 'ne', 'lt', 'le'])
        return { kind: 'binary', op, a, b, width: 1, signed: false, place }
      }
      case 6: {
        const amount = this.#expression(1 + this.#below(7), false, depth)
        const op = this.#pick(['left', 'right'] as const)
        return { kind: 'shift', op, a, amount, width, signed, place }
      }
      case 7: {
        const elements = 1 + this.#below(6)
        const element = 1 + this.#below(9)
        const vector = this.#expression(elements * element, false, depth)
        const bits = Math.max(1, Math.ceil(Math.log2(elements)))
        const index = this.#expression(bits, false, depth)
        return { kind: 'index', a: vector, index, width: element, signed: false, place }
      }
      case 8: {
        if (this.#below(4) === 0) return this.#romRead(depth)
        const parts = [a, this.#expression(this.#width(), this.#below(2) === 1, depth)]
        if (this.#below(2) === 0) parts.push(parts[0]!)
        const total = parts.reduce((sum, part) => sum + part.width, 0)
        return { kind: 'concat', parts, width: total, signed: false, place }
      }
      default: {
        const condition = this.#expression(1, false, depth)
        const whenFalse = this.#expression(width, signed, depth)
        return { kind: 'mux', condition, whenTrue: a, whenFalse, width, signed, place }
      }
    }
  }

  #arithmetic(a: ExpressionNode, depth: number): ExpressionNode {
    const b = this.#expression(this.#width(), a.signed, depth)
    const op = this.#pick<BinaryOp>(['add', 'sub', 'mul'])
    const width = op === 'mul' ? a.width + b.width : Math.max(a.width, b.width) + 1
    return { kind: 'binary', op, a, b, width, signed: op === 'sub' || a.signed, place }
  }

  #romRead(depth: number): ExpressionNode {
    const width = 1 + this.#below(12)
    const words = Array.from({ length: 1 + this.#below(12) }, () => this.#bits(width))
    const contents = RomContents.fromWords(width, words)
    const rom: RomNode = {
      name: `rom${this.#roms.length}`,
      contents,
      form: { kind: this.#pick(['table', 'readmemh'] as const) },
      place,
      attributes: [],
    }
    this.#roms.push(rom)
    const address = this.#expression(contents.addressWidth, false, depth)
    return { kind: 'romRead', rom, address, width, signed: false, place }
  }

  #signal(
    kind: SignalKind,
    name: string,
    width: number,
    signed: boolean,
    role: SignalNode['role'] = 'data',
  ): SignalNode {
    const signal = { ...newSignal(kind, name, width, signed), role }
    this.#signals.push(signal)
    return signal
  }

  #width(): number {
    return this.#pick([1, 1, 2, 3, 4, 5, 7, 8, 8, 9, 12, 16, 31, 32, 33, 64, 65, 90])
  }

  /** A whole number in 0..limit - 1. */
  #below(limit: number): number {
    return this.random.integer(0, limit - 1)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!
  }

  #bits(width: number): bigint {
    const kind = this.#below(4)
    if (kind === 0) return 0n
    if (kind === 1) return (1n << BigInt(width)) - 1n
    if (kind === 2) return 1n << BigInt(width - 1)
    return this.random.bits(width)
  }
}

function newSignal(kind: SignalKind, name: string, width: number, signed: boolean): SignalNode {
  return { kind, name, width, signed, role: 'data', place, attributes: [], markedUnused: false }
}

function refTo(signal: SignalNode): ExpressionNode {
  return { kind: 'ref', signal, width: signal.width, signed: signal.signed, place }
}
