import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import { type ExpressionNode, operandsOf } from '../ir/expression.js'
import type { ModuleNode, RomNode, SignalNode } from '../ir/module-node.js'
import { clockingUses, expressionUses, visitExpressions } from '../ir/traversal.js'
import type { Place } from '../place.js'

/** What the expressions of a module read. */
export interface ModuleReads {
  readonly signals: ReadonlySet<SignalNode>
  readonly roms: ReadonlySet<RomNode>
}

/**
 * Reports signals and ROMs of other modules, clocks and resets used as data, and anything else used as a
 * clock or reset; gives what is read.
 *
 * @param own the module's signals and the ports of its instances
 */
export function checkReferences(
  module: ModuleNode,
  own: ReadonlySet<SignalNode>,
  sink: DiagnosticSink,
): ModuleReads {
  const checker = new ReferenceChecker(module, own, sink)
  checker.checkExpressions()
  checker.checkClocking()
  return { signals: checker.signals, roms: checker.roms }
}

class ReferenceChecker {
  readonly signals = new Set<SignalNode>()
  readonly roms = new Set<RomNode>()
  readonly #seen = new Set<ExpressionNode>()

  constructor(
    private readonly module: ModuleNode,
    private readonly own: ReadonlySet<SignalNode>,
    private readonly sink: DiagnosticSink,
  ) {}

  checkExpressions(): void {
    for (const { node, place, target } of expressionUses(this.module)) {
      const passesOn = target !== undefined && target.role !== 'data'
      if (passesOn && this.#isOfRole(node, target, place)) continue
      this.#checkOperand(node, place)
      visitExpressions([node], this.#seen, (inner) => {
        if (inner.kind === 'romRead') this.#readRom(inner.rom, inner.place)
        for (const operand of operandsOf(inner)) this.#checkOperand(operand, inner.place)
      })
    }
  }

  checkClocking(): void {
    for (const { signal, role, user, place } of clockingUses(this.module)) {
      this.#readSignal(signal, place)
      if (signal.role !== role)
        this.#report('NO_CLOCK', user, `${signal.name} is no ${role}`, place, signal)
    }
  }

  /** Whether a value may be assigned to a clock or reset; reports one that may not. */
  #isOfRole(node: ExpressionNode, target: SignalNode, place: Place): boolean {
    if (node.kind === 'ref' && node.signal.role === target.role) {
      this.#readSignal(node.signal, place)
      return true
    }
    const value = node.kind === 'ref' ? node.signal.name : 'an expression'
    const message = `${value} is assigned to a ${target.role}`
    this.sink.report('NO_CLOCK', this.module.name, target.name, message, place, [
      { role: 'declared', place: target.place },
    ])
    return false
  }

  #checkOperand(node: ExpressionNode, place: Place): void {
    if (node.kind !== 'ref') return
    const { signal } = node
    this.#readSignal(signal, place)
    if (signal.role === 'data') return
    this.#report('CLOCK_AS_DATA', signal.name, `a ${signal.role} is read as a value`, place, signal)
  }

  #readSignal(signal: SignalNode, place: Place): void {
    if (this.own.has(signal)) this.signals.add(signal)
    else {
      const message = `is no signal of ${this.module.name}`
      this.#report('FOREIGN_SIGNAL', signal.name, message, place, signal)
    }
  }

  #readRom(rom: RomNode, place: Place): void {
    this.roms.add(rom)
    if (this.module.roms.includes(rom)) return
    const message = `is no ROM of ${this.module.name}`
    this.#report('FOREIGN_SIGNAL', rom.name, message, place, rom)
  }

  #report(
    code: 'NO_CLOCK' | 'CLOCK_AS_DATA' | 'FOREIGN_SIGNAL',
    name: string,
    message: string,
    place: Place,
    declared: { readonly place: Place },
  ): void {
    this.sink.report(code, this.module.name, name, message, place, [
      { role: 'declared', place: declared.place },
    ])
  }
}
