import { type ExpressionNode, operandsOf } from '../ir/expression.js'
import type {
  FlatCheck,
  FlatDesign,
  FlatInput,
  FlatMemory,
  FlatMemoryRead,
  FlatRegister,
  FlatReset,
  FlatSignal,
  NetId,
} from '../ir/flat.js'
import type {
  InstanceNode,
  ModuleNode,
  ResetDetail,
  RomNode,
  SignalNode,
} from '../ir/module-node.js'
import { portsOf } from '../ir/module-node.js'
import type { RomContents } from '../ir/rom-contents.js'
import { moduleExpressions, visitExpressions } from '../ir/traversal.js'
import { driversOf } from './drivers.js'
import { fingerprintOf } from './fingerprint.js'
import { lowerExpression } from './lower-expression.js'
import { NetBuilder, type NetOrigin } from './net-builder.js'

/** One instance of the hierarchy while it is being flattened. */
interface Scope {
  readonly module: ModuleNode
  readonly path: string
  readonly instance: number
  readonly template: number
  readonly parent: { readonly scope: Scope; readonly instance: InstanceNode } | undefined
  readonly children: Map<InstanceNode, Scope>
  readonly signals: Map<SignalNode, NetId>
  readonly expressions: Map<ExpressionNode, NetId>
  readonly numbers: ReadonlyMap<ExpressionNode, number>
}

/** A value that is being computed: a signal or an expression of one scope. */
type Task =
  | { readonly scope: Scope; readonly signal: SignalNode; readonly node?: undefined }
  | { readonly scope: Scope; readonly node: ExpressionNode; readonly signal?: undefined }

/**
 * The whole design below `top` as one dataflow graph. Values are computed on demand and in evaluation
 * order; modules are free of loops and false loops, so none waits for itself.
 */
export function flatten(top: ModuleNode): FlatDesign {
  return new Flattener(top).run()
}

