import type {
  FlatCheck,
  FlatDesign,
  FlatInput,
  FlatMemoryRead,
  FlatMemoryWrite,
  FlatNet,
  FlatOp,
  FlatOutput,
  FlatRegister,
  FlatReset,
  FlatSignal,
  NetId,
} from '../../../hdl/ir/flat.js'
import type { SignalRole } from '../../../hdl/ir/module-node.js'
import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import { Place } from '../../../hdl/place.js'

export interface RegisterOptions {
  readonly clock: NetId
  readonly reset?: FlatReset
  readonly enable?: NetId
}

interface MemoryUnderConstruction {
  path: string
  width: number
  depth: number
  laneWidth: number
  init?: RomContents
  writes: FlatMemoryWrite[]
  place: Place
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Builds flat designs directly, for tests and benchmarks of the engine alone; checks nothing. */
export class DesignBuilder {
  readonly #nets: FlatNet[] = []
  readonly #inputs: FlatInput[] = []
  readonly #outputs: FlatOutput[] = []
  readonly #registers: Mutable<FlatRegister>[] = []
  readonly #memories: MemoryUnderConstruction[] = []
  readonly #memoryReads: FlatMemoryRead[] = []
  readonly #roms: RomContents[] = []
  readonly #checks: FlatCheck[] = []
  readonly #signals: FlatSignal[] = []
  readonly #instances: string[] = ['']
  #template = 0
  #instance = 0
  #node = 0

  constructor(readonly name: string) {}

  width(net: NetId): number {
    return this.#nets[net]!.width
  }

  get netCount(): number {
    return this.#nets.length
  }

  /** Nets added by `body` belong to a new instance of a template. */
  instance<T>(template: number, path: string, body: () => T): T {
    const outer = [this.#template, this.#instance, this.#node] as const
    this.#template = template
    this.#instance = this.#instances.push(path) - 1
    this.#node = 0
    const result = body()
    ;[this.#template, this.#instance, this.#node] = outer
    return result
  }

  net(
    op: FlatOp,
    width: number,
    operands: readonly NetId[] = [],
    extra: { value?: bigint; index?: number } = {},
  ): NetId {
    return (
      this.#nets.push({
        op,
        width,
        operands,
        ...extra,
        template: this.#template,
        node: this.#node++,
        instance: this.#instance,
      }) - 1
    )
  }

  input(name: string, width: number, role: SignalRole = 'data'): NetId {
    const net = this.net('input', width, [], { index: this.#inputs.length })
    this.#inputs.push({ name, net, width, signed: false, role })
    this.signal(name, net)
    return net
  }

  clock(name = 'clk_i'): NetId {
    return this.input(name, 1, 'clock')
  }

  output(name: string, net: NetId): void {
    this.#outputs.push({ name, net, width: this.width(net), signed: false })
    this.signal(name, net)
  }

  signal(name: string, net: NetId): void {
    const scope = this.#instances[this.#instance]!
    const path = scope === '' ? name : `${scope}.${name}`
    this.#signals.push({ path, net, width: this.width(net), signed: false })
  }

  constant(width: number, value: bigint | number): NetId {
    return this.net('const', width, [], { value: BigInt.asUintN(width, BigInt(value)) })
  }

  binary(op: FlatOp, a: NetId, b: NetId): NetId {
    const comparison = ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'].includes(op)
    return this.net(op, comparison ? 1 : this.width(a), [a, b])
  }

  slice(a: NetId, low: number, width: number): NetId {
    return this.net('slice', width, [a], { index: low })
  }

  mux(condition: NetId, whenTrue: NetId, whenFalse: NetId): NetId {
    return this.net('mux', this.width(whenTrue), [condition, whenTrue, whenFalse])
  }

  zext(a: NetId, width: number): NetId {
    return width === this.width(a) ? a : this.net('zext', width, [a])
  }

  sext(a: NetId, width: number): NetId {
    return width === this.width(a) ? a : this.net('sext', width, [a])
  }

  concat(...parts: NetId[]): NetId {
    const width = parts.reduce((sum, part) => sum + this.width(part), 0)
    return this.net('concat', width, parts)
  }

  /** The value of a new register; {@link next} gives it its input. */
  register(name: string, width: number, options: RegisterOptions): NetId {
    const index = this.#registers.length
    const q = this.net('register', width, [], { index })
    this.signal(name, q)
    const path = this.#signals.at(-1)!.path
    this.#registers.push({
      path,
      width,
      q,
      d: q,
      synchronizer: false,
      place: Place.here(),
      ...options,
    })
    return q
  }

  next(q: NetId, d: NetId): void {
    this.#registers[this.#nets[q]!.index!]!.d = d
  }

  rom(contents: RomContents): number {
    return this.#roms.push(contents) - 1
  }

  romRead(rom: number, address: NetId): NetId {
    return this.net('romRead', this.#roms[rom]!.width, [address], { index: rom })
  }

  memory(
    name: string,
    width: number,
    depth: number,
    laneWidth = width,
    init?: RomContents,
  ): number {
    const memory = { path: name, width, depth, laneWidth, writes: [], place: Place.here() }
    return this.#memories.push(init === undefined ? memory : { ...memory, init }) - 1
  }

  memoryWrite(memory: number, write: FlatMemoryWrite): void {
    this.#memories[memory]!.writes.push(write)
  }

  memoryRead(memory: number, read: Omit<FlatMemoryRead, 'memory' | 'data'>): NetId {
    const index = this.#memoryReads.length
    const data = this.net('memoryRead', this.#memories[memory]!.width, [], { index })
    this.#memoryReads.push({ memory, data, ...read })
    return data
  }

  /** Nets that are operands of others. */
  usedNets(): Set<NetId> {
    return new Set(this.#nets.flatMap(({ operands }) => operands))
  }

  check(check: FlatCheck): void {
    this.#checks.push(check)
  }

  build(): FlatDesign {
    return {
      name: this.name,
      nets: this.#nets,
      inputs: this.#inputs,
      outputs: this.#outputs,
      registers: this.#registers,
      memories: this.#memories,
      memoryReads: this.#memoryReads,
      roms: this.#roms,
      checks: this.#checks,
      signals: this.#signals,
      instances: this.#instances,
    }
  }
}
