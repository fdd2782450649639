import { type ExpressionNode, operandsOf } from '../ir/expression.js'
import { type ModuleNode, portsOf, type SignalNode } from '../ir/module-node.js'
import { driversOf } from './drivers.js'

/** Combinational paths of one module, whole signals at a time. */
export interface CombinationalPaths {
  /** For each output port, the numbers of the ports that it follows within a cycle. */
  readonly outputs: ReadonlyMap<SignalNode, ReadonlySet<number>>
  /**
   * Groups of signals that follow one another and so themselves, as wholes; their bits may still be free
   * of loops. In the order of declaration.
   */
  readonly cycles: readonly (readonly SignalNode[])[]
}

/** A signal or an expression of the graph of what follows what within a cycle. */
export type Vertex = SignalNode | ExpressionNode

const known = new WeakMap<ModuleNode, CombinationalPaths>()

/** Computed once a module, from those of its instances. */
export function combinationalPathsOf(module: ModuleNode): CombinationalPaths {
  let paths = known.get(module)
  if (paths === undefined) {
    paths = new PathTracer(module).trace()
    known.set(module, paths)
  }
  return paths
}

const none: ReadonlySet<number> = new Set()

/** Strongly connected components after Tarjan (1972), without recursion. */
class PathTracer {
  readonly #sourcesOf: (vertex: Vertex) => readonly Vertex[]
  readonly #order = new Map<Vertex, number>()
  readonly #lowest = new Map<Vertex, number>()
  /** Visited vertices whose component is not complete. */
  readonly #pending: Vertex[] = []
  /** Of vertices in complete components: the ports that reach them. */
  readonly #reached = new Map<Vertex, ReadonlySet<number>>()
  readonly #cycles: (readonly Vertex[])[] = []

  constructor(private readonly module: ModuleNode) {
    this.#sourcesOf = combinationalSources(module)
  }

  trace(): CombinationalPaths {
    const { module } = this
    const ports = portsOf(module)
    for (const [number, port] of ports.entries()) {
      if (port.kind === 'input') this.#reached.set(port, new Set([number]))
    }
    const goals = [...module.signals, ...module.instances.flatMap((instance) => instance.ports)]
    for (const goal of goals) this.#visit(goal)
    const outputs = ports.filter(({ kind }) => kind === 'output')
    return {
      outputs: new Map(outputs.map((port) => [port, this.#reached.get(port)!])),
      cycles: this.#cycles.map((cycle) => {
        const members = new Set(cycle)
        return goals.filter((signal) => members.has(signal))
      }),
    }
  }

  #visit(goal: Vertex): void {
    const path = [{ vertex: goal, sources: this.#enter(goal), next: 0 }]
    while (path.length > 0) {
      const step = path.at(-1)!
      const source = step.sources[step.next++]
      if (source === undefined) {
        path.pop()
        this.#leave(step.vertex, step.sources)
        const above = path.at(-1)?.vertex
        if (above !== undefined) this.#lower(above, this.#lowest.get(step.vertex) ?? Infinity)
      } else if (this.#reached.has(source)) {
      } else if (this.#order.has(source)) {
        this.#lower(step.vertex, this.#order.get(source)!)
      } else {
        path.push({ vertex: source, sources: this.#enter(source), next: 0 })
      }
    }
  }

  #enter(vertex: Vertex): readonly Vertex[] {
    if (this.#reached.has(vertex)) return []
    this.#lowest.set(vertex, this.#order.size)
    this.#order.set(vertex, this.#order.size)
    this.#pending.push(vertex)
    return this.#sourcesOf(vertex)
  }

  #leave(vertex: Vertex, sources: readonly Vertex[]): void {
    if (this.#reached.has(vertex) || this.#lowest.get(vertex) !== this.#order.get(vertex)) return
    const component = this.#pending.splice(this.#pending.lastIndexOf(vertex))
    const entries = component.length === 1 ? sources : component.flatMap(this.#sourcesOf)
    const reached = union(entries.map((entry) => this.#reached.get(entry)))
    for (const member of component) this.#reached.set(member, reached)
    if (component.length > 1) this.#cycles.push(component)
  }

  #lower(vertex: Vertex, order: number): void {
    const lowest = this.#lowest.get(vertex)
    if (lowest !== undefined && order < lowest) this.#lowest.set(vertex, order)
  }
}

function union(sets: readonly (ReadonlySet<number> | undefined)[]): ReadonlySet<number> {
  let result: ReadonlySet<number> = none
  for (const set of sets) {
    if (set === undefined || set === result || set.size === 0) continue
    result = result.size === 0 ? set : new Set([...result, ...set])
  }
  return result
}

/** What a signal or expression follows within a cycle; registers and memory reads follow nothing. */
export function combinationalSources(module: ModuleNode): (vertex: Vertex) => readonly Vertex[] {
  const { drivers } = driversOf(module)
  const throughInstances = new Map<SignalNode, readonly SignalNode[]>()
  for (const { module: inner, ports } of module.instances) {
    const { outputs } = combinationalPathsOf(inner)
    for (const [number, port] of portsOf(inner).entries()) {
      const inputs = outputs.get(port) ?? none
      throughInstances.set(
        ports[number]!,
        [...inputs].map((input) => ports[input]!),
      )
    }
  }
  return (vertex) => {
    if (isExpression(vertex)) {
      return vertex.kind === 'ref' ? [vertex.signal] : operandsOf(vertex)
    }
    if (vertex.kind === 'register' || vertex.kind === 'memoryRead') return []
    if (vertex.kind === 'instanceOutput') return throughInstances.get(vertex) ?? []
    const driver = drivers.get(vertex)
    return driver === undefined ? [] : [driver.value]
  }
}

const signalKinds: ReadonlySet<string> = new Set([
  'input',
  'output',
  'wire',
  'register',
  'memoryRead',
  'instanceInput',
  'instanceOutput',
])

export function isExpression(vertex: Vertex): vertex is ExpressionNode {
  return !signalKinds.has(vertex.kind)
}
