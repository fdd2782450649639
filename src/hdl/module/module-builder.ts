import { reportHere, withSubject } from '../diagnostics/diagnostic.js'
import type { ExpressionNode, RefNode } from '../ir/expression.js'
import type {
  AttributeNode,
  BlackBoxDetail,
  CheckNode,
  InstanceNode,
  ModuleNode,
  RegisterDetail,
  ResetDetail,
  RomForm,
  RomNode,
  SignalKind,
  SignalNode,
  SignalRole,
} from '../ir/module-node.js'
import { RomContents, type WordArray } from '../ir/rom-contents.js'
import { Place } from '../place.js'
import { Bool } from '../signals/bool.js'
import type { Clock, Reset } from '../signals/clock.js'
import {
  binary,
  bitsFor,
  checkedWidth,
  condition as conditionNode,
  constant,
  ref,
  unsignedOperand,
} from '../signals/nodes.js'

import type { Signal } from '../signals/signal.js'
import type { UInt } from '../signals/uint.js'
import type { Register, Wire } from '../types/assignable.js'
import { bool } from '../types/bool-type.js'
import { clock, reset } from '../types/clock-type.js'
import type { HardwareType } from '../types/hardware-type.js'
import { typeOf } from '../types/type-of.js'
import { uint } from '../types/uint-type.js'
import { bindDriver } from './drive.js'
import { Memory } from './memory.js'
import type { ModuleDefinition, ModuleOptions } from './module-definition.js'
import { leafName } from './names.js'
import type {
  ConnectionCheck,
  InnerPorts,
  InstancePorts,
  PortList,
  StreamOptions,
  StreamSink,
  StreamSource,
} from './port.js'
import { connectPorts, declarePorts } from './port-wiring.js'
import { Rom } from './rom.js'
import { StateMachine } from './state-machine.js'
import { StatementStack } from './statement-stack.js'
import { type SwitchCases, WhenChain } from './when-chain.js'

/** Words that a memory has at most. */
const deepestMemory = 2 ** 30

/** Registers that a synchroniser has at most. */
const mostStages = 16

/** A clock with the reset that belongs to it. */
export interface ClockDomain {
  readonly clock: Clock
  readonly reset?: Reset
}

export interface RegisterOptions {
  /** Value in and after reset; a register without one is not reset. */
  readonly reset?: unknown
  /** The register keeps its value in cycles in which this is 0: `if (enable) begin count_q <= count_d; end`. */
  readonly enable?: Bool
  /** The module's own domain by default. */
  readonly domain?: ClockDomain
  readonly attributes?: readonly AttributeNode[]
}

export interface MemoryOptions {
  readonly depth: number
  /** Bits that one mask bit governs; a whole element by default. */
  readonly laneWidth?: number
  readonly init?: RomContents
  readonly attributes?: readonly AttributeNode[]
}

export interface RomOptions {
  /** `table` by default. */
  readonly form?: RomForm
  readonly attributes?: readonly AttributeNode[]
}

export interface WireOptions {
  readonly attributes?: readonly AttributeNode[]
}

export interface InstanceOptions {
  readonly attributes?: readonly AttributeNode[]
}

/**
 * Writes the body of one module. Signals are declared with a name and a type, combined by pure
 * expressions, and driven by `assign` and `next`; `when` and `switch` make them conditional.
 */
export class ModuleBuilder {
  readonly #signals: SignalNode[] = []
  readonly #memories: Memory<HardwareType>[] = []
  readonly #memoryDetails = new Map<Memory<HardwareType>, MemoryOptions>()
  readonly #roms: RomNode[] = []
  readonly #instances: InstanceNode[] = []
  readonly #checks: CheckNode[] = []
  readonly #attributes: AttributeNode[]
  readonly #statements = new StatementStack()
  readonly #domains: ClockDomain[] = []
  readonly #stateMachines: { finish(): void }[] = []
  #isFinished = false
  #defaultClock: Clock | undefined
  #defaultReset: Reset | undefined

  /** Made by `defineModule`. */
  constructor(
    readonly name: string,
    private readonly place: Place,
    private readonly options: ModuleOptions,
  ) {
    this.#attributes = [...(options.attributes ?? [])]
  }

  // Signals

  /**
   * A wire, assigned elsewhere in the module: `logic [7:0] sum; assign sum = ...;`. Bundles and vectors
   * become one wire a leaf.
   */
  wire<T extends HardwareType>(name: string, type: T, options: WireOptions = {}): Wire<T> {
    const { attributes } = options
    return this.#declare('wire', name, type, undefined, 'assign', [], attributes) as Wire<T>
  }

