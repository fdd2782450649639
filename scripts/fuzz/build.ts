import { parseRomPolicy, romForm } from '../../generators/rom/index.js'
import {
  Bool,
  bool,
  cat,
  clock,
  defineModule,
  type HardwareType,
  input,
  type ModuleBuilder,
  type ModuleDefinition,
  mux,
  output,
  type PortList,
  RomContents,
  repeat,
  reset,
  UInt,
} from '../../src/hdl/index.js'
import { writeBranches } from './build-branches.js'
import { writeMachine, writeMemory, writeRegister } from './build-state.js'
import type {
  CircuitRecipe,
  ModuleRecipe,
  Ref,
  ResetRecipe,
  RomStep,
  ScalarRecipe,
  Step,
} from './recipe.js'
import { leavesOf, ModuleValues, outputLeaves } from './recipe-refs.js'
import {
  asBool,
  asSInt,
  asUInt,
  composed,
  converted,
  hardwareType,
  numberOf,
  type Scalar,
  scalarsOf,
} from './types.js'

/** Widest value that an operator is given, so that chains of products end. */
const widestOperand = 160

/** Name of the reset port of modules whose reset is not the default. */
export function resetPortName({ style, activeLow }: ResetRecipe): string {
  return `rst_${style === 'sync' ? 'sync_' : ''}${activeLow ? 'ni' : 'i'}`
}

/**
 * The circuit of a recipe, written with the language's public interface alone.
 *
 * @param prefix begins the names of its modules
 */
export function buildCircuit(recipe: CircuitRecipe, prefix: string): ModuleDefinition {
  const built: ModuleDefinition[] = []
  for (const [number, module] of recipe.modules.entries()) {
    const isTop = number === recipe.modules.length - 1
    const name = isTop ? `${prefix}top` : `${prefix}m${number}`
    built.push(
      buildModule(name, module, recipe.modules.slice(0, number), built.slice(), recipe.reset),
    )
  }
  return built.at(-1)!
}

function buildModule(
  name: string,
  recipe: ModuleRecipe,
  earlier: readonly ModuleRecipe[],
  built: readonly ModuleDefinition[],
  resetRecipe: ResetRecipe | undefined,
): ModuleDefinition {
  const ports: Record<string, PortList[string]> = {}
  for (const [i, type] of recipe.inputs.entries()) ports[`in${i}_i`] = input(hardwareType(type))
  for (const [i, { type }] of recipe.outputs.entries()) {
    ports[`out${i}_o`] = output(hardwareType(type))
  }
  const write = (m: ModuleBuilder, signals: Readonly<Record<string, unknown>>) =>
    new CircuitWriter(m, recipe, earlier, built, signals).write()
  if (resetRecipe === undefined) return defineModule(name, ports, (m, p) => write(m, p))

  const resetName = resetPortName(resetRecipe)
  const explicit = { clk_i: input(clock), [resetName]: input(reset(resetRecipe)), ...ports }
  return defineModule(name, explicit, (m, p) => {
    const signals = p as Readonly<Record<string, unknown>>
    const domain = { clock: signals.clk_i, reset: signals[resetName] } as never
    m.unused(signals.clk_i, signals[resetName])
    m.withDomain(domain, () => write(m, signals))
  })
}

/** Writes the steps of one module. */
export class CircuitWriter {
  /** The values of each step, the inputs first; undefined for steps that do not matter. */
  readonly #values: (readonly Scalar[] | undefined)[] = []
  readonly #all: ModuleValues
  readonly #late: (() => void)[] = []
  readonly #taken = new Set<string>()
  #discarded = 0
  #phaseRegister: Bool | undefined

  constructor(
    readonly m: ModuleBuilder,
    private readonly recipe: ModuleRecipe,
    private readonly earlier: readonly ModuleRecipe[],
    private readonly built: readonly ModuleDefinition[],
    private readonly ports: Readonly<Record<string, unknown>>,
  ) {
    this.#all = new ModuleValues(recipe, (module) => outputLeaves(earlier, module))
    for (const port of Object.keys(ports)) this.#taken.add(port)
  }

