import { stronglyConnected } from '../legalise/components.js'
import { keepTargets, type TermStatement, targetsOf, termsOf } from '../legalise/statements.js'
import type { Term } from '../legalise/term.js'
import type { Net } from '../printable/net.js'

/** Statements that become one `assign` or one `always_comb`: defaults first. */
export interface Process {
  readonly targets: readonly Net[]
  readonly statements: readonly TermStatement[]
}

/** Logic besides the statements through which one net depends on others: ROM reads, instances. */
export interface Block {
  readonly outputs: readonly Net[]
  readonly inputs: readonly Term[]
}

/**
 * Groups statements that are written together, and splits a group again where one of its expressions
 * depends on one of its targets, which would be a loop through the process (though none through the logic).
 *
 * @param statements a module body, in which nothing is overwritten unconditionally
 */
export function groupProcesses(
  statements: readonly TermStatement[],
  blocks: readonly Block[],
): Process[] {
  let processes = groupByTargets(statements)
  for (;;) {
    const looping = targetsInLoops(processes, blocks)
    if (looping.size === 0) return processes
    processes = processes.flatMap((process) => splitOff(process, looping))
  }
}

function groupByTargets(statements: readonly TermStatement[]): Process[] {
  const groupOf = new Map<Net, Net>()
  const find = (net: Net): Net => {
    let root = net
    for (
      let next = groupOf.get(root);
      next !== undefined && next !== root;
      next = groupOf.get(root)
    ) {
      groupOf.set(net, next)
      root = next
    }
    return root
  }
  for (const statement of statements) {
    const [first, ...rest] = targetsOf(statement)
    if (first === undefined) continue
    const root = find(first)
    groupOf.set(root, root)
    for (const net of rest) groupOf.set(find(net), root)
  }

  const bodies = new Map<Net, TermStatement[]>()
  for (const statement of statements) {
    const [first] = targetsOf(statement)
    if (first === undefined) continue
    const root = find(first)
    const body = bodies.get(root)
    if (body === undefined) bodies.set(root, [statement])
    else body.push(statement)
  }
  return [...bodies.values()].map(process)
}

function process(statements: readonly TermStatement[]): Process {
  const targets = new Set<Net>()
  for (const statement of statements) targetsOf(statement, targets)
  const defaults = statements.filter(({ kind }) => kind === 'assign')
  const branches = statements.filter(({ kind }) => kind !== 'assign')
  return { targets: [...targets], statements: [...defaults, ...branches] }
}

function splitOff({ targets, statements }: Process, looping: ReadonlySet<Net>): readonly Process[] {
  const apart = targets.filter((net) => looping.has(net))
  if (apart.length === 0) return [{ targets, statements }]
  const parts = apart.map((net) => process(keepTargets(statements, (target) => target === net)))
  const together = keepTargets(statements, (target) => !looping.has(target))
  return together.length === 0 ? parts : [process(together), ...parts]
}

/** Targets of processes with several targets that are read within a loop through their process. */
function targetsInLoops(processes: readonly Process[], blocks: readonly Block[]): ReadonlySet<Net> {
  const graph = new DependencyGraph()
  for (const { targets, statements } of processes) {
    graph.add(
      targets,
      statements.flatMap((statement) => [...termsOf(statement)]),
    )
  }
  for (const { outputs, inputs } of blocks) graph.add(outputs, inputs)
  return graph.netsReadInLoops((vertex) => (processes[vertex]?.targets.length ?? 0) > 1)
}

/** Processes, blocks and shared terms, with an edge to everything that each reads. */
class DependencyGraph {
  readonly #driverOf = new Map<Net, number>()
  readonly #sources: (readonly Term[])[] = []

  add(outputs: readonly Net[], inputs: readonly Term[]): void {
    for (const net of outputs) this.#driverOf.set(net, this.#sources.length)
    this.#sources.push(inputs)
  }

  netsReadInLoops(counts: (vertex: number) => boolean): ReadonlySet<Net> {
    const reads: { readonly to: number; readonly net: Net | undefined }[][] = []
    const vertexOf = new Map<Term, number>()
    const sources = [...this.#sources]
    for (let vertex = 0; vertex < sources.length; vertex++) {
      const edges: { to: number; net: Net | undefined }[] = []
      const pending = [...sources[vertex]!]
      while (pending.length > 0) {
        const term = pending.pop()!
        const driver = term.net && this.#driverOf.get(term.net)
        if (driver !== undefined) edges.push({ to: driver, net: term.net })
        if (!term.shared) {
          pending.push(...term.operands)
          continue
        }
        let shared = vertexOf.get(term)
        if (shared === undefined) {
          shared = sources.push(term.operands) - 1
          vertexOf.set(term, shared)
        }
        edges.push({ to: shared, net: undefined })
      }
      reads.push(edges)
    }

    const { componentOf, sizes } = stronglyConnected(
      reads.map((edges) => edges.map(({ to }) => to)),
    )
    const looping = new Set<Net>()
    for (const [from, edges] of reads.entries()) {
      for (const { to, net } of edges) {
        const inLoop =
          componentOf[from] === componentOf[to] && (from === to || sizes[componentOf[to]!]! > 1)
        if (inLoop && net !== undefined && counts(to)) looping.add(net)
      }
    }
    return looping
  }
}