  /**
   * Names a value: a wire that is assigned at once, in any case, also within `when` and `switch`.
   * `logic [8:0] sum; assign sum = 9'(a) + 9'(b);`
   */
  let<S>(name: string, value: S): S {
    const type = typeOf(value)
    if (type === undefined) {
      reportHere('TYPE', 'no signal is given', [], name)
      return value
    }
    const wire = this.wire(name, type)
    this.#statements.atTopLevel(() => (wire as { assign(value: unknown): void }).assign(value))
    return wire as S
  }

  /**
   * A register: `always_ff @(posedge clk_i or negedge rst_ni)`, with `count_q` its value and `count_d` its
   * next value. Without `reset` it is not reset.
   */
  register<T extends HardwareType>(
    name: string,
    type: T,
    options: RegisterOptions = {},
  ): Register<T> {
    return this.#register(name, type, options, false)
  }

  /** The value one clock edge later, in a register of the same type. */
  delayed<S>(name: string, value: S, options: RegisterOptions = {}): S {
    const type = typeOf(value)
    if (type === undefined) {
      reportHere('TYPE', 'no signal is given', [], name)
      return value
    }
    const register = this.register(name, type, options)
    ;(register as { next(value: unknown): void }).next(value)
    return register as S
  }

  /**
   * Brings one bit of another clock domain into this one, over `stages` registers (2 by default). Wider
   * values need a Gray code or a handshake around it.
   */
  synchronizer(
    name: string,
    value: Bool,
    options: RegisterOptions & { stages?: number } = {},
  ): Bool {
    const { stages: asked = 2, ...rest } = options
    const isPossible = Number.isInteger(asked) && asked >= 1 && asked <= mostStages
    if (!isPossible) reportHere('OUT_OF_RANGE', `${asked} synchroniser stages`, [], name)
    const stages = isPossible ? asked : 1
    const attributes = [{ name: 'async_reg', value: 'true' }, ...(rest.attributes ?? [])]
    let current = new Bool(conditionNode(value))
    for (let stage = 0; stage < stages; stage++) {
      const stageName = stage === stages - 1 ? name : `${name}_meta${stage === 0 ? '' : stage + 1}`
      const register = this.#register(stageName, bool, { ...rest, attributes }, stage === 0)
      register.next(current)
      current = register
    }
    return current
  }

  /** Says that nobody reads a signal, on purpose: `logic unused_x; assign unused_x = ^x;`. */
  unused(...values: readonly unknown[]): void {
    this.#checkOpen()
    for (const value of values) {
      for (const node of typeOf(value)?.nodesOf(value) ?? []) markUnused(node)
    }
  }

  // Statements

