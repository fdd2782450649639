import type { NameScope } from '../names.js'
import { declaredFirst } from '../prettify/declared-first.js'
import type { SvExpression } from '../printable/expression.js'
import * as sv from '../printable/expression.js'
import type { SvItem, SvSection, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'

/** Which bits of the nets of a module its text reads. */
export class ReadBits {
  readonly #all = new Set<Net>()
  readonly #some = new Map<Net, Uint8Array>()

  addSection(section: SvSection): void {
    for (const item of section) this.#addItem(item)
  }

  addNet(net: Net): void {
    this.#all.add(net)
  }

  /** Ranges of unread bits, highest first. */
  unread(net: Net): { readonly low: number; readonly width: number }[] {
    if (this.#all.has(net)) return []
    const bits = this.#some.get(net)
    if (bits === undefined) return [{ low: 0, width: net.width }]
    const ranges: { low: number; width: number }[] = []
    for (let bit = net.width - 1; bit >= 0; bit--) {
      if (bits[bit] === 1) continue
      const last = ranges.at(-1)
      if (last?.low === bit + 1) {
        last.low = bit
        last.width++
      } else {
        ranges.push({ low: bit, width: 1 })
      }
    }
    return ranges
  }

  #addItem(item: SvItem): void {
    switch (item.kind) {
      case 'assign':
        this.#add(item.value)
        break
      case 'combinational':
        this.#addStatements(item.body)
        break
      case 'sequential':
        this.#all.add(item.clock)
        if (item.reset !== undefined) this.#all.add(item.reset.net)
        this.#addStatements(item.body)
        break
      case 'table':
        this.#all.add(item.address)
        break
      case 'instance':
        for (const { direction, value } of item.connections) {
          if (direction === 'input') this.#add(value)
        }
        break
      case 'checks':
        for (const wire of item.wires) this.#addItem(wire)
        for (const { clock, reset, checks } of item.groups) {
          this.#all.add(clock)
          if (reset !== undefined) this.#all.add(reset.net)
          for (const { condition } of checks) this.#add(condition)
        }
        break
    }
  }

  #addStatements(statements: readonly SvStatement[]): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'assign':
          if ('memory' in statement.target) this.#add(statement.target.address)
          this.#add(statement.value)
          break
        case 'if':
          for (const { condition, body } of statement.branches) {
            this.#add(condition)
            this.#addStatements(body)
          }
          this.#addStatements(statement.otherwise)
          break
        case 'case':
          this.#add(statement.subject)
          for (const { body } of statement.cases) this.#addStatements(body)
          this.#addStatements(statement.otherwise)
          break
      }
    }
  }

  #add(expression: SvExpression): void {
    switch (expression.kind) {
      case 'literal':
        break
      case 'name':
        this.#all.add(expression.net)
        break
      case 'select':
        this.#addBits(expression.net, expression.low, expression.width)
        break
      case 'element':
        this.#all.add(expression.net)
        this.#add(expression.start)
        break
      case 'word':
        this.#add(expression.address)
        break
      case 'resize':
      case 'signCast':
      case 'unary':
        this.#add(expression.a)
        break
      case 'binary':
        this.#add(expression.a)
        this.#add(expression.b)
        break
      case 'ternary':
        this.#add(expression.condition)
        this.#add(expression.whenTrue)
        this.#add(expression.whenFalse)
        break
      case 'concat':
        for (const part of expression.parts) this.#add(part)
        break
    }
  }

  #addBits(net: Net, low: number, width: number): void {
    let bits = this.#some.get(net)
    if (bits === undefined) {
      bits = new Uint8Array(net.width)
      this.#some.set(net, bits)
    }
    bits.fill(1, low, low + width)
  }
}

/** `assign unused_x = ^x;` for every net with bits that nothing reads; tools exempt the name. */
export function unusedSection(nets: readonly Net[], reads: ReadBits, scope: NameScope): SvSection {
  const sinks = nets.flatMap((net): SvItem[] => {
    const ranges = reads.unread(net)
    if (ranges.length === 0 || net.name.includes('unused')) return []
    const parts = ranges.map(({ low, width }) => sv.select(net, low, width))
    const all = parts.length === 1 ? parts[0]! : sv.concat(parts)
    const sink: Net = {
      name: scope.allocate(`unused_${net.name}`),
      width: 1,
      signed: false,
      place: undefined,
      attributes: [],
    }
    const value = all.width === 1 ? all : sv.unary('^', all)
    return [
      { kind: 'declare', net: sink },
      { kind: 'assign', target: sink, value, place: undefined },
    ]
  })
  return declaredFirst(sinks)
}
