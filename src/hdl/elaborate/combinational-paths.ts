import { type ExpressionNode, operandsOf } from '../ir/expression.js'
import { type ModuleNode, portsOf, type SignalNode } from '../ir/module-node.js'
import { driversOf } from './drivers.js'

/** Combinational paths of one module, whole signals at a time. */
export interface CombinationalPaths {
  /** For each output port, the numbers of the ports that it follows within a cycle. */
  readonly outputs: ReadonlyMap<SignalNode, ReadonlySet<number>>
  /** Some signal follows itself, at least as a whole; its bits may still be free of loops. */
  readonly hasCycle: boolean
}

type Vertex = SignalNode | ExpressionNode

const known = new WeakMap<ModuleNode, CombinationalPaths>()

/** Computed once a module, from those of its instances. */
export function combinationalPathsOf(module: ModuleNode): CombinationalPaths {
  let paths = known.get(module)
  if (paths === undefined) {
    paths = tracePaths(module)
    known.set(module, paths)
  }
  return paths
}

function tracePaths(module: ModuleNode): CombinationalPaths {
  const sourcesOf = sourceFinder(module)
  const ports = portsOf(module)
  const reached = new Map<Vertex, ReadonlySet<number>>()
  for (const [number, port] of ports.entries()) {
    if (port.kind === 'input') reached.set(port, new Set([number]))
  }
  let hasCycle = false
  const goals: Vertex[] = [
    ...module.signals,
    ...module.instances.flatMap((instance) => instance.ports),
  ]
  for (const goal of goals) hasCycle = settle(goal, sourcesOf, reached) || hasCycle
  const outputs = ports.filter(({ kind }) => kind === 'output')
  return {
    outputs: new Map(outputs.map((port) => [port, reached.get(port)!])),
    hasCycle,
  }
}

/** Computes which inputs reach a vertex; true when it met a cycle on the way. */
function settle(
  goal: Vertex,
  sourcesOf: (vertex: Vertex) => readonly Vertex[],
  reached: Map<Vertex, ReadonlySet<number>>,
): boolean {
  let hasCycle = false
  const open = new Set<Vertex>()
  const stack: Vertex[] = [goal]
  while (stack.length > 0) {
    const vertex = stack.at(-1)!
    if (reached.has(vertex)) {
      stack.pop()
      continue
    }
    const sources = sourcesOf(vertex)
    const waiting = open.has(vertex) ? [] : sources.filter((source) => !reached.has(source))
    if (waiting.length === 0) {
      reached.set(vertex, union(sources.map((source) => reached.get(source))))
      stack.pop()
      continue
    }
    open.add(vertex)
    if (waiting.some((source) => open.has(source))) hasCycle = true
    stack.push(...waiting.filter((source) => !open.has(source)))
  }
  return hasCycle
}

const none: ReadonlySet<number> = new Set()

function union(sets: readonly (ReadonlySet<number> | undefined)[]): ReadonlySet<number> {
  let result: ReadonlySet<number> = none
  for (const set of sets) {
    if (set === undefined || set === result || set.size === 0) continue
    result = result.size === 0 ? set : new Set([...result, ...set])
  }
  return result
}

/** What a signal or expression follows within a cycle; registers and memory reads follow nothing. */
function sourceFinder(module: ModuleNode): (vertex: Vertex) => readonly Vertex[] {
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

function isExpression(vertex: Vertex): vertex is ExpressionNode {
  return !signalKinds.has(vertex.kind)
}
