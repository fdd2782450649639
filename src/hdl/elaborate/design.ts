import type { DiagnosticCode } from '../diagnostics/catalogue.js'
import { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { FlatDesign } from '../ir/flat.js'
import { type ModuleNode, portsOf } from '../ir/module-node.js'
import { buildDiagnostics } from '../module/module-definition.js'
import { checkClockCrossing } from './check-clock-crossing.js'
import { checkHierarchy } from './check-hierarchy.js'
import { checkChains, checkLoops } from './check-loops.js'
import { checkModule } from './check-module.js'
import { flatten } from './flatten.js'
import { modulesBelow } from './module-order.js'
import { splitFalseLoops } from './split-false-loops.js'

/** A checked design: what is emitted, simulated and synthesised. */
export class Design {
  #flat: FlatDesign | undefined

  constructor(
    readonly top: ModuleNode,
    /** Every distinct module once, instances before the modules that hold them; the top is last. */
    readonly modules: readonly ModuleNode[],
  ) {}

  /** The design as one dataflow graph, made once. */
  get flat(): FlatDesign {
    this.#flat ??= flatten(this.top)
    return this.#flat
  }
}

/**
 * Builds a module and all below it, and checks them.
 *
 * @throws DesignError with every fault found, sorted by place
 */
export function elaborate(definition: { readonly node: ModuleNode }): Design {
  const sink = new DiagnosticSink()
  const modules = modulesBelow(definition.node)
  for (const module of modules) {
    sink.diagnostics.push(...buildDiagnostics(module))
    checkModule(module, sink)
  }
  const distinct = checkHierarchy(modules, sink)
  if (!sink.diagnostics.some(({ code }) => code === 'FOREIGN_SIGNAL')) {
    for (const module of distinct) checkLoops(module, sink)
  }
  const has = (code: DiagnosticCode) => sink.diagnostics.some((found) => found.code === code)
  if (has('FOREIGN_SIGNAL') || has('COMBINATIONAL_LOOP')) sink.throwIfAny()
  const final = withoutFalseLoops(distinct)
  const top = final.at(-1)!
  for (const module of final) checkChains(module, sink)
  if (!has('CHAINED_PORT') && hasSeveralClocks(top)) checkClockCrossing(flatten(top), sink)
  sink.throwIfAny()
  return new Design(top, final)
}

/** The modules with false loops split, and with instances of one another alone. */
function withoutFalseLoops(modules: readonly ModuleNode[]): readonly ModuleNode[] {
  const byName = new Map<string, ModuleNode>()
  for (const module of modules) {
    const instances = module.instances.map((instance) => {
      const inner = byName.get(instance.module.name) ?? instance.module
      return inner === instance.module ? instance : { ...instance, module: inner }
    })
    const isSame = instances.every((instance, i) => instance === module.instances[i])
    byName.set(module.name, splitFalseLoops(isSame ? module : { ...module, instances }))
  }
  return [...byName.values()]
}

function hasSeveralClocks(top: ModuleNode): boolean {
  const clocks = portsOf(top).filter(({ kind, role }) => kind === 'input' && role === 'clock')
  return clocks.length > 1
}