  /** `if (condition) begin ... end`, to be continued with `elseWhen` and `otherwise`. */
  when(condition: Bool, body: () => void): WhenChain {
    this.#checkOpen()
    const open = this.#statements.beginWhen()
    this.#statements.addBranch(open, conditionNode(condition), body)
    return new WhenChain(this.#statements, open)
  }

  /** `case (subject) ... endcase`, with `default` from `otherwise`. */
  switch(subject: UInt, write: (cases: SwitchCases) => void): void {
    this.#checkOpen()
    const node = unsignedOperand(subject, 'subject')
    const open = this.#statements.beginSwitch(node)
    write({
      is: (value, body, label) => {
        const list: readonly (number | bigint)[] = Array.isArray(value) ? value : [value]
        open.addCase(
          list.map((v) => constant(v, node.width, false).value),
          body,
          label,
        )
      },
      otherwise: (body) => open.setOtherwise(body),
    })
  }

  /** A state machine with named states; see {@link StateMachine}. */
  stateMachine<const S extends string>(
    name: string,
    states: readonly S[],
    options: { readonly initial: NoInfer<S>; readonly domain?: ClockDomain },
  ): StateMachine<S> {
    const width = bitsFor(Math.max(states.length - 1, 1))
    const initial = states.indexOf(options.initial)
    if (initial < 0) {
      const message = `there is no state ${options.initial}`
      reportHere('INCOMPLETE_STATE_MACHINE', message, [], name)
    }
    const state = this.register(name, uint(width), {
      reset: Math.max(initial, 0),
      ...(options.domain === undefined ? {} : { domain: options.domain }),
    })
    const machine = new StateMachine(this, name, states, state, options.initial, Place.here())
    this.#stateMachines.push(machine)
    return machine
  }

  // Storage

  /** A synchronous memory, of 16 words of 8 bits for `logic [7:0] kv [0:15];`; see {@link Memory}. */
  memory<T extends HardwareType>(name: string, type: T, options: MemoryOptions): Memory<T> {
    this.#checkOpen()
    let { depth, laneWidth = type.width } = options
    if (!Number.isInteger(depth) || depth < 1 || depth > deepestMemory) {
      reportHere('OUT_OF_RANGE', `a memory of ${depth} words`, [], name)
      depth = 1
    }
    checkedWidth(type.width)
    if (!Number.isInteger(laneWidth) || laneWidth < 1 || type.width % laneWidth !== 0) {
      reportHere('OUT_OF_RANGE', `lanes of ${laneWidth} bits in words of ${type.width}`, [], name)
      laneWidth = type.width
    }
    const { init } = options
    if (init !== undefined && (init.width !== type.width || init.depth !== depth)) {
      const given = `${init.depth} words of ${init.width} bits`
      reportHere('ROM_CONTENTS', `${given} for ${depth} words of ${type.width} bits`, [], name)
    }
    const memory = new Memory(this, name, type, depth, laneWidth, Place.here())
    this.#memories.push(memory)
    this.#memoryDetails.set(memory, options)
    return memory
  }

  /** A ROM with its contents, by default `case (address) ... default: ... endcase` in an `always_comb`. */
  rom(
    name: string,
    contents: RomContents | { readonly width: number; readonly words: WordArray },
    options: RomOptions = {},
  ): Rom {
    this.#checkOpen()
    const node: RomNode = {
      name,
      contents: contents instanceof RomContents ? contents : checkedContents(name, contents),
      form: options.form ?? { kind: 'table' },
      place: Place.here(),
      attributes: options.attributes ?? [],
    }
    this.#roms.push(node)
    return new Rom(node)
  }

  // Hierarchy

  /**
   * An instance of another module: `counter u_counter (.clk_i(clk_i), ...);`. Inputs are connected here or
   * assigned later; clocks and resets named as in this module's domain connect themselves.
   */
  instance<
    P extends PortList,
    const C extends Readonly<Record<string, unknown>> = Record<never, never>,
  >(
    name: string,
    definition: ModuleDefinition<P>,
    connections?: C & ConnectionCheck<P, C>,
    options: InstanceOptions = {},
  ): InstancePorts<P> {
    this.#checkOpen()
    const { node, ports } = connectPorts(this, name, definition, connections ?? {}, options)
    this.#instances.push(node)
    return ports
  }

  /** A ready/valid stream inside the module, both ends to be assigned. */
  stream<T extends HardwareType>(
    name: string,
    type: T,
    options: StreamOptions = {},
  ): StreamSource<T> & StreamSink<T> {
    const stream = {
      valid: this.wire(`${name}_valid`, bool),
      ready: this.wire(`${name}_ready`, bool),
      data: this.wire(`${name}_data`, type),
      last: options.last ? this.wire(`${name}_last`, bool) : undefined,
    }
    return stream as unknown as StreamSource<T> & StreamSink<T>
  }

  /** Joins two streams of the same type: valid and data forward, ready back. */
  connect<T extends HardwareType>(from: StreamSource<T>, to: StreamSink<T>): void {
    to.valid.assign(from.valid)
    from.ready.assign(to.ready)
    ;(to.data as { assign(value: unknown): void }).assign(from.data)
    if (to.last !== undefined) to.last.assign(from.last ?? true)
    else if (from.last !== undefined) this.unused(from.last)
  }

  // Clocks

  /** The clock of registers that name no other: the port `clk_i` unless in {@link withDomain}. */
  get clock(): Clock {
    const domain = this.#domains.at(-1)
    if (domain !== undefined) return domain.clock
    return this.#portClock
  }

  /** The reset of registers that name no other: the asynchronous, active-low port `rst_ni`. */
  get reset(): Reset {
    const domain = this.#domains.at(-1)
    if (domain !== undefined) {
      if (domain.reset !== undefined) return domain.reset
      reportHere('NO_CLOCK', 'the clock domain has no reset')
    }
    return this.#portReset
  }

  /** Runs `body`; registers, memories and instances in it belong to this domain. */
  withDomain(domain: ClockDomain, body: () => void): void {
    this.#domains.push(domain)
    try {
      body()
    } finally {
      this.#domains.pop()
    }
  }

  // Checks

  /** Must hold at every rising clock edge outside reset, where the enclosing conditions hold. */
  assert(name: string, condition: Bool): void {
    this.#check('assert', name, condition)
  }

  /** What the environment promises; checked in simulation, used by formal tools. */
  assume(name: string, condition: Bool): void {
    this.#check('assume', name, condition)
  }

  /** Something that tests should reach. */
  cover(name: string, condition: Bool): void {
    this.#check('cover', name, condition)
  }

  /** `(* name = "value" *)` on the module. */
  attribute(name: string, value: string | number): void {
    this.#checkOpen()
    this.#attributes.push({ name, value })
  }

  // For the parts of the language

  /** @internal */
  declarePorts<P extends PortList>(ports: P): InnerPorts<P> {
    return declarePorts(this, ports)
  }

  /** @internal Where signals of the module are declared. */
  declareSignal(
    kind: SignalKind,
    name: string,
    width: number,
    signed: boolean,
    detail: {
      role?: SignalRole
      place?: Place
      register?: RegisterDetail
      attributes?: readonly AttributeNode[]
      /** Instance ports are listed with their instance. */
      listed?: boolean
    } = {},
  ): SignalNode {
    this.#checkOpen(name)
    const signal: SignalNode = {
      kind,
      name,
      width,
      signed,
      role: detail.role ?? 'data',
      place: detail.place ?? Place.here(),
      attributes: detail.attributes ?? [],
      ...(detail.register === undefined ? {} : { register: detail.register }),
      markedUnused: false,
    }
    if (detail.listed ?? true) this.#signals.push(signal)
    return signal
  }

  /** @internal */
  assignNode(target: SignalNode, value: ExpressionNode): void {
    this.#checkOpen(target.name)
    this.#statements.assign(target, value)
  }

  /** @internal Outside every `when` and `switch`. */
  assignTopLevel(target: SignalNode, value: ExpressionNode): void {
    this.#statements.assignTopLevel(target, value)
  }

  /** @internal */
  assignRegister(register: UInt, value: ExpressionNode): void {
    const { node } = register
    if (node.kind === 'ref') this.assignNode(node.signal, value)
  }

  /** @internal The signal of a clock. */
  clockNode(clock: Clock | undefined): SignalNode {
    return this.#signalOf(clock ?? this.clock, 'clock')
  }

  /** @internal The enclosing conditions together with `enable`; undefined when there are none. */
  enableUnder(enable: Bool | undefined): ExpressionNode | undefined {
    const { condition } = this.#statements
    if (enable === undefined) return condition
    const own = conditionNode(enable)
    return condition === undefined ? own : binary('and', condition, own)
  }

  /** @internal */
  finish(blackBox: BlackBoxDetail | undefined): ModuleNode {
    for (const machine of this.#stateMachines) machine.finish()
    this.#isFinished = true
    const ports = this.#signals.filter(isPort)
    const inner = this.#signals.filter((signal) => !isPort(signal))
    return {
      name: this.name,
      place: this.place,
      attributes: this.#attributes,
      parameters: this.options.parameters ?? {},
      documentation: this.options.documentation,
      signals: [
        ...ports.filter(isClocking),
        ...ports.filter((port) => !isClocking(port)),
        ...inner,
      ],
      memories: this.#memories.map((memory) => {
        const { init, attributes } = this.#memoryDetails.get(memory)!
        return {
          name: memory.name,
          width: memory.type.width,
          depth: memory.depth,
          laneWidth: memory.laneWidth,
          ...(init === undefined ? {} : { init }),
          place: memory.place,
          attributes: attributes ?? [],
          reads: memory.reads,
          writes: memory.writes,
        }
      }),
      roms: this.#roms,
      instances: this.#instances,
      statements: this.#statements.close(),
      checks: this.#checks,
      blackBox,
    }
  }

