import { InputError } from '../../../common/input-error.js'
import type { FlatDesign, FlatReset, NetId } from '../../../hdl/ir/flat.js'
import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import { equivalentRegisters } from './equivalent-registers.js'
import type { ValueId } from './graph.js'
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

/** @throws InputError when the design holds a black box */
export function importNets(design: FlatDesign): ImportedNets {
  const count = design.registers.length + design.memoryReads.length
  const all = Int32Array.from({ length: count }, (_, index) => index)
  const separate = new Importer(design, all)
  const representatives = equivalentRegisters(
    separate.simplifier.graph,
    separate.updates.map((update, index) => ({
      key: separate.equivalenceKey(update, index),
      inputs: [update.next, update.enable ?? -1, update.reset?.asserted ?? -1],
    })),
    romClasses(design.roms),
  )
  if (representatives.every((representative, index) => representative === index)) return separate
  return new Importer(design, representatives)
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
  /** Index into `updates` of every register and memory read. */
  readonly #updateOf: Int32Array

  constructor(
    readonly design: FlatDesign,
    representatives: Int32Array,
  ) {
    this.simplifier = new Simplifier(design.roms)
    this.netValues = new Int32Array(design.nets.length)
    this.clocks = design.inputs.filter(({ role }) => role === 'clock').map(({ net }) => net)
    this.#updateOf = new Int32Array(representatives.length)
    let kept = 0
    representatives.forEach((representative, index) => {
      this.#updateOf[index] = representative === index ? kept++ : this.#updateOf[representative]!
    })
    design.nets.forEach((_, net) => {
      this.netValues[net] = this.#importNet(net)
    })
    const isKept = (_: unknown, index: number) => representatives[index] === index
    this.updates = [
      ...design.registers.map((register) => this.#registerUpdate(register)),
      ...design.memoryReads.map((read) => this.#memoryReadUpdate(read)),
    ].filter(isKept)
  }

  /** Only registers that are the same expression of equal modules are compared. */
  equivalenceKey({ clock, width, reset, resetPattern }: Update, index: number): string {
    const { registers, memoryReads, nets } = this.design
    const register = registers[index]
    const net = register?.q ?? memoryReads[index - registers.length]!.data
    const { template, node } = nets[net]!
    return `${template}:${node}:${clock}:${width}:${reset?.style}:${resetPattern}`
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
        return simplifier.leaf('register', width, this.#updateOf[net.index!]!)
      case 'memoryRead': {
        const index = design.registers.length + net.index!
        return simplifier.leaf('register', width, this.#updateOf[index]!)
      }
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
