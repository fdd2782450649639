import { declaredFirst } from '../prettify/declared-first.js'
import type { Process } from '../prettify/processes.js'
import type { SvItem, SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { InstanceConnections } from './instances.js'
import type { Lowering } from './lower.js'
import type { ModuleNets } from './nets.js'
import { processBody, withLabels } from './process-text.js'
import type { LoweredRegister } from './registers.js'
import type { Renderer } from './render.js'
import { type TermStatement, targetsOf } from './statements.js'

/** Puts `count_d = count_q` before the statements of registers that are not always assigned. */
export function withRegisterDefaults(
  statements: readonly TermStatement[],
  registers: readonly LoweredRegister[],
  lowering: Lowering,
): TermStatement[] {
  const always = new Set<Net>()
  for (const statement of statements) if (statement.kind === 'assign') always.add(statement.target)
  const pending = new Map(
    registers.filter(({ next }) => !always.has(next)).map((register) => [register.next, register]),
  )
  const hold = ({ next, value, signal }: LoweredRegister): TermStatement => ({
    kind: 'assign',
    target: next,
    value: lowering.readNet(value),
    place: signal.place,
  })
  const complete: TermStatement[] = []
  for (const statement of statements) {
    for (const target of targetsOf(statement)) {
      const register = pending.get(target)
      if (register === undefined) continue
      pending.delete(target)
      complete.push(hold(register))
    }
    complete.push(statement)
  }
  return [...complete, ...[...pending.values()].map(hold)]
}

/** `assign` and `always_comb`, in the author's order; lone assignments stand together. */
export function logicSections(
  processes: readonly Process[],
  nets: ModuleNets,
  renderer: Renderer,
  wires: SvItem[],
  connections: InstanceConnections,
): SvSection[] {
  const sections: SvItem[][] = []
  let together: SvItem[] | undefined
  for (const process of processes) {
    const { targets, statements } = process
    wires.length = 0
    const [target] = targets
    renderer.startTarget(nets.stemOf(target!))
    const [only] = statements
    if (statements.length === 1 && only?.kind === 'assign') {
      const value = withLabels(renderer.value(only.value), target!, renderer)
      const inline = connections.connect(target!, value)
      const assign: SvItem[] = inline
        ? []
        : [{ kind: 'assign', target: target!, value, place: only.place }]
      if (wires.length > 0) {
        sections.push([...declaredFirst(wires), ...assign])
        together = undefined
      } else if (assign.length > 0) {
        if (together === undefined) {
          together = []
          sections.push(together)
        }
        together.push(...assign)
      }
      continue
    }
    const body = processBody(process, renderer, (net) => nets.stemOf(net))
    const place = statements.find(({ kind }) => kind !== 'assign')?.place
    sections.push([...declaredFirst(wires), { kind: 'combinational', body, place }])
    together = undefined
  }
  return sections
}
