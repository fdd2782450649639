import { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { FlatDesign } from '../ir/flat.js'
import { type ModuleNode, portsOf } from '../ir/module-node.js'
import { buildDiagnostics } from '../module/module-definition.js'
import { checkClockCrossing } from './check-clock-crossing.js'
import { checkHierarchy } from './check-hierarchy.js'
import { checkModule } from './check-module.js'
import { combinationalPathsOf } from './combinational-paths.js'
import { flatten } from './flatten.js'
import { modulesBelow } from './module-order.js'

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
    this.#flat ??= flatten(this.top, new DiagnosticSink())
    return this.#flat
  }
}

/**
 * Builds a module and all below it, and checks them.
 *
 * @throws DesignError with every fault found, sorted by place
 */
export function elaborate(definition: { readonly node: ModuleNode }): Design {
  const top = definition.node
  const sink = new DiagnosticSink()
  const modules = modulesBelow(top)
  for (const module of modules) {
    sink.diagnostics.push(...buildDiagnostics(module))
    checkModule(module, sink)
  }
  const distinct = checkHierarchy(modules, sink)
  checkDataflow(top, modules, sink)
  sink.throwIfAny()
  return new Design(top, distinct)
}

/**
 * Loops and clock crossings. The dataflow graph is made only when some module has a path that returns to
 * a signal as a whole, or there are several clocks.
 */
function checkDataflow(
  top: ModuleNode,
  modules: readonly ModuleNode[],
  sink: DiagnosticSink,
): void {
  const clocks = portsOf(top).filter(({ kind, role }) => kind === 'input' && role === 'clock')
  const mayLoop = modules.some((module) => combinationalPathsOf(module).hasCycle)
  if (clocks.length < 2 && !mayLoop) return
  if (sink.diagnostics.some(({ code }) => code === 'FOREIGN_SIGNAL' || code === 'NOT_ASSIGNABLE'))
    return
  checkClockCrossing(flatten(top, sink), sink)
}