  #declare(
    kind: SignalKind,
    name: string,
    type: HardwareType,
    register: ((value: bigint) => RegisterDetail) | undefined,
    method: 'assign' | 'next',
    resetValues: readonly bigint[] = [],
    attributes: readonly AttributeNode[] = [],
  ): unknown {
    const targets = type.leaves.map((leaf, i) =>
      this.declareSignal(kind, leafName(name, leaf.path), leaf.width, leaf.signed, {
        ...(register === undefined ? {} : { register: register(resetValues[i] ?? 0n) }),
        attributes,
        role: leaf.role,
      }),
    )
    return bindDriver(type, targets.map(ref), targets, method, (target, value) =>
      this.assignNode(target, value),
    )
  }

  #register<T extends HardwareType>(
    name: string,
    type: T,
    options: RegisterOptions,
    synchronizer: boolean,
  ): Register<T> {
    const { domain } = options
    const clock = this.clockNode(domain?.clock)
    const values =
      options.reset === undefined
        ? undefined
        : withSubject({ name, place: Place.here() }, () => resetValues(type.nodesOf(options.reset)))
    const hasReset = domain === undefined || domain.reset !== undefined
    if (values !== undefined && !hasReset) {
      reportHere('NO_CLOCK', 'the clock domain has no reset', [], name)
    }
    const reset = values === undefined || !hasReset ? undefined : (domain?.reset ?? this.reset)
    const enable = options.enable === undefined ? undefined : conditionNode(options.enable)
    const detail = (value: bigint): RegisterDetail => ({
      clock,
      ...(reset === undefined ? {} : { reset: this.#resetDetail(reset, value) }),
      ...(enable === undefined ? {} : { enable }),
      synchronizer,
    })
    return this.#declare(
      'register',
      name,
      type,
      detail,
      'next',
      values,
      options.attributes,
    ) as Register<T>
  }

  get #portClock(): Clock {
    this.#defaultClock ??= this.#implicitPort('clk_i', clock, 'clock')
    return this.#defaultClock
  }

  get #portReset(): Reset {
    this.#defaultReset ??= this.#implicitPort('rst_ni', reset(), 'reset')
    return this.#defaultReset
  }

  /** The signal of a clock or reset; reports an expression in its place. */
  #signalOf(value: Signal, role: 'clock' | 'reset'): SignalNode {
    if (value.node.kind === 'ref') return value.node.signal
    reportHere('NO_CLOCK', `a ${role} is a port or wire, and an expression is given`, [
      { role, place: value.node.place },
    ])
    const port = role === 'clock' ? this.#portClock : this.#portReset
    return (port.node as RefNode).signal
  }

  #resetDetail(value: Reset, pattern: bigint): ResetDetail {
    return { signal: this.#signalOf(value, 'reset'), ...value.style, value: pattern }
  }

  #checkOpen(signal?: string): void {
    if (!this.#isFinished) return
    reportHere('CLOSED_MODULE', `the body of ${this.name} has ended`, [], signal)
  }

  #implicitPort<T extends HardwareType>(name: string, type: T, role: SignalRole): T['signal'] {
    const place = this.place
    return type.compose([ref(this.declareSignal('input', name, 1, false, { role, place }))])
  }

  #check(kind: CheckNode['kind'], name: string, condition: Bool): void {
    this.#checkOpen()
    const guard = this.#statements.condition
    const node = conditionNode(condition)
    const guarded =
      guard === undefined
        ? node
        : kind === 'cover'
          ? binary('and', guard, node)
          : new Bool(guard).not().or(new Bool(node)).node
    const domain = this.#domains.at(-1)
    const reset = domain === undefined ? this.reset : domain.reset
    this.#checks.push({
      kind,
      name,
      condition: guarded,
      clock: this.clockNode(undefined),
      ...(reset === undefined ? {} : { reset: this.#resetDetail(reset, 0n) }),
      place: Place.here(),
    })
  }
}

function isPort({ kind }: SignalNode): boolean {
  return kind === 'input' || kind === 'output'
}

function isClocking({ role, kind }: SignalNode): boolean {
  return kind === 'input' && role !== 'data'
}

function resetValues(nodes: readonly ExpressionNode[]): bigint[] {
  return nodes.map((node) => {
    if (node.kind === 'const') return node.value
    reportHere('NOT_ASSIGNABLE', 'a reset value is a constant', [
      { role: 'value', place: node.place },
    ])
    return 0n
  })
}

function markUnused(node: ExpressionNode): void {
  if (node.kind === 'ref') node.signal.markedUnused = true
  else if (node.kind === 'slice' || node.kind === 'cast') markUnused(node.a)
}

function checkedContents(
  name: string,
  { width, words }: { readonly width: number; readonly words: WordArray },
): RomContents {
  const possible = checkedWidth(width)
  try {
    if (possible === width) return RomContents.fromWords(width, words)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    reportHere('ROM_CONTENTS', error.message, [], name)
  }
  return RomContents.fromWords(possible, new Uint8Array(Math.max(1, words.length)))
}
