import { type ModuleNode, portsOf } from '../../hdl/ir/module-node.js'
import { NameScope } from '../names.js'
import { groupProcesses } from '../prettify/processes.js'
import { StateLabels } from '../prettify/states.js'
import type { SvItem, SvModule, SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { checkSections, lowerChecks } from './checks.js'
import { InstanceConnections, instanceSections } from './instances.js'
import { logicSections, withRegisterDefaults } from './logic.js'
import { Lowering } from './lower.js'
import { lowerMemories, memorySections, termsOfMemory } from './memories.js'
import { ModuleNets } from './nets.js'
import { lowerRegisters, registerSections } from './registers.js'
import { Renderer } from './render.js'
import { RomAccesses, RomSections, termsOfAccess } from './roms.js'
import { expressionsOf, lowerStatements, termsOf } from './statements.js'
import type { Term } from './term.js'
import { ReadBits, unusedSection } from './unused.js'

/** A register without reset or a memory without contents, by its emitted name. */
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
  const scope = new NameScope()
  const nets = new ModuleNets(module, scope)
  const roms = new RomAccesses(nets, scope)
  const lowering: Lowering = new Lowering({
    netOf: (signal) => nets.valueOf(signal),
    romRead: (rom, address) => roms.read(rom, address, lowering),
  })
  countUses(module, lowering)

  const statements = lowerStatements(module.statements, lowering, (signal) => nets.targetOf(signal))
  const registers = lowerRegisters(module.signals, lowering, nets)
  const memories = lowerMemories(module.memories, lowering, nets)
  const checks = lowerChecks(module.checks, lowering, nets)

  const instances = module.instances.map((instance) => ({
    outputs: instance.ports
      .filter(({ kind }) => kind === 'instanceOutput')
      .map((port) => nets.valueOf(port)),
    inputs: instance.ports
      .filter(({ kind }) => kind === 'instanceInput')
      .map((port) => lowering.readNet(nets.valueOf(port))),
  }))
  const accesses = roms.list.map((access) => ({
    outputs: [access.data],
    inputs: termsOfAccess(access),
  }))
  const processes = groupProcesses(withRegisterDefaults(statements, registers, lowering), [
    ...instances,
    ...accesses,
  ])

  const roots: Term[] = []
  for (const access of roms.list) roots.push(...termsOfAccess(access))
  for (const { statements: body } of processes) {
    for (const statement of body) roots.push(...termsOf(statement))
  }
  for (const { enable } of registers) if (enable !== undefined) roots.push(enable)
  for (const memory of memories) roots.push(...termsOfMemory(memory))
  for (const { condition } of checks) roots.push(condition)
  const uses = usesOf(roots)
  const readNets = new Set([...uses.keys()].flatMap((term) => term.net ?? []))
  for (const { register } of module.signals) {
    if (register === undefined) continue
    readNets.add(nets.valueOf(register.clock))
    if (register.reset !== undefined) readNets.add(nets.valueOf(register.reset.signal))
  }
  for (const memory of memories) {
    for (const { clock } of [...memory.reads, ...memory.writes]) readNets.add(clock)
  }
  for (const { clock, reset } of checks) {
    readNets.add(clock)
    if (reset !== undefined) readNets.add(reset.net)
  }

  const registerOf = new Map(registers.map(({ next, value }) => [next, value]))
  const labels = new StateLabels(
    scope,
    (net) => registerOf.get(net),
    (net) => net.name.replace(/_q$/, ''),
  )
  labels.collect(statements)

  const wires: SvItem[] = []
  const declared: Net[] = []
  const renderer = new Renderer(
    scope,
    uses,
    (net, value) => labels.nameOf(net, value),
    (net, value) => {
      declared.push(net)
      wires.push({ kind: 'declare', net }, { kind: 'assign', target: net, value, place: net.place })
    },
  )

  for (const instance of module.instances) {
    for (const port of instance.ports) {
      if (port.kind === 'instanceOutput' && !readNets.has(nets.valueOf(port))) {
        nets.markUnused(port, scope)
      }
    }
  }
  const connections = new InstanceConnections(module.instances, nets, readNets)
  const romSections = new RomSections(renderer, scope, wires)
  const body: SvSection[] = [
    ...roms.list.map((access) => romSections.section(access)),
    ...logicSections(processes, nets, renderer, wires, connections),
    ...registerSections(registers, nets, renderer, wires),
    ...memories.flatMap((memory) => memorySections(memory, renderer, wires)),
    ...instanceSections(module.instances, nets, connections),
    ...checkSections(checks, renderer, wires),
  ]

  for (const access of roms.list) {
    declared.push(access.data, ...(access.addressWire === undefined ? [] : [access.addressWire]))
  }
  const own = declarations(module, nets, connections, roms)
  declared.push(...own)
  const inputs = portsOf(module)
    .filter(({ kind }) => kind === 'input')
    .map((port) => nets.valueOf(port))
  const reads = new ReadBits()
  for (const section of body) reads.addSection(section)
  const romWords = body.flatMap((section) =>
    section.flatMap((item) => (item.kind === 'declare' ? item.net : [])),
  )
  const measured = [...new Set([...inputs, ...own, ...declared, ...romWords])]

  const localparams = labels.used.map((value): SvItem => ({ kind: 'localparam', value }))
  const sections = [
    localparams,
    own.map((net): SvItem => ({ kind: 'declare', net })),
    ...body,
    unusedSection(measured, reads, scope),
  ].filter((section) => section.length > 0)

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
      sections,
    },
    unreset: [
      ...registers
        .filter(({ signal }) => signal.register!.reset === undefined)
        .map(({ value }) => ({ name: value.name, width: value.width })),
      ...memories.flatMap(({ node, reads: ports }) => [
        ...(node.init === undefined
          ? [{ name: node.name, width: node.width, depth: node.depth }]
          : []),
        ...ports.map(({ data }) => ({ name: data.name, width: data.width })),
      ]),
    ],
  }
}

