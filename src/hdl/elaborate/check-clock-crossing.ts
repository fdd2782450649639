import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { FlatDesign, FlatNet, NetId } from '../ir/flat.js'
import type { Place } from '../place.js'

/**
 * Reports registers and memory ports that read, through combinational logic, state of another clock
 * domain, unless they are the first stage of a synchroniser. Top-level inputs belong to no domain.
 */
export function checkClockCrossing(design: FlatDesign, sink: DiagnosticSink): void {
  const crossings = new CrossingFinder(design)
  const check = (
    { path, place }: State,
    subject: string,
    clock: NetId,
    nets: readonly (NetId | undefined)[],
  ) => {
    const crossing = crossings.find(
      clock,
      nets.filter((net) => net !== undefined),
    )
    if (crossing === undefined) return
    const { source, foreign } = crossing
    const message = `${subject} is clocked by ${nameOf(design, clock)} and reads ${source.path} of ${nameOf(design, foreign)}`
    sink.report('CLOCK_CROSSING', design.name, path, message, place, [
      { role: 'source', place: source.place },
    ])
  }
  for (const register of design.registers) {
    if (register.synchronizer) continue
    check(register, 'the register', register.clock, [register.d, register.enable])
  }
  for (const { memory, clock, address, enable } of design.memoryReads) {
    check(design.memories[memory]!, 'a read port', clock, [address, enable])
  }
  for (const memory of design.memories) {
    for (const { clock, address, data, enable, mask } of memory.writes) {
      check(memory, 'a write port', clock, [address, data, enable, mask])
    }
  }
}

/** A register or memory, as messages name it. */
interface State {
  /** Hierarchical name. */
  readonly path: string
  readonly place: Place
}

type Domains = ReadonlySet<NetId>

const none: Domains = new Set()

class CrossingFinder {
  /** The clocks whose state each net follows. */
  readonly #domains: Domains[] = []

  constructor(private readonly design: FlatDesign) {
    for (const net of design.nets) this.#domains.push(this.#domainsOf(net))
  }

  /** State of another clock than `clock` that one of the nets follows, and its clock. */
  find(
    clock: NetId,
    nets: readonly NetId[],
  ): { readonly source: State; readonly foreign: NetId } | undefined {
    const domains = nets.flatMap((net) => [...this.#domains[net]!])
    const foreign = domains.find((domain) => domain !== clock)
    if (foreign === undefined) return undefined
    const seen = new Set<NetId>()
    const stack = [...nets]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (seen.has(id)) continue
      seen.add(id)
      const net = this.design.nets[id]!
      const state = this.#stateOf(net)
      if (state?.clock === foreign) return { source: state.state, foreign }
      stack.push(...net.operands)
    }
    return undefined
  }

  #domainsOf(net: FlatNet): Domains {
    const state = this.#stateOf(net)
    if (state !== undefined) return new Set([state.clock])
    let result = none
    for (const operand of net.operands) {
      const more = this.#domains[operand]!
      if (more === result || more.size === 0) continue
      result = result.size === 0 ? more : new Set([...result, ...more])
    }
    return result
  }

  #stateOf({ op, index }: FlatNet): { readonly state: State; readonly clock: NetId } | undefined {
    if (op === 'register') {
      const register = this.design.registers[index!]!
      return { state: register, clock: register.clock }
    }
    if (op !== 'memoryRead') return undefined
    const { memory, clock } = this.design.memoryReads[index!]!
    return { state: this.design.memories[memory]!, clock }
  }
}

function nameOf(design: FlatDesign, clock: NetId): string {
  return design.inputs.find(({ net }) => net === clock)?.name ?? 'another clock'
}
