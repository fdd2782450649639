import type { InstanceNode } from '../../hdl/ir/module-node.js'
import * as sv from '../printable/expression.js'
import type { SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { ModuleNets } from './nets.js'

/** What the inputs of instances are connected to: a short expression, or a net of their own. */
export class InstanceConnections {
  readonly #inputs = new Set<Net>()
  readonly #inline = new Map<Net, sv.SvExpression>()

  constructor(
    instances: readonly InstanceNode[],
    nets: ModuleNets,
    private readonly readNets: ReadonlySet<Net>,
  ) {
    for (const { ports } of instances) {
      for (const port of ports) {
        if (port.kind === 'instanceInput') this.#inputs.add(nets.valueOf(port))
      }
    }
  }

  /** Connects an input to its value where that is short; otherwise it keeps its net. */
  connect(input: Net, value: sv.SvExpression): boolean {
    if (!this.#inputs.has(input) || this.readNets.has(input)) return false
    if (value.kind !== 'name' && value.kind !== 'literal' && value.kind !== 'select') return false
    if (value.size > 60) return false
    this.#inline.set(input, value)
    return true
  }

  needsNet(input: Net): boolean {
    return this.#inputs.has(input) && !this.#inline.has(input)
  }

  valueOf(port: Net): sv.SvExpression {
    return this.#inline.get(port) ?? sv.name(port)
  }
}

export function instanceSections(
  instances: readonly InstanceNode[],
  nets: ModuleNets,
  connections: InstanceConnections,
): SvSection[] {
  return instances.map(({ name, module, place, attributes, ports }) => [
    {
      kind: 'instance',
      module: module.name,
      name,
      parameters: module.blackBox?.parameters ?? {},
      connections: ports.map((port) => ({
        port: port.name.slice(port.name.lastIndexOf('.') + 1),
        direction: port.kind === 'instanceInput' ? 'input' : 'output',
        value: connections.valueOf(nets.valueOf(port)),
      })),
      place,
      attributes,
    },
  ])
}