class Flattener {
  readonly #builder = new NetBuilder()
  readonly #scopes: Scope[] = []
  readonly #templates = new Map<string, number>()
  readonly #numbering = new Map<ModuleNode, ReadonlyMap<ExpressionNode, number>>()
  /** Of each instance port: its instance and the port inside. */
  readonly #innerPorts = new Map<SignalNode, { instance: InstanceNode; port: SignalNode }>()
  readonly #portNumbers = new Map<SignalNode, number>()
  readonly #registers: { scope: Scope; signal: SignalNode; q: NetId }[] = []
  readonly #memoryReads: {
    scope: Scope
    memory: number
    read: ModuleNode['memories'][number]['reads'][number]
    data: NetId
  }[] = []
  readonly #memories: { scope: Scope; memory: ModuleNode['memories'][number] }[] = []
  readonly #roms = new Map<RomContents, number>()

  constructor(private readonly top: ModuleNode) {}

  run(): FlatDesign {
    const root = this.#enter(this.top, '', undefined)
    const inputs = this.#inputs(root)
    for (const scope of this.#scopes) this.#declareState(scope)

    const outputs = portsOf(this.top)
      .filter(({ kind }) => kind === 'output')
      .map((port) => ({
        name: port.name,
        net: this.#signal(root, port),
        width: port.width,
        signed: port.signed,
      }))
    const registers = this.#registers.map((entry) => this.#register(entry))
    const memories = this.#memories.map((entry) => this.#memory(entry))
    const memoryReads = this.#memoryReads.map(({ scope, memory, read, data }): FlatMemoryRead => {
      const enable = read.enable === undefined ? undefined : this.#expression(scope, read.enable)
      return {
        memory,
        clock: this.#signal(scope, read.clock),
        address: this.#expression(scope, read.address),
        ...(enable === undefined ? {} : { enable }),
        data,
      }
    })
    const checks = this.#scopes.flatMap((scope) =>
      scope.module.checks.map((check): FlatCheck => {
        const { reset } = check
        return {
          kind: check.kind,
          path: pathTo(scope, check.name),
          condition: this.#expression(scope, check.condition),
          clock: this.#signal(scope, check.clock),
          ...(reset === undefined
            ? {}
            : { reset: { net: this.#signal(scope, reset.signal), activeLow: reset.activeLow } }),
        }
      }),
    )
    return {
      name: this.top.name,
      inputs,
      outputs,
      registers,
      memories,
      memoryReads,
      checks,
      signals: this.#scopes.flatMap((scope) => this.#namedSignals(scope)),
      instances: this.#scopes.map(({ path }) => path),
      roms: [...this.#roms.keys()],
      nets: this.#builder.nets,
    }
  }

  #enter(module: ModuleNode, path: string, parent: Scope['parent']): Scope {
    const { shape } = fingerprintOf(module)
    if (!this.#templates.has(shape)) this.#templates.set(shape, this.#templates.size)
    const scope: Scope = {
      module,
      path,
      instance: this.#scopes.length,
      template: this.#templates.get(shape)!,
      parent,
      children: new Map(),
      signals: new Map(),
      expressions: new Map(),
      numbers: this.#numbersOf(module),
    }
    this.#scopes.push(scope)
    for (const instance of module.instances) {
      for (const [number, port] of portsOf(instance.module).entries()) {
        this.#innerPorts.set(instance.ports[number]!, { instance, port })
        this.#portNumbers.set(port, number)
      }
      const inner = { scope, instance }
      scope.children.set(
        instance,
        this.#enter(instance.module, pathTo(scope, instance.name), inner),
      )
    }
    return scope
  }

  /** Expression numbers by structure, equal in modules of equal shape. */
  #numbersOf(module: ModuleNode): ReadonlyMap<ExpressionNode, number> {
    let numbers = this.#numbering.get(module)
    if (numbers === undefined) {
      const map = new Map<ExpressionNode, number>()
      const seen = new Set<ExpressionNode>()
      const number = (node: ExpressionNode) => map.set(node, map.size)
      for (const { value } of driversOf(module).drivers.values()) {
        visitExpressions([value], seen, number)
      }
      visitExpressions(moduleExpressions(module), seen, number)
      numbers = map
      this.#numbering.set(module, numbers)
    }
    return numbers
  }

  #inputs(root: Scope): FlatInput[] {
    return portsOf(this.top)
      .filter(({ kind }) => kind === 'input')
      .map((port, index) => {
        this.#builder.at({ template: root.template, node: index, instance: 0 })
        const net = this.#builder.source('input', port.width, index)
        root.signals.set(port, net)
        const { name, width, signed, role } = port
        return { name, net, width, signed, role }
      })
  }

  #declareState(scope: Scope): void {
    const { module, template, instance } = scope
    const firstStateNode = scope.numbers.size
    let state = firstStateNode
    for (const signal of module.signals) {
      if (signal.kind !== 'register') continue
      this.#builder.at({ template, node: state++, instance })
      const q = this.#builder.source('register', signal.width, this.#registers.length)
      scope.signals.set(signal, q)
      this.#registers.push({ scope, signal, q })
    }
    for (const memory of module.memories) {
      for (const read of memory.reads) {
        this.#builder.at({ template, node: state++, instance })
        const data = this.#builder.source('memoryRead', memory.width, this.#memoryReads.length)
        scope.signals.set(read.data, data)
        this.#memoryReads.push({ scope, memory: this.#memories.length, read, data })
      }
      this.#memories.push({ scope, memory })
    }
    if (module.blackBox !== undefined) {
      for (const [index, port] of portsOf(module).entries()) {
        if (port.kind !== 'output') continue
        this.#builder.at({ template, node: state++, instance })
        scope.signals.set(port, this.#builder.source('blackBox', port.width, index))
      }
    }
  }

  #register({ scope, signal, q }: { scope: Scope; signal: SignalNode; q: NetId }): FlatRegister {
    const { clock, reset, enable, synchronizer } = signal.register!
    const driver = driversOf(scope.module).drivers.get(signal)
    const enableNet = enable === undefined ? undefined : this.#expression(scope, enable)
    return {
      path: pathTo(scope, signal.name),
      width: signal.width,
      q,
      d: driver === undefined ? q : this.#expression(scope, driver.value),
      clock: this.#signal(scope, clock),
      ...(reset === undefined ? {} : { reset: this.#reset(scope, reset) }),
      ...(enableNet === undefined ? {} : { enable: enableNet }),
      synchronizer,
      place: signal.place,
    }
  }

  #reset(scope: Scope, { signal, style, activeLow, value }: ResetDetail): FlatReset {
    return { net: this.#signal(scope, signal), style, activeLow, value }
  }

  #memory({ scope, memory }: { scope: Scope; memory: ModuleNode['memories'][number] }): FlatMemory {
    const { name, width, depth, laneWidth, init, writes, place } = memory
    return {
      path: pathTo(scope, name),
      width,
      depth,
      laneWidth,
      ...(init === undefined ? {} : { init }),
      writes: writes.map(({ clock, address, data, enable, mask }) => ({
        clock: this.#signal(scope, clock),
        address: this.#expression(scope, address),
        data: this.#expression(scope, data),
        enable: this.#expression(scope, enable),
        ...(mask === undefined ? {} : { mask: this.#expression(scope, mask) }),
      })),
      place,
    }
  }

  #namedSignals(scope: Scope): FlatSignal[] {
    return scope.module.signals.flatMap((signal) => {
      const net = this.#signal(scope, signal)
      const { width, signed } = signal
      return [{ path: pathTo(scope, signal.name), net, width, signed }]
    })
  }

  #rom({ contents }: RomNode): number {
    let index = this.#roms.get(contents)
    if (index === undefined) {
      index = this.#roms.size
      this.#roms.set(contents, index)
    }
    return index
  }

  #signal(scope: Scope, signal: SignalNode): NetId {
    return scope.signals.get(signal) ?? this.#compute({ scope, signal })
  }

  #expression(scope: Scope, node: ExpressionNode): NetId {
    return scope.expressions.get(node) ?? this.#compute({ scope, node })
  }

  /** Computes a value and everything that it needs, with a stack of its own. */
  #compute(goal: Task): NetId {
    const stack: Task[] = [goal]
    while (stack.length > 0) {
      const task = stack.at(-1)!
      const needs =
        this.#known(task) === undefined
          ? this.#needs(task).filter((need) => this.#known(need) === undefined)
          : []
      if (needs.length > 0) {
        stack.push(...needs.reverse())
        continue
      }
      if (this.#known(task) === undefined) this.#finish(task)
      stack.pop()
    }
    return this.#known(goal)!
  }

  #known({ scope, signal, node }: Task): NetId | undefined {
    return signal === undefined ? scope.expressions.get(node!) : scope.signals.get(signal)
  }

  #set({ scope, signal, node }: Task, net: NetId): void {
    if (signal === undefined) scope.expressions.set(node!, net)
    else scope.signals.set(signal, net)
  }

  /** The values that a task is a function of. */
  #needs(task: Task): Task[] {
    const { scope } = task
    if (task.signal !== undefined) {
      const source = this.#sourceOf(scope, task.signal)
      return source === undefined ? [] : [source]
    }
    if (task.node.kind === 'ref') return [{ scope, signal: task.node.signal }]
    return operandsOf(task.node).map((node) => ({ scope, node }))
  }

  /** What a signal takes its value from, across the hierarchy; undefined when nothing drives it. */
  #sourceOf(scope: Scope, signal: SignalNode): Task | undefined {
    if (signal.kind === 'instanceOutput') {
      const { instance, port } = this.#innerPorts.get(signal)!
      return { scope: scope.children.get(instance)!, signal: port }
    }
    if (signal.kind === 'input') {
      const { scope: outer, instance } = scope.parent!
      return { scope: outer, signal: instance.ports[this.#portNumbers.get(signal)!]! }
    }
    const driver = driversOf(scope.module).drivers.get(signal)
    return driver === undefined ? undefined : { scope, node: driver.value }
  }

  #finish(task: Task): void {
    const { scope } = task
    if (task.signal !== undefined) {
      const source = this.#sourceOf(scope, task.signal)
      const zero = () => this.#builder.constant(0n, task.signal.width)
      this.#set(task, source === undefined ? zero() : this.#known(source)!)
      return
    }
    const { node } = task
    this.#builder.at(originOf(scope, node))
    const net =
      node.kind === 'ref'
        ? this.#known({ scope, signal: node.signal })!
        : lowerExpression(
            node,
            (operand) => scope.expressions.get(operand)!,
            this.#builder,
            (rom) => this.#rom(rom),
          )
    scope.expressions.set(node, net)
  }
}

function originOf({ template, instance, numbers }: Scope, node: ExpressionNode): NetOrigin {
  return { template, node: numbers.get(node)!, instance }
}

function pathTo({ path }: Scope, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
