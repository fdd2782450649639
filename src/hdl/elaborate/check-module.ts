import type { DiagnosticSink } from '../diagnostics/diagnostic.js'
import type { ModuleNode, SignalNode } from '../ir/module-node.js'
import type { StatementNode } from '../ir/statement.js'
import { moduleExpressions, visitExpressions } from '../ir/traversal.js'
import { checkNames } from './check-names.js'
import { driversOf } from './drivers.js'

/** Checks one module by itself: names, drivers, branches, use. */
export function checkModule(module: ModuleNode, sink: DiagnosticSink): void {
  checkNames(module, sink)
  if (module.blackBox !== undefined) return
  const own = ownSignals(module)
  const read = checkReferences(module, own, sink)
  checkTargets(module.statements, module, own, sink)
  checkDrivers(module, sink)
  checkUse(module, read, sink)
}

function ownSignals(module: ModuleNode): ReadonlySet<SignalNode> {
  return new Set([...module.signals, ...module.instances.flatMap(({ ports }) => ports)])
}

/** Reports expressions over signals of other modules; gives the signals that are read. */
function checkReferences(
  module: ModuleNode,
  own: ReadonlySet<SignalNode>,
  sink: DiagnosticSink,
): ReadonlySet<SignalNode> {
  const read = new Set<SignalNode>()
  const roms = new Set(module.roms)
  visitExpressions(moduleExpressions(module), new Set(), (node) => {
    if (node.kind === 'romRead' && !roms.has(node.rom)) {
      const message = `ROM ${node.rom.name} belongs to another module`
      sink.report('FOREIGN_SIGNAL', module.name, node.rom.name, message, node.place)
    }
    if (node.kind !== 'ref') return
    if (own.has(node.signal)) read.add(node.signal)
    else reportForeign(module, node.signal, sink)
  })
  const clocking = [
    ...module.signals.flatMap(({ register }) =>
      register === undefined ? [] : [register.clock, register.reset?.signal],
    ),
    ...module.memories.flatMap(({ reads, writes }) =>
      [...reads, ...writes].map((port) => port.clock),
    ),
    ...module.checks.flatMap(({ clock, reset }) => [clock, reset?.signal]),
  ]
  for (const signal of clocking) {
    if (signal === undefined) continue
    if (own.has(signal)) read.add(signal)
    else reportForeign(module, signal, sink)
  }
  return read
}

function reportForeign(module: ModuleNode, signal: SignalNode, sink: DiagnosticSink): void {
  const message = `${signal.name} is no signal of ${module.name}`
  sink.report('FOREIGN_SIGNAL', module.name, signal.name, message, signal.place)
}

const assignableKinds: ReadonlySet<string> = new Set([
  'output',
  'wire',
  'register',
  'instanceInput',
])

function checkTargets(
  statements: readonly StatementNode[],
  module: ModuleNode,
  own: ReadonlySet<SignalNode>,
  sink: DiagnosticSink,
): void {
  for (const statement of statements) {
    if (statement.kind === 'assign') {
      const { target, place } = statement
      if (own.has(target) && assignableKinds.has(target.kind)) continue
      const message = own.has(target)
        ? `${target.name} is of kind ${target.kind}`
        : `${target.name} belongs to another module`
      const declared = [{ role: 'declared', place: target.place }]
      sink.report('NOT_ASSIGNABLE', module.name, target.name, message, place, declared)
      continue
    }
    const bodies =
      statement.kind === 'when'
        ? statement.branches.map(({ body }) => body)
        : statement.cases.map(({ body }) => body)
    for (const body of [...bodies, statement.otherwise ?? []]) {
      checkTargets(body, module, own, sink)
    }
  }
}

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
    if (signal.kind !== 'wire' && signal.kind !== 'output') continue
    if (drivers.has(signal) || holes.has(signal)) continue
    sink.report('UNDRIVEN', module.name, signal.name, 'is never assigned', signal.place)
  }
  for (const { name, module: inner, ports, place } of module.instances) {
    for (const port of ports) {
      if (port.kind !== 'instanceInput' || drivers.has(port) || holes.has(port)) continue
      const message = `input of instance ${name} of ${inner.name} is not connected`
      sink.report('UNCONNECTED_PORT', module.name, port.name, message, place)
    }
  }
}

function checkUse(module: ModuleNode, read: ReadonlySet<SignalNode>, sink: DiagnosticSink): void {
  for (const signal of module.signals) {
    if (signal.kind === 'output' || signal.markedUnused || read.has(signal)) continue
    const kind = signal.kind === 'memoryRead' ? 'memory read port' : signal.kind
    sink.report('UNUSED', module.name, signal.name, `${kind} is never read`, signal.place)
  }
}
