import type { ModuleNode, SignalNode } from '../../hdl/ir/module-node.js'
import { NameScope } from '../names.js'
import type { Net } from '../printable/net.js'
import { type LoweredCheck, lowerChecks } from './checks.js'
import { Lowering } from './lower.js'
import { type LoweredMemory, lowerMemories } from './memories.js'
import { ModuleNets } from './nets.js'
import { type LoweredRegister, lowerRegisters } from './registers.js'
import { RomAccesses } from './roms.js'
import { expressionsOf, lowerStatements, type TermStatement, targetsOf } from './statements.js'

/** A module over terms and nets. */
export interface LoweredModule {
  readonly scope: NameScope
  readonly nets: ModuleNets
  readonly roms: RomAccesses
  readonly lowering: Lowering
  readonly statements: readonly TermStatement[]
  readonly registers: readonly LoweredRegister[]
  readonly memories: readonly LoweredMemory[]
  readonly checks: readonly LoweredCheck[]
}

/** Lowers a module, again for as long as that finds more signals constant. */
export function lowerModule(module: ModuleNode): LoweredModule {
  let constants: ReadonlyMap<SignalNode, bigint> = new Map()
  for (;;) {
    const lowered = lowerWith(module, constants)
    const found = constantSignals(module, lowered)
    if (found.size <= constants.size) return lowered
    constants = found
  }
}

function lowerWith(module: ModuleNode, constants: ReadonlyMap<SignalNode, bigint>): LoweredModule {
  const scope = new NameScope()
  const nets = new ModuleNets(module, scope)
  const roms = new RomAccesses(nets, scope)
  const lowering: Lowering = new Lowering({
    netOf: (signal) => nets.valueOf(signal),
    romRead: (rom, address) => roms.read(rom, address, lowering),
    constants,
  })
  countUses(module, lowering)
  return {
    scope,
    nets,
    roms,
    lowering,
    statements: lowerStatements(module.statements, lowering, (signal) => nets.targetOf(signal)),
    registers: lowerRegisters(module.signals, lowering, nets),
    memories: lowerMemories(module.memories, lowering, nets),
    checks: lowerChecks(module.checks, lowering, nets),
  }
}

/** Wires and outputs whose only assignment gives them a constant. */
function constantSignals(
  module: ModuleNode,
  { nets, lowering, statements }: LoweredModule,
): Map<SignalNode, bigint> {
  const conditional = new Set<Net>()
  const values = new Map<Net, bigint>()
  for (const statement of statements) {
    if (statement.kind === 'assign') {
      const worth = lowering.worthOf(statement.value)
      if (worth.isConst) values.set(statement.target, worth.value)
    } else {
      for (const net of targetsOf(statement)) conditional.add(net)
    }
  }
  const found = new Map<SignalNode, bigint>()
  if (values.size === 0) return found
  for (const signal of module.signals) {
    if (signal.kind !== 'wire' && signal.kind !== 'output') continue
    const net = nets.valueOf(signal)
    const value = values.get(net)
    if (value !== undefined && !conditional.has(net)) found.set(signal, value)
  }
  return found
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