  write(): void {
    const { m, recipe, ports } = this
    const inputs = recipe.inputs.flatMap((type, i) => {
      m.unused(ports[`in${i}_i`])
      return scalarsOf(type, ports[`in${i}_i`])
    })
    this.#values.push(inputs)
    for (const [i, step] of recipe.steps.entries()) {
      this.#values.push(this.#all.isLive(i + 1) ? this.#step(step, `s${i}`) : undefined)
    }
    for (const write of this.#late) write()
    for (const [i, { type, values }] of recipe.outputs.entries()) {
      const leaves = leavesOf(type).map((leaf, at) => this.value(values[at], leaf))
      const target = ports[`out${i}_o`] as { assign(value: unknown): void }
      target.assign(composed(type, leaves))
    }
  }

  /** Runs when all steps are written, so that it can refer to any. */
  later(write: () => void): void {
    this.#late.push(write)
  }

  /** A name that nothing else has: the wanted one when it is free. */
  name(wanted: string | undefined, fallback: string): string {
    const name = wanted !== undefined && !this.#taken.has(wanted.toLowerCase()) ? wanted : fallback
    this.#taken.add(name.toLowerCase())
    return name
  }

  /** The value of a reference, or zero when there is none. */
  any(ref: Ref | undefined): Scalar {
    const found = this.#all.resolve(ref ?? [0, 0], this.#values.length)
    const value = found === undefined ? undefined : this.#values[found[0]]?.[found[1]]
    return value ?? (hardwareType({ kind: 'uint', width: 1 }).literal(0) as UInt)
  }

  value(ref: Ref | undefined, type: ScalarRecipe): Scalar {
    return converted(this.any(ref), type)
  }

  /** Reads a value to no purpose, so that what is dropped while building does not leave its source unread. */
  discard(ref: Ref): void {
    const value = this.any(ref)
    // Outside of all branches, where it may be assigned without a default.
    this.later(() => {
      const name = this.name(undefined, `dropped${this.#discarded++}`)
      this.m.unused(this.m.let(name, value))
    })
  }

  condition(ref: Ref | undefined): Bool {
    return asBool(this.any(ref))
  }

  /** A condition that no tool can find constant: a memory port that never works is an undriven signal to them. */
  varying(ref: Ref | undefined): Bool {
    return this.condition(ref).xor(this.#phase())
  }

  /** The same of a write mask. */
  varyingMask(ref: Ref | undefined, lanes: number): UInt {
    return this.unsigned(ref, lanes).xor(repeat(this.#phase(), lanes))
  }

  /** A bit that changes in every cycle. */
  #phase(): Bool {
    if (this.#phaseRegister === undefined) {
      const phase = this.m.register(this.name(undefined, 'phase'), bool, { reset: false })
      phase.next(phase.not())
      this.#phaseRegister = phase
    }
    return this.#phaseRegister
  }

  unsigned(ref: Ref | undefined, width?: number): UInt {
    return asUInt(this.any(ref), width)
  }

  /** A numeric operand, Bools as one bit, of at most {@link widestOperand} bits. */
  #number(ref: Ref) {
    const value = this.any(ref)
    const number = value instanceof Bool ? value.asUInt() : value
    return number.width > widestOperand ? number.truncate(widestOperand) : number
  }

  #step(step: Step, label: string): readonly Scalar[] {
    switch (step.kind) {
      case 'register':
        return writeRegister(this, step, label)
      case 'memory':
        return writeMemory(this, step, label)
      case 'machine':
        return writeMachine(this, step, label)
      case 'branches':
        return writeBranches(this, step, label)
      case 'instance':
        return this.#instance(step, label)
      default:
        return [this.#single(step, label)]
    }
  }

  #single(
    step: Exclude<Step, { kind: 'register' | 'memory' | 'machine' | 'branches' | 'instance' }>,
    label: string,
  ): Scalar {
    const { m } = this
    switch (step.kind) {
      case 'const':
        return hardwareType(step.type).literal(numberOf(step.type, step.value)) as Scalar
      case 'unary':
        return this.#unary(step)
      case 'binary':
        return this.#binary(step)
      case 'shift': {
        const a = this.#number(step.a)
        const by = this.unsigned(step.by)
        return step.op === 'left' ? a.shiftLeft(by) : a.shiftRight(by)
      }
      case 'move': {
        const a = this.#number(step.a)
        const up = step.amount % 40
        const down = step.amount % a.width
        if (a instanceof UInt) return step.op === 'shl' ? a.shl(up) : a.shr(down)
        return step.op === 'shl' ? a.shl(up) : a.shr(down)
      }
      case 'resize': {
        const a = this.#number(step.a)
        if (step.op === 'extend') return a.extend(a.width + (step.by % 70))
        const width = 1 + (step.by % a.width)
        return step.op === 'truncate' ? a.truncate(width) : a.saturate(width)
      }
      case 'slice': {
        const a = this.#number(step.a)
        const low = step.low % a.width
        return a.bits(low + (step.high % (a.width - low)), low)
      }
      case 'bit': {
        const a = this.unsigned(step.a)
        return a.bit(this.unsigned(step.at, addressWidth(a.width)))
      }
      case 'select':
        return this.#select(step, label)
      case 'cat': {
        const [first, ...rest] = step.parts.map((part) => this.#number(part))
        return first === undefined ? this.any(undefined) : cat(first, ...rest)
      }
      case 'repeat':
        return repeat(this.#number(step.a), 1 + (step.count % 5))
      case 'mux': {
        const a = this.any(step.a)
        return mux(
          this.condition(step.condition),
          a,
          converted(this.any(step.b), scalarType(a)) as never,
        )
      }
      case 'let': {
        const value = m.let(this.name(step.name, label), this.any(step.a))
        m.unused(value)
        return value
      }
      case 'rom':
        return this.#rom(step, label)
      case 'chain':
        return this.#chain(step, label)
    }
  }

  #unary({ op, a }: Step & { kind: 'unary' }): Scalar {
    const value = this.any(a)
    switch (op) {
      case 'not':
        return value.not()
      case 'neg':
        return asSInt(value).neg()
      case 'abs':
        return asSInt(value).abs()
      case 'isNegative':
        return asSInt(value).isNegative()
      case 'asBool':
        return asBool(value)
      case 'cast':
        if (value instanceof Bool) return value.asUInt()
        return value instanceof UInt ? value.asSigned() : value.asUnsigned()
      case 'toSigned':
        return asUInt(value).toSigned()
      default:
        return asUInt(value)[op]()
    }
  }

  #binary({ op, signed, a, b }: Step & { kind: 'binary' }): Scalar {
    const [x, y] = [this.any(a), this.any(b)]
    const isBitwise = op === 'and' || op === 'or' || op === 'xor'
    if (x instanceof Bool && y instanceof Bool && (isBitwise || op === 'eq')) return x[op](y)
    const [left, right] = [this.#number(a), this.#number(b)]
    if (signed) {
      const l = asSInt(left)
      return isBitwise ? l[op](asSInt(right, l.width)) : l[op](asSInt(right))
    }
    const l = asUInt(left)
    return isBitwise ? l[op](asUInt(right, l.width)) : l[op](asUInt(right))
  }

  #select({ element, items, at }: Step & { kind: 'select' }, label: string): Scalar {
    const { m } = this
    const length = Math.max(1, items.length)
    const type = { kind: 'vec', element, length } as const
    const wire = m.wire(this.name(undefined, `${label}v`), hardwareType(type)) as unknown as {
      assign(value: unknown): void
      select(position: UInt): Scalar
    }
    m.unused(wire)
    const leaves = Array.from({ length }, (_, i) => this.value(items[i], element))
    wire.assign(composed(type, leaves))
    return wire.select(this.unsigned(at, addressWidth(length)))
  }

  #rom({ name, form, width, words, address }: RomStep, label: string): UInt {
    const bits = Math.max(1, width)
    const given = words.length === 0 ? ['0'] : words
    const contents = RomContents.fromWords(
      bits,
      given.map((word) => numberOf({ kind: 'uint', width: bits }, word) as bigint),
    )
    const rom = this.m.rom(this.name(name, label), contents, {
      form: romForm(parseRomPolicy(form), contents),
    })
    return rom.read(this.unsigned(address, rom.addressWidth))
  }

