import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import { type BitStep, bitPathsOf } from './bit-paths.js'
import {
  combinationalPathsOf,
  combinationalSources,
  isExpression,
  type Vertex,
} from './combinational-paths.js'

/** Reports bits of a module that follow themselves within a cycle, through instances too. */
export function checkLoops(module: ModuleNode, sink: DiagnosticSink): void {
  for (const cycle of combinationalPathsOf(module).cycles) {
    for (const loop of bitPathsOf(module).loops(cycle)) {
      const [first, ...others] = loop
      const path = [...loop, first!].map(nameOf).join(' <- ')
      const related = others.map((step) => ({
        role: `through ${nameOf(step)}`,
        place: step.signal.place,
      }))
      const { place } = first!.signal
      sink.report('COMBINATIONAL_LOOP', module.name, nameOf(first!), path, place, related)
    }
  }
}

/**
 * Reports ports of instances that follow themselves as wholes though none of their bits does, in a module
 * whose own signals have been split where that helps.
 */
export function checkChains(module: ModuleNode, sink: DiagnosticSink): void {
  for (const cycle of combinationalPathsOf(module).cycles) {
    const start = cycle.find(({ kind }) => kind === 'instanceInput') ?? cycle[0]!
    const path = pathBackTo(start, module)
    const names = [...path, start].map(({ name }) => name).join(' <- ')
    const related = path.slice(1).map(({ name, place }) => ({ role: `through ${name}`, place }))
    sink.report('CHAINED_PORT', module.name, start.name, names, start.place, related)
  }
}

function nameOf({ instances, signal, bit }: BitStep): string {
  const name = [...instances.map((instance) => instance.name), signal.name].join('.')
  return signal.width === 1 ? name : `${name}[${bit}]`
}

/** The signals of a shortest path from a signal back to it. */
function pathBackTo(start: SignalNode, module: ModuleNode): readonly SignalNode[] {
  const sourcesOf = combinationalSources(module)
  const followedBy = new Map<Vertex, Vertex>()
  const queue: Vertex[] = [start]
  for (const vertex of queue) {
    for (const source of sourcesOf(vertex)) {
      if (followedBy.has(source)) continue
      followedBy.set(source, vertex)
      if (source === start) return signalsFrom(start, followedBy)
      queue.push(source)
    }
  }
  return [start]
}

function signalsFrom(start: SignalNode, followedBy: ReadonlyMap<Vertex, Vertex>): SignalNode[] {
  const path: Vertex[] = []
  for (let at: Vertex = followedBy.get(start)!; at !== start; at = followedBy.get(at)!)
    path.push(at)
  return [start, ...path.reverse().filter((vertex) => !isExpression(vertex))]
}
