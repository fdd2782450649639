import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { FlatDesign, FlatNet, NetId } from '../ir/flat.js'

/**
 * Reports registers and memory ports that read, through combinational logic, state of another clock
 * domain, unless they are the first stage of a synchroniser. Top-level inputs belong to no domain.
 */
export function checkClockCrossing(design: FlatDesign, sink: DiagnosticSink): void {
  const domains = domainsOfNets(design)
  for (const register of design.registers) {
    if (register.synchronizer) continue
    const sources = [register.d, register.enable].filter((net) => net !== undefined)
    const foreign = sources
      .flatMap((net) => [...domains[net]!])
      .find((clock) => clock !== register.clock)
    if (foreign === undefined) continue
    const origin = firstSource(design, sources, foreign)
    sink.report(
      'CLOCK_CROSSING',
      design.name,
      register.path,
      `is clocked by ${nameOf(design, register.clock)} and reads ${origin?.path ?? 'state'} of ${nameOf(design, foreign)}`,
      register.place,
      origin === undefined ? [] : [{ role: 'source', place: origin.place }],
    )
  }
  for (const { memory, clock, address, enable } of design.memoryReads) {
    reportMemory(design, domains, memory, clock, [address, enable], sink)
  }
  for (const [memory, { writes }] of design.memories.entries()) {
    for (const { clock, address, data, enable, mask } of writes) {
      reportMemory(design, domains, memory, clock, [address, data, enable, mask], sink)
    }
  }
}

type Domains = ReadonlySet<NetId>

const none: Domains = new Set()

/** The clocks whose state each net follows. */
function domainsOfNets(design: FlatDesign): readonly Domains[] {
  const domains: Domains[] = []
  for (const net of design.nets) domains.push(domainsOf(design, net, domains))
  return domains
}

function domainsOf(design: FlatDesign, net: FlatNet, domains: readonly Domains[]): Domains {
  if (net.op === 'register') return new Set([design.registers[net.index!]!.clock])
  if (net.op === 'memoryRead') return new Set([design.memoryReads[net.index!]!.clock])
  let result = none
  for (const operand of net.operands) {
    const more = domains[operand]!
    if (more === result || more.size === 0) continue
    result = result.size === 0 ? more : new Set([...result, ...more])
  }
  return result
}

function reportMemory(
  design: FlatDesign,
  domains: readonly Domains[],
  memory: number,
  clock: NetId,
  nets: readonly (NetId | undefined)[],
  sink: DiagnosticSink,
): void {
  const used = nets.filter((net) => net !== undefined)
  const foreign = used.flatMap((net) => [...domains[net]!]).find((domain) => domain !== clock)
  if (foreign === undefined) return
  const { path } = design.memories[memory]!
  const origin = firstSource(design, used, foreign)
  if (origin === undefined) return
  const message = `a port clocked by ${nameOf(design, clock)} reads ${origin.path} of ${nameOf(design, foreign)}`
  sink.report('CLOCK_CROSSING', design.name, path, message, origin.place)
}

/** A register of domain `clock` that one of the nets follows. */
function firstSource(design: FlatDesign, nets: readonly NetId[], clock: NetId) {
  const seen = new Set<NetId>()
  const stack = [...nets]
  while (stack.length > 0) {
    const id = stack.pop()!
    if (seen.has(id)) continue
    seen.add(id)
    const net = design.nets[id]!
    const register = net.op === 'register' ? design.registers[net.index!] : undefined
    if (register?.clock === clock) return register
    stack.push(...net.operands)
  }
  return undefined
}

function nameOf(design: FlatDesign, clock: NetId): string {
  return design.inputs.find(({ net }) => net === clock)?.name ?? 'another clock'
}