function countUses(module: ModuleNode, lowering: Lowering): void {
  for (const expression of expressionsOf(module.statements)) lowering.countUses(expression)
  for (const { register } of module.signals) {
    if (register?.enable !== undefined) lowering.countUses(register.enable)
  }
  for (const { reads, writes } of module.memories) {
    for (const { address, enable } of reads) {
      lowering.countUses(address)
      if (enable !== undefined) lowering.countUses(enable)
    }
    for (const { address, data, enable, mask } of writes) {
      for (const expression of [address, data, enable]) lowering.countUses(expression)
      if (mask !== undefined) lowering.countUses(mask)
    }
  }
  for (const { condition } of module.checks) lowering.countUses(condition)
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

/** The nets of the author's signals, in the author's order. */
function declarations(
  module: ModuleNode,
  nets: ModuleNets,
  connections: InstanceConnections,
  roms: RomAccesses,
): Net[] {
  const list: Net[] = []
  const unreadMemories = new Set(
    module.memories
      .filter(({ reads }) => reads.length === 0)
      .flatMap(({ reads }) => reads.map(({ data }) => data)),
  )
  for (const signal of module.signals) {
    if (signal.kind === 'register') list.push(nets.targetOf(signal), nets.valueOf(signal))
    else if (signal.kind === 'wire') list.push(nets.valueOf(signal))
    else if (signal.kind === 'memoryRead' && !unreadMemories.has(signal))
      list.push(nets.valueOf(signal))
  }
  for (const instance of module.instances) {
    for (const port of instance.ports) {
      const net = nets.valueOf(port)
      if (port.kind === 'instanceOutput' || connections.needsNet(net)) list.push(net)
    }
  }
  for (const { data, addressWire } of roms.list) {
    if (addressWire !== undefined) list.push(addressWire)
    list.push(data)
  }
  return list
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
