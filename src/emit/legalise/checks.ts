import type { CheckNode } from '../../hdl/ir/module-node.js'
import { declaredFirst } from '../prettify/declared-first.js'
import type { SvCheck, SvCheckGroup, SvItem, SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { Lowering } from './lower.js'
import type { ModuleNets } from './nets.js'
import type { Renderer } from './render.js'
import type { Term } from './term.js'

export interface LoweredCheck {
  readonly node: CheckNode
  readonly condition: Term
  readonly clock: Net
  readonly reset: { readonly net: Net; readonly activeLow: boolean } | undefined
}

export function lowerChecks(
  checks: readonly CheckNode[],
  lowering: Lowering,
  nets: ModuleNets,
): LoweredCheck[] {
  return checks.map((node) => ({
    node,
    condition: lowering.lower(node.condition),
    clock: nets.valueOf(node.clock),
    reset: node.reset && {
      net: nets.valueOf(node.reset.signal),
      activeLow: node.reset.activeLow,
    },
  }))
}

/** All checks of a module, grouped by clock and reset. */
export function checkSections(
  checks: readonly LoweredCheck[],
  renderer: Renderer,
  wires: SvItem[],
): SvSection[] {
  if (checks.length === 0) return []
  wires.length = 0
  const groups = new Map<string, SvCheckGroup & { readonly checks: SvCheck[] }>()
  for (const { node, condition, clock, reset } of checks) {
    renderer.startTarget(node.name)
    const { kind, name, place } = node
    const check = { kind, name, condition: renderer.value(condition), place }
    const key = `${clock.name} ${reset?.net.name ?? ''} ${reset?.activeLow}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { clock, reset, checks: [check] })
    else group.checks.push(check)
  }
  return [[{ kind: 'checks', wires: declaredFirst(wires), groups: [...groups.values()] }]]
}
