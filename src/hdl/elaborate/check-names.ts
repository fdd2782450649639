import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import { type ModuleNode, portsOf } from '../ir/module-node.js'
import type { Place } from '../place.js'
import { reservedBy } from '../reserved-words.js'

/** Checks the author's names of one module: legal in every tool, and distinct without regard to case. */
export function checkNames(module: ModuleNode, sink: DiagnosticSink): void {
  const checkName = (name: string, place: Place, isPort: boolean) => {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || name.includes('__') || name.endsWith('_')) {
      const message = `${JSON.stringify(name)} is no portable name`
      sink.report('BAD_NAME', module.name, name, message, place)
      return
    }
    const language = reservedBy(name, isPort)
    if (language === undefined) return
    sink.report('NAME_CLASH', module.name, name, `is a reserved word of ${language}`, place)
  }
  checkName(module.name, module.place, false)
  const taken = new Map<string, { name: string; place: Place }>()
  const ports = new Set<object>(portsOf(module))
  const declarations = [
    ...module.signals,
    ...module.memories,
    ...module.roms,
    ...module.instances,
    ...module.checks,
  ]
  for (const declaration of declarations) {
    const { name, place } = declaration
    checkName(name, place, ports.has(declaration))
    const key = name.toLowerCase()
    const first = taken.get(key)
    if (first === undefined) {
      taken.set(key, { name, place })
      continue
    }
    const message =
      first.name === name ? 'is declared twice' : `differs from ${first.name} in case only`
    sink.report('NAME_CLASH', module.name, name, message, place, [
      { role: 'first declared', place: first.place },
    ])
  }
}
