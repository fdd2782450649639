import { type ModuleNode, portsOf } from '../../hdl/ir/module-node.js'
import { groupProcesses, type Process } from '../prettify/processes.js'
import { StateLabels } from '../prettify/states.js'
import type { SvItem, SvModule, SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { checkSections } from './checks.js'
import { InstanceConnections, instanceSections } from './instances.js'
import { logicSections, withRegisterDefaults } from './logic.js'
import { type LoweredModule, lowerModule } from './lowered-module.js'
import { memorySections, termsOfMemory } from './memories.js'
import { registerSections } from './registers.js'
import { Renderer } from './render.js'
import { RomSections, termsOfAccess } from './roms.js'
import { termsOf } from './statements.js'
import type { Term } from './term.js'
import { ReadBits, unusedSection } from './unused.js'

/** A register without asynchronous reset or a memory without contents, by its emitted name. */
export interface UnresetNet {
  readonly name: string
  readonly width: number
  /** Words of a memory. */
  readonly depth?: number
}

export interface LegalModule {
  readonly printable: SvModule
  readonly unreset: readonly UnresetNet[]
}

/** Turns a module into the constructs that every tool reads silently and alike. */
export function legaliseModule(module: ModuleNode): LegalModule {
  const lowered = lowerModule(module)
  const { nets } = lowered
  const processes = processesOf(module, lowered)
  const uses = usesOf(rootsOf(lowered, processes))
  const readNets = netsRead(module, lowered, uses)
  nameUnreadOutputs(module, lowered, readNets)
  const { sections, labels, declared } = bodyOf(module, lowered, processes, uses, readNets)

  const inputs = portsOf(module)
    .filter(({ kind }) => kind === 'input')
    .map((port) => nets.valueOf(port))
  const reads = new ReadBits()
  for (const section of sections) reads.addSection(section)
  const inner = sections.flat().flatMap((item) => {
    if (item.kind === 'checks') return item.wires
    return [item]
  })
  const wires = inner.flatMap((item) => (item.kind === 'declare' ? [item.net] : []))

  return {
    printable: {
      name: module.name,
      place: module.place,
      attributes: module.attributes,
      header: headerOf(module),
      parameters: {},
      ports: portsOf(module).map((port) => ({
        direction: port.kind === 'input' ? 'input' : 'output',
        net: nets.valueOf(port),
      })),
      sections: [
        labels.used.map((value): SvItem => ({ kind: 'localparam', value })),
        declared.map((net): SvItem => ({ kind: 'declare', net })),
        ...sections,
        unusedSection([...inputs, ...declared, ...wires], reads, lowered.scope),
      ].filter((section) => section.length > 0),
    },
    unreset: unresetOf(lowered),
  }
}

function processesOf(module: ModuleNode, lowered: LoweredModule): Process[] {
  const { nets, lowering, roms, statements, registers } = lowered
  const instances = module.instances.map(({ ports }) => ({
    outputs: ports
      .filter(({ kind }) => kind === 'instanceOutput')
      .map((port) => nets.valueOf(port)),
    inputs: ports
      .filter(({ kind }) => kind === 'instanceInput')
      .map((port) => lowering.readNet(nets.valueOf(port))),
  }))
  const accesses = roms.list.map((access) => ({
    outputs: [access.data],
    inputs: termsOfAccess(access),
  }))
  const complete = withRegisterDefaults(statements, registers, lowering)
  return groupProcesses(complete, [...instances, ...accesses])
}

/** Every term that the text writes, in its order. */
function rootsOf(
  { roms, registers, memories, checks }: LoweredModule,
  processes: readonly Process[],
): Term[] {
  return [
    ...roms.list.flatMap(termsOfAccess),
    ...processes.flatMap(({ statements }) =>
      statements.flatMap((statement) => [...termsOf(statement)]),
    ),
    ...registers.flatMap(({ enable }) => enable ?? []),
    ...memories.flatMap((memory) => [...termsOfMemory(memory)]),
    ...checks.map(({ condition }) => condition),
  ]
}

/** How often every reachable term is used. */
function usesOf(roots: readonly Term[]): Map<Term, number> {
  const uses = new Map<Term, number>()
  const pending = [...roots].reverse()
  while (pending.length > 0) {
    const term = pending.pop()!
    const known = uses.get(term) ?? 0
    uses.set(term, known + 1)
    if (known === 0) for (const operand of term.operands) pending.push(operand)
  }
  return uses
}

/** Nets that expressions read, or that clock or reset something. */
function netsRead(
  module: ModuleNode,
  { nets, memories, checks }: LoweredModule,
  uses: ReadonlyMap<Term, number>,
): Set<Net> {
  const read = new Set<Net>()
  for (const { net } of uses.keys()) if (net !== undefined) read.add(net)
  for (const { register } of module.signals) {
    if (register === undefined) continue
    read.add(nets.valueOf(register.clock))
    if (register.reset !== undefined) read.add(nets.valueOf(register.reset.signal))
  }
  for (const { reads, writes } of memories) {
    for (const { clock } of [...reads, ...writes]) read.add(clock)
  }
  for (const { clock, reset } of checks) {
    read.add(clock)
    if (reset !== undefined) read.add(reset.net)
  }
  return read
}

function nameUnreadOutputs(
  module: ModuleNode,
  { nets, scope }: LoweredModule,
  readNets: ReadonlySet<Net>,
): void {
  for (const port of module.instances.flatMap(({ ports }) => ports)) {
    const isUnread = port.kind === 'instanceOutput' && !readNets.has(nets.valueOf(port))
    if (isUnread) nets.markUnused(port, scope)
  }
}

interface Body {
  readonly sections: readonly SvSection[]
  readonly labels: StateLabels
  /** Nets that are declared ahead of the sections. */
  readonly declared: readonly Net[]
}

function bodyOf(
  module: ModuleNode,
  lowered: LoweredModule,
  processes: readonly Process[],
  uses: ReadonlyMap<Term, number>,
  readNets: ReadonlySet<Net>,
): Body {
  const { scope, nets, roms, statements, registers, memories, checks } = lowered
  const registerOf = new Map(registers.map(({ next, value }) => [next, value]))
  const labels = new StateLabels(
    scope,
    (net) => registerOf.get(net),
    (net) => net.name.replace(/_q$/, ''),
  )
  labels.collect(statements)

  const wires: SvItem[] = []
  const renderer = new Renderer(
    scope,
    uses,
    (net, value) => labels.nameOf(net, value),
    (net, value, place) =>
      wires.push({ kind: 'declare', net }, { kind: 'assign', target: net, value, place }),
  )
  const connections = new InstanceConnections(module.instances, nets, readNets)
  const romSections = new RomSections(renderer, scope, wires)
  const sections = [
    ...roms.list.map((access) => romSections.section(access)),
    ...logicSections(processes, nets, renderer, wires, connections),
    ...registerSections(registers, nets, renderer, wires),
    ...memories.flatMap((memory) => memorySections(memory, renderer, wires)),
    ...instanceSections(module.instances, nets, connections),
    ...checkSections(checks, renderer, wires),
  ]
  return { sections, labels, declared: declaredNets(module, lowered, connections) }
}

/** The nets of the author's signals, in the author's order, and those of instances and ROMs. */
function declaredNets(
  module: ModuleNode,
  { nets, roms, memories }: LoweredModule,
  connections: InstanceConnections,
): Net[] {
  const list: Net[] = []
  const memoryData = new Set(memories.flatMap(({ reads }) => reads.map(({ data }) => data)))
  for (const signal of module.signals) {
    if (signal.kind === 'register') list.push(nets.targetOf(signal), nets.valueOf(signal))
    else if (signal.kind === 'wire') list.push(nets.valueOf(signal))
    else if (signal.kind === 'memoryRead' && memoryData.has(nets.valueOf(signal))) {
      list.push(nets.valueOf(signal))
    }
  }
  for (const port of module.instances.flatMap(({ ports }) => ports)) {
    const net = nets.valueOf(port)
    if (port.kind === 'instanceOutput' || connections.needsNet(net)) list.push(net)
  }
  for (const { data, addressWire } of roms.list) {
    if (addressWire !== undefined) list.push(addressWire)
    list.push(data)
  }
  return list
}

function unresetOf({ registers, memories }: LoweredModule): UnresetNet[] {
  return [
    ...registers
      .filter(({ signal }) => signal.register!.reset?.style !== 'async')
      .map(({ value: { name, width } }) => ({ name, width })),
    ...memories.flatMap(({ node: { name, width, depth, init }, reads }) => [
      ...(init === undefined ? [{ name, width, depth }] : []),
      ...reads.map(({ data }) => ({ name: data.name, width })),
    ]),
  ]
}

function headerOf({ documentation, parameters }: ModuleNode): string[] {
  const lines = documentation === undefined ? [] : documentation.trim().split('\n')
  const settings = Object.entries(parameters)
  if (settings.length > 0) {
    if (lines.length > 0) lines.push('')
    lines.push(`Parameters: ${settings.map(([name, value]) => `${name} = ${value}`).join(', ')}`)
  }
  return lines
}
