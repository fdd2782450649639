import { reportHere, withSubject } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { AttributeNode, InstanceNode, SignalKind, SignalNode } from '../ir/module-node.js'
import { portsOf } from '../ir/module-node.js'
import { Place } from '../place.js'
import { cast, checkedWidth, concat, ref } from '../signals/nodes.js'
import { bool } from '../types/bool-type.js'
import { clock, reset } from '../types/clock-type.js'
import type { HardwareType, Leaf } from '../types/hardware-type.js'
import { ScalarType } from '../types/scalar-type.js'
import { VecType } from '../types/vec-type.js'
import { bindDriver } from './drive.js'
import type { ModuleBuilder } from './module-builder.js'
import type { ModuleDefinition } from './module-definition.js'
import { leafName, portLeafName } from './names.js'
import type { InnerPorts, InstancePorts, Port, PortList, StreamPort } from './port.js'

/** A port of the emitted module: flat, one direction. */
interface FlatPort {
  readonly name: string
  readonly direction: 'input' | 'output'
  readonly type: HardwareType
  readonly place: Place
}

/** The flat ports of a stream, with the AXI4-Stream names. */
function streamPorts(
  name: string,
  port: StreamPort,
): { valid: FlatPort; ready: FlatPort; data: FlatPort; last: FlatPort | undefined } {
  const forward = port.direction === 'streamInput' ? 'input' : 'output'
  const backward = forward === 'input' ? 'output' : 'input'
  const { place } = port
  return {
    valid: { name: `${name}_tvalid`, direction: forward, type: bool, place },
    ready: { name: `${name}_tready`, direction: backward, type: bool, place },
    data: { name: `${name}_tdata`, direction: forward, type: port.type, place },
    last: port.last ? { name: `${name}_tlast`, direction: forward, type: bool, place } : undefined,
  }
}

function isStream(port: Port | StreamPort): port is StreamPort {
  return port.direction === 'streamInput' || port.direction === 'streamOutput'
}

/** Makes the signal of one leaf of a port. */
type DeclareLeaf = (name: string, leaf: Omit<Leaf, 'path'>, port: FlatPort) => SignalNode

/** How ports become values: `driven` says which direction the module at hand drives. */
interface PortSide {
  readonly driven: 'input' | 'output'
  readonly declareLeaf: DeclareLeaf
  /** Base name of the wires of a driven vector's elements. */
  readonly elementBase: (portName: string) => string
}

/** Declares the ports of the module under construction and gives the signals that its body sees. */
export function declarePorts<P extends PortList>(m: ModuleBuilder, ports: P): InnerPorts<P> {
  const side: PortSide = {
    driven: 'output',
    declareLeaf: (name, { width, signed, role }, { direction, place }) =>
      m.declareSignal(direction, name, width, signed, { role, place }),
    elementBase: (name) => name.replace(/_o$/, ''),
  }
  return bindPorts(m, ports, side) as InnerPorts<P>
}

/** Makes an instance's port signals, connects what is given, and gives what the module around it sees. */
export function connectPorts<P extends PortList>(
  m: ModuleBuilder,
  name: string,
  definition: ModuleDefinition<P>,
  connections: Readonly<Record<string, unknown>>,
  options: { readonly attributes?: readonly AttributeNode[] },
): { node: InstanceNode; ports: InstancePorts<P> } {
  const place = Place.here()
  const module = definition.node
  const signals = new Map(
    portsOf(module).map((port) => {
      const kind: SignalKind = port.kind === 'input' ? 'instanceInput' : 'instanceOutput'
      const detail = { role: port.role, place, listed: false }
      const signal = m.declareSignal(kind, `${name}.${port.name}`, port.width, port.signed, detail)
      return [port.name, signal] as const
    }),
  )
  const ports = bindPorts(m, definition.ports, {
    driven: 'input',
    declareLeaf: (leaf) => signals.get(leaf)!,
    elementBase: (port) => `${name}_${port.replace(/_i$/, '')}`,
  })
  for (const [port, value] of Object.entries(connections)) {
    connectValue(m, name, definition.ports, ports, port, value)
  }
  for (const port of portsOf(module)) {
    if (port.role === 'data' || Object.hasOwn(connections, port.name)) continue
    const isClock = port.name === 'clk_i'
    if (!isClock && port.name !== 'rst_ni') continue
    const type = definition.ports[port.name]?.type ?? (isClock ? clock : reset())
    const [value] = type.nodesOf(isClock ? m.clock : m.reset)
    m.assignNode(signals.get(port.name)!, value!)
  }
  const attributes = options.attributes ?? []
  const node = { name, module, place, attributes, ports: [...signals.values()] }
  return { node, ports: ports as InstancePorts<P> }
}

interface AssignableEnd {
  assign(value: unknown): void
}

function isAssignable(value: unknown): value is AssignableEnd {
  return typeof value === 'object' && value !== null && 'assign' in value
}

