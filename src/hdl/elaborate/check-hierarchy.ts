import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { ModuleNode } from '../ir/module-node.js'
import { fingerprintOf } from './fingerprint.js'

/**
 * One module for each name: modules of equal name and structure become one; of equal name and different
 * structure they are reported. Gives the distinct ones in the order of `modules`.
 */
export function checkHierarchy(modules: readonly ModuleNode[], sink: DiagnosticSink): ModuleNode[] {
  const byName = new Map<string, ModuleNode>()
  for (const module of modules) {
    const key = module.name.toLowerCase()
    const first = byName.get(key)
    if (first === undefined) byName.set(key, module)
    else if (fingerprintOf(first).exact !== fingerprintOf(module).exact) {
      const message = 'two modules of different structure have this name'
      sink.report('NAME_CLASH', module.name, undefined, message, module.place, [
        { role: 'first defined', place: first.place },
      ])
    }
  }
  return [...byName.values()]
}