  #chain({ width, op, a }: Step & { kind: 'chain' }, label: string): UInt {
    const bits = Math.max(2, width)
    const operand = this.unsigned(a, bits)
    const type = hardwareType({ kind: 'uint', width: bits }) as HardwareType<UInt>
    const chain = this.m.wire(this.name(undefined, label), type) as unknown as UInt & {
      assign(value: UInt): void
    }
    const links = Array.from({ length: bits }, (_, bit) =>
      bit === 0 ? operand.bit(0) : chain.bit(bit - 1)[op](operand.bit(bit)),
    )
    const [top, ...rest] = links.reverse()
    chain.assign(cat(top!, ...rest))
    return chain
  }

  #instance({ module, inputs }: Step & { kind: 'instance' }, label: string): readonly Scalar[] {
    const number = module % Math.max(1, this.earlier.length)
    const recipe = this.earlier[number]
    if (recipe === undefined) return []
    const queue = [...inputs]
    const connections: Record<string, unknown> = {}
    for (const [i, type] of recipe.inputs.entries()) {
      const leaves = leavesOf(type).map((leaf) => this.value(queue.shift(), leaf))
      connections[`in${i}_i`] = composed(type, leaves)
    }
    const definition = this.built[number]!
    for (const [port, { type }] of Object.entries(definition.ports)) {
      if (port.startsWith('rst_')) connections[port] = this.ports[port]
      if (port === 'clk_i' && type === clock) connections[port] = this.ports[port]
    }
    const ports = this.m.instance(`u_${label}`, definition, connections as never) as Readonly<
      Record<string, unknown>
    >
    return recipe.outputs.flatMap(({ type }, i) => scalarsOf(type, ports[`out${i}_o`]))
  }
}

/** Bits of an index into a number of elements. */
export function addressWidth(elements: number): number {
  return Math.max(1, (elements - 1).toString(2).length)
}

function scalarType(value: Scalar): ScalarRecipe {
  if (value instanceof Bool) return { kind: 'bool' }
  return { kind: value instanceof UInt ? 'uint' : 'sint', width: value.width }
}