function connectValue(
  m: ModuleBuilder,
  instance: string,
  list: PortList,
  ports: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): void {
  const port = Object.hasOwn(list, name) ? list[name] : undefined
  const signal = `${instance}.${name}`
  if (port === undefined) {
    reportHere('UNCONNECTED_PORT', `${instance} has no port ${name}`, [], signal)
  } else if (isStream(port)) {
    const isSource = port.direction === 'streamInput'
    const driven = isSource ? 'ready' : 'valid'
    if (!(isComposite(value) && isAssignable(value[driven]) && 'data' in value)) {
      const end = isSource ? 'a source' : 'a sink'
      reportHere('TYPE', `${end} of a stream is expected`, [], signal)
    } else if (isSource) m.connect(value as never, ports[name] as never)
    else m.connect(ports[name] as never, value as never)
  } else if (port.direction === 'input') {
    ;(ports[name] as AssignableEnd).assign(value)
  } else if (isAssignable(value)) {
    value.assign(ports[name])
  } else {
    reportHere('NOT_ASSIGNABLE', 'an output is connected to what cannot be assigned', [], signal)
  }
}

function isComposite(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function bindPorts(
  m: ModuleBuilder,
  ports: PortList,
  side: PortSide,
): Readonly<Record<string, unknown>> {
  const bound: Record<string, unknown> = {}
  for (const [name, port] of Object.entries(ports)) {
    if (!isStream(port)) {
      bound[name] = bindPort(m, { ...port, name, direction: port.direction }, side)
      continue
    }
    const { valid, ready, data, last } = streamPorts(name, port)
    bound[name] = {
      valid: bindPort(m, valid, side),
      ready: bindPort(m, ready, side),
      data: bindPort(m, data, side),
      last: last === undefined ? undefined : bindPort(m, last, side),
    }
  }
  return bound
}

/** Vectors of scalars are one flat vector at a port; other composites are one port a leaf. */
function bindPort(m: ModuleBuilder, port: FlatPort, side: PortSide): unknown {
  const { name, type, direction } = port
  const driven = direction === side.driven
  if (type instanceof VecType && type.element instanceof ScalarType) {
    const { width, signed, role } = type.element
    const flat = side.declareLeaf(
      name,
      { width: checkedWidth(type.width), signed: false, role },
      port,
    )
    const elements = type.leaves.map((_, i) => elementOf(flat, i, width, signed))
    return driven
      ? bindFlatVector(m, type, elements, flat, side.elementBase(name))
      : type.compose(elements)
  }
  const leaves = type.leaves.map((leaf) =>
    side.declareLeaf(portLeafName(name, leaf.path), leaf, port),
  )
  const nodes = leaves.map(ref)
  return driven
    ? bindDriver(type, nodes, leaves, 'assign', (target, value) => m.assignNode(target, value))
    : type.compose(nodes)
}

/** Element of a port; its place is the port's. */
function elementOf(
  flat: SignalNode,
  position: number,
  width: number,
  signed: boolean,
): ExpressionNode {
  const { place } = flat
  const whole = ref(flat)
  const bits: ExpressionNode =
    flat.width === width
      ? whole
      : { kind: 'slice', a: whole, low: position * width, width, signed: false, place }
  return Object.freeze(
    signed ? { kind: 'cast', a: Object.freeze(bits), width, signed, place } : bits,
  )
}

/**
 * A flat vector that is assigned whole, or, when an element is assigned by itself, through one wire an
 * element.
 */
function bindFlatVector(
  m: ModuleBuilder,
  type: VecType,
  elements: readonly ExpressionNode[],
  flat: SignalNode,
  base: string,
): unknown {
  let wires: readonly SignalNode[] | undefined
  const elementWires = () => {
    if (wires === undefined) {
      wires = type.leaves.map(({ path, width, signed }) =>
        m.declareSignal('wire', leafName(base, path), width, signed),
      )
      m.assignTopLevel(flat, concatOf(wires.map(ref)))
    }
    return wires
  }
  const value = type.compose(elements) as { readonly elements: readonly object[] } & object
  for (const [i, element] of value.elements.entries()) {
    Object.defineProperty(element, 'assign', {
      value: (given: unknown) => {
        const [node] = withSubject(flat, () => type.element.nodesOf(given))
        m.assignNode(elementWires()[i]!, node!)
      },
    })
  }
  Object.defineProperty(value, 'assign', {
    value: (given: unknown) => {
      const nodes = withSubject(flat, () => type.nodesOf(given))
      if (wires === undefined) m.assignNode(flat, concatOf(nodes))
      else for (const [i, wire] of wires.entries()) m.assignNode(wire, nodes[i]!)
    },
  })
  return value
}

function concatOf(elements: readonly ExpressionNode[]): ExpressionNode {
  return elements.length === 1 ? cast(elements[0]!, false) : concat([...elements].reverse())
}
