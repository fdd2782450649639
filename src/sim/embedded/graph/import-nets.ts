import { InputError } from '../../../common/input-error.js'
import type { FlatDesign, FlatReset, NetId } from '../../../hdl/ir/flat.js'
import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import { equivalentRegisters } from './equivalent-registers.js'
import { Graph, type ValueId } from './graph.js'
import { findRegisterSplits } from './register-splits.js'
import { Simplifier } from './simplifier.js'

/** A reset in effect while `asserted` is 1. */
export interface ProgramReset {
  readonly asserted: ValueId
  readonly style: 'async' | 'sync'
}

/** A stored word and what a clock edge does to it: a register, or the data of a memory read port. */
export interface Update {
  /** Index of the clock. */
  readonly clock: number
  readonly width: number
  /** The `register` leaf. */
  readonly value: ValueId
  readonly next: ValueId
  readonly enable: ValueId | undefined
  readonly reset: ProgramReset | undefined
  readonly resetPattern: bigint
}

/** The nets of a design as a graph in which registers that always hold the same value are one. */
export interface ImportedNets {
  readonly simplifier: Simplifier
  /** The value of every net. */
  readonly netValues: Int32Array
  /** Nets of the clocks. */
  readonly clocks: readonly NetId[]
  /** `register` leaves carry indices into this list. */
  readonly updates: readonly Update[]
}

/**
 * @param laneRegisters nets of op `register` and `memoryRead` whose values lanes compute with
 * @throws InputError when the design holds a black box
 */
export function importNets(design: FlatDesign, laneRegisters: ReadonlySet<NetId>): ImportedNets {
  const count = design.registers.length + design.memoryReads.length
  const all = Int32Array.from({ length: count }, (_, index) => index)
  const plain = new Importer(design, { representatives: all, splits: new Map() })
  const representatives = equivalentRegisters(
    plain.simplifier.graph,
    plain.updates.map((update, index) => ({
      key: plain.equivalenceKey(update, index),
      inputs: [update.next, update.enable, update.reset?.asserted],
    })),
    romClasses(design.roms),
  )
  const splits = findRegisterSplits(plain.simplifier.graph, plain.updates, (index) =>
    laneRegisters.has(plain.registerNet(index)),
  )
  const merged = representatives.some((representative, index) => representative !== index)
  if (!merged && splits.size === 0) return plain
  return new Importer(design, { representatives, splits })
}

/** How the registers of a design become those of the graph. */
interface RegisterPlan {
  /** Of every register and memory read: the one that stands for it. */
  readonly representatives: Int32Array
  /** Ascending lowest bits of the parts of registers that are split. */
  readonly splits: ReadonlyMap<number, readonly number[]>
}

function romClasses(roms: readonly RomContents[]): number[] {
  const classes = new Map<RomContents, number>()
  return roms.map((rom, index) => {
    const known = classes.get(rom) ?? index
    classes.set(rom, known)
    return known
  })
}

class Importer implements ImportedNets {
  readonly simplifier: Simplifier
  readonly netValues: Int32Array
  readonly clocks: readonly NetId[]
  readonly updates: readonly Update[]
  readonly #splits: RegisterPlan['splits']
  /** Index into `updates` of every register and memory read, of its lowest part when it is split. */
  readonly #updateOf: Int32Array

