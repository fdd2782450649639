import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import type { Place } from '../place.js'
import { checkNames } from './check-names.js'
import { checkReferences, type ModuleReads } from './check-references.js'
import { isConstantZero } from './constant-zero.js'
import { driversOf } from './drivers.js'

/** Checks one module by itself: names, drivers, branches, use. */
export function checkModule(module: ModuleNode, sink: DiagnosticSink): void {
  checkNames(module, sink)
  if (module.blackBox !== undefined) return
  const own = ownSignals(module)
  const read = checkReferences(module, own, sink)
  checkDrivers(module, sink)
  checkMemoryPorts(module, sink)
  checkUse(module, read, sink)
}

function ownSignals(module: ModuleNode): ReadonlySet<SignalNode> {
  return new Set([...module.signals, ...module.instances.flatMap(({ ports }) => ports)])
}

const assignedKinds: ReadonlySet<string> = new Set(['output', 'wire', 'register'])

function checkDrivers(module: ModuleNode, sink: DiagnosticSink): void {
  const { drivers, incomplete, voidAssignments } = driversOf(module)
  const holes = new Set(incomplete.map(({ target }) => target))
  for (const { target, place } of incomplete) {
    sink.report(
      'LATCH',
      module.name,
      target.name,
      'is not assigned on every branch',
      target.place,
      [{ role: 'open branch', place }],
    )
  }
  for (const { target, first, second } of voidAssignments) {
    sink.report('MULTIPLY_DRIVEN', module.name, target.name, 'is assigned again', second, [
      { role: 'first assignment', place: first },
    ])
  }
  for (const signal of module.signals) {
    if (!assignedKinds.has(signal.kind) || drivers.has(signal) || holes.has(signal)) continue
    const message = signal.kind === 'register' ? 'has no next value' : 'is never assigned'
    sink.report('UNDRIVEN', module.name, signal.name, message, signal.place)
  }
  for (const { name, init, writes, place } of module.memories) {
    if (init !== undefined || writes.length > 0) continue
    sink.report('UNDRIVEN', module.name, name, 'memory has no write port and no contents', place)
  }
  for (const { name, module: inner, ports, place } of module.instances) {
    for (const port of ports) {
      if (port.kind !== 'instanceInput' || drivers.has(port) || holes.has(port)) continue
      const message = `input of instance ${name} of ${inner.name} is not connected`
      sink.report('UNCONNECTED_PORT', module.name, port.name, message, place)
    }
  }
}

/** A port that never works is an undriven memory or signal to synthesis and linters. */
function checkMemoryPorts(module: ModuleNode, sink: DiagnosticSink): void {
  const drivers = driversOf(module)
  for (const { name, reads, writes } of module.memories) {
    for (const { enable, data, place } of reads) {
      if (enable === undefined || !isConstantZero(enable, drivers)) continue
      const message = `the enable of read port ${data.name} is constantly zero`
      sink.report('NEVER_ENABLED', module.name, name, message, place)
    }
    for (const { enable, mask, place } of writes) {
      const [off] = [enable, mask].filter(
        (node) => node !== undefined && isConstantZero(node, drivers),
      )
      if (off === undefined) continue
      const message = `the ${off === enable ? 'enable' : 'mask'} of a write port is constantly zero`
      sink.report('NEVER_ENABLED', module.name, name, message, place)
    }
  }
}

function checkUse(module: ModuleNode, read: ModuleReads, sink: DiagnosticSink): void {
  const report = (name: string, message: string, place: Place) =>
    sink.report('UNUSED', module.name, name, message, place)
  for (const signal of module.signals) {
    if (signal.kind === 'output' || signal.markedUnused || read.signals.has(signal)) continue
    const kind = signal.kind === 'memoryRead' ? 'memory read port' : signal.kind
    report(signal.name, `${kind} is never read`, signal.place)
  }
  for (const { name, reads, place } of module.memories) {
    if (reads.length === 0) report(name, 'memory has no read port', place)
  }
  for (const rom of module.roms) {
    if (!read.roms.has(rom)) report(rom.name, 'ROM is never read', rom.place)
  }
}
