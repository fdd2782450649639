import type { ModuleNode, SignalNode } from '../../hdl/ir/module-node.js'
import { type NameScope, netNameOfPort, stripDirection } from '../names.js'
import type { Net } from '../printable/net.js'

/** A net whose name can still change. */
interface DraftNet extends Net {
  name: string
}

/** The nets of a module: one a signal, two a register (`count_d`, `count_q`). */
export class ModuleNets {
  /** What a read of a signal sees. */
  readonly #values = new Map<SignalNode, DraftNet>()
  /** What an assignment to a signal drives. */
  readonly #targets = new Map<SignalNode, DraftNet>()
  /** What wires that serve a target are named after. */
  readonly #stems = new Map<Net, string>()

  constructor(module: ModuleNode, scope: NameScope) {
    scope.reserve(module.name)
    const authors = [...module.signals, ...module.memories, ...module.roms, ...module.instances]
    for (const named of authors) {
      const isRegister =
        'kind' in named && (named.kind === 'register' || named.kind === 'memoryRead')
      const isInstancePort = 'kind' in named && named.kind.startsWith('instance')
      if (!isRegister && !isInstancePort) scope.reserve(named.name)
    }
    for (const signal of module.signals) {
      if (signal.kind === 'register') this.#addRegister(signal, scope)
      else if (signal.kind === 'memoryRead') this.#addMemoryRead(signal, scope)
      else if (!signal.kind.startsWith('instance')) this.#add(signal, signal.name)
    }
    for (const instance of module.instances) {
      for (const signal of instance.ports) {
        const port = signal.name.slice(signal.name.lastIndexOf('.') + 1)
        this.#add(signal, scope.allocate(netNameOfPort(instance.name, port)))
      }
    }
  }

  valueOf(signal: SignalNode): Net {
    return this.#find(this.#values, signal)
  }

  targetOf(signal: SignalNode): Net {
    return this.#find(this.#targets, signal)
  }

  stemOf(target: Net): string {
    return this.#stems.get(target) ?? target.name
  }

  /** Makes a net stand for a signal that is no part of the module's own list. */
  alias(signal: SignalNode, net: Net): void {
    this.#values.set(signal, net)
  }

  /** Renames an output of an instance that nobody reads, so that no tool complains about it. */
  markUnused(signal: SignalNode, scope: NameScope): void {
    const net = this.#find(this.#values, signal)
    net.name = scope.allocate(`unused_${net.name}`)
  }

  #add(signal: SignalNode, name: string): void {
    const net = draft(signal, name)
    this.#values.set(signal, net)
    this.#targets.set(signal, net)
    this.#stems.set(net, signal.kind === 'output' ? stripDirection(name) : name)
  }

  #addRegister(signal: SignalNode, scope: NameScope): void {
    const stem = scope.allocate(signal.name.replace(/_q$/, ''), ['_d', '_q'])
    const next = { ...draft(signal, `${stem}_d`), attributes: [], place: undefined }
    this.#values.set(signal, draft(signal, `${stem}_q`))
    this.#targets.set(signal, next)
    this.#stems.set(next, stem)
  }

  #addMemoryRead(signal: SignalNode, scope: NameScope): void {
    const stem = scope.allocate(signal.name.replace(/_q$/, ''), ['_q'])
    this.#values.set(signal, draft(signal, `${stem}_q`))
  }

  #find(nets: ReadonlyMap<SignalNode, DraftNet>, signal: SignalNode): DraftNet {
    const net = nets.get(signal)
    if (net === undefined) throw new Error(`the module has no signal ${signal.name}`)
    return net
  }
}

function draft({ width, signed, place, attributes }: SignalNode, name: string): DraftNet {
  return { name, width, signed, place, attributes }
}