  constructor(
    readonly design: FlatDesign,
    { representatives, splits }: RegisterPlan,
  ) {
    this.simplifier = new Simplifier(new Graph(), design.roms)
    this.netValues = new Int32Array(design.nets.length)
    this.clocks = design.inputs.filter(({ role }) => role === 'clock').map(({ net }) => net)
    this.#splits = splits
    this.#updateOf = new Int32Array(representatives.length)
    let kept = 0
    representatives.forEach((representative, index) => {
      if (representative === index) {
        this.#updateOf[index] = kept
        kept += splits.get(index)?.length ?? 1
      } else {
        this.#updateOf[index] = this.#updateOf[representative]!
      }
    })
    design.nets.forEach((_, net) => {
      this.netValues[net] = this.#importNet(net)
    })
    const whole = [
      ...design.registers.map((register) => this.#registerUpdate(register)),
      ...design.memoryReads.map((read) => this.#memoryReadUpdate(read)),
    ]
    this.updates = whole.flatMap((update, index) =>
      representatives[index] === index ? this.#parts(update, index) : [],
    )
  }

  /** The net of a register or memory read. */
  registerNet(index: number): NetId {
    const { registers, memoryReads } = this.design
    return registers[index]?.q ?? memoryReads[index - registers.length]!.data
  }

  /** Only registers that are the same expression of equal modules are compared. */
  equivalenceKey({ clock, width, reset, resetPattern }: Update, index: number): string {
    const { template, node } = this.design.nets[this.registerNet(index)]!
    return `${template}:${node}:${clock}:${width}:${reset?.style}:${resetPattern}`
  }

  /** The value of a register or memory read: a leaf, or the leaves of its parts. */
  #register(index: number, width: number): ValueId {
    const first = this.#updateOf[index]!
    const cuts = this.#splits.get(index)
    if (cuts === undefined) return this.simplifier.leaf('register', width, first)
    const parts = cuts.map((low, part) =>
      this.simplifier.leaf('register', (cuts[part + 1] ?? width) - low, first + part),
    )
    return this.simplifier.concat(parts.reverse())
  }

  #parts(update: Update, index: number): Update[] {
    const cuts = this.#splits.get(index)
    if (cuts === undefined) return [update]
    return cuts.map((low, part) => {
      const width = (cuts[part + 1] ?? update.width) - low
      return {
        ...update,
        width,
        value: this.simplifier.leaf('register', width, this.#updateOf[index]! + part),
        next: this.simplifier.sliceOfArms(update.next, low, width),
        resetPattern: BigInt.asUintN(width, update.resetPattern >> BigInt(low)),
      }
    })
  }

  #importNet(id: NetId): ValueId {
    const { simplifier, design } = this
    const net = design.nets[id]!
    const { op, width } = net
    switch (op) {
      case 'blackBox': {
        const instance = design.instances[net.instance]
        throw new InputError(
          'the embedded engine cannot simulate a black box',
          { field: instance === '' ? design.name : `${design.name}.${instance}` },
          'use the verilator or iverilog engine',
        )
      }
      case 'const':
        return simplifier.constant(width, net.value!)
      case 'input':
        return simplifier.leaf('input', width, net.index!)
      case 'register':
        return this.#register(net.index!, width)
      case 'memoryRead':
        return this.#register(design.registers.length + net.index!, width)
      default: {
        const operands = net.operands.map((operand) => this.netValues[operand]!)
        if (op === 'romRead' && design.roms[net.index!]!.depth === 0) {
          return simplifier.constant(width, 0)
        }
        return simplifier.value(op, width, operands, net.index ?? 0)
      }
    }
  }

  #registerUpdate(register: FlatDesign['registers'][number]): Update {
    return {
      clock: this.clocks.indexOf(register.clock),
      width: register.width,
      value: this.netValues[register.q]!,
      next: this.netValues[register.d]!,
      enable: this.#optional(register.enable),
      reset: this.#reset(register.reset),
      resetPattern: register.reset?.value ?? 0n,
    }
  }

  #memoryReadUpdate(read: FlatDesign['memoryReads'][number]): Update {
    const { width } = this.design.memories[read.memory]!
    const address = this.netValues[read.address]!
    return {
      clock: this.clocks.indexOf(read.clock),
      width,
      value: this.netValues[read.data]!,
      next: this.simplifier.value('memoryWord', width, [address], read.memory),
      enable: this.#optional(read.enable),
      reset: undefined,
      resetPattern: 0n,
    }
  }

  #optional(net: NetId | undefined): ValueId | undefined {
    return net === undefined ? undefined : this.netValues[net]!
  }

  #reset(reset: FlatReset | undefined): ProgramReset | undefined {
    if (reset === undefined) return undefined
    const value = this.netValues[reset.net]!
    const asserted = reset.activeLow ? this.simplifier.not(value) : value
    return { asserted, style: reset.style }
  }
}
