import { InputError } from '../../../common/input-error.js'
import type { FlatDesign, FlatReset, NetId } from '../../../hdl/ir/flat.js'
import type { Graph, ValueId } from './graph.js'
import { Simplifier } from './simplifier.js'

/** One stored word that clock edges update: a register of the design or the data of a memory read port. */
export interface ProgramRegister {
  readonly width: number
  readonly resetPattern: bigint
  /** The `register` leaf. */
  readonly value: ValueId
  readonly next: ValueId
}

/** A reset in effect while `asserted` is 1. */
export interface ProgramReset {
  readonly asserted: ValueId
  readonly style: 'async' | 'sync'
}

/** Registers that are updated together: on one clock, under one reset and one enable. */
export interface UpdateGroup {
  /** Index of the clock. */
  readonly clock: number
  readonly reset: ProgramReset | undefined
  readonly enable: ValueId | undefined
  /** Indices of registers. */
  readonly registers: readonly number[]
}

export interface ProgramWrite {
  readonly memory: number
  readonly clock: number
  readonly address: ValueId
  readonly data: ValueId
  readonly enable: ValueId
  readonly mask: ValueId | undefined
}

export interface ProgramCheck {
  readonly kind: 'assert' | 'assume' | 'cover'
  readonly path: string
  readonly clock: number
  /** 1 when the condition counts: an assertion fails, a cover is hit. */
  readonly fires: ValueId
}

/** A flat design as a simplified graph and what is done with its values. */
export interface Program {
  readonly design: FlatDesign
  readonly graph: Graph
  /** The value of every net. */
  readonly netValues: Int32Array
  /** Nets of the clocks. */
  readonly clocks: readonly NetId[]
  readonly outputs: readonly ValueId[]
  readonly registers: readonly ProgramRegister[]
  readonly groups: readonly UpdateGroup[]
  readonly writes: readonly ProgramWrite[]
  readonly checks: readonly ProgramCheck[]
}

/** Registers that share an enable are updated behind one branch from this number on. */
const smallestEnableGroup = 4

/** @throws InputError when the design holds a black box */
export function importDesign(design: FlatDesign): Program {
  return new Importer(design).program()
}

class Importer {
  readonly #simplifier: Simplifier
  readonly #values: Int32Array
  readonly #clocks: NetId[] = []

  constructor(readonly design: FlatDesign) {
    this.#simplifier = new Simplifier(design.roms)
    this.#values = new Int32Array(design.nets.length)
    this.#importNets()
    for (const input of design.inputs) {
      if (input.role === 'clock') this.#clocks.push(input.net)
    }
  }

  program(): Program {
    const { design } = this
    const updates = [...this.#registerUpdates(), ...this.#memoryReadUpdates()]
    const { registers, groups } = this.#grouped(updates)
    return {
      design,
      graph: this.#simplifier.graph,
      netValues: this.#values,
      clocks: this.#clocks,
      outputs: design.outputs.map(({ net }) => this.#value(net)),
      registers,
      groups,
      writes: design.memories.flatMap((memory, index) =>
        memory.writes.map((write) => ({
          memory: index,
          clock: this.#clock(write.clock),
          address: this.#value(write.address),
          data: this.#value(write.data),
          enable: this.#value(write.enable),
          mask: write.mask === undefined ? undefined : this.#value(write.mask),
        })),
      ),
      checks: design.checks.map((check) => {
        const condition = this.#value(check.condition)
        const fires = check.kind === 'cover' ? condition : this.#simplifier.not(condition)
        const { reset } = check
        return {
          kind: check.kind,
          path: check.path,
          clock: this.#clock(check.clock),
          fires:
            reset === undefined
              ? fires
              : this.#simplifier.value('and', 1, [
                  fires,
                  this.#simplifier.not(this.#asserted(reset)),
                ]),
        }
      }),
    }
  }

  #importNets(): void {
    const { nets, registers, roms } = this.design
    const simplifier = this.#simplifier
    for (let id = 0; id < nets.length; id++) {
      const net = nets[id]!
      const { op, width } = net
      if (op === 'blackBox') {
        const instance = this.design.instances[net.instance]
        throw new InputError(
          'the embedded engine cannot simulate a black box',
          { field: instance === '' ? this.design.name : `${this.design.name}.${instance}` },
          'use the verilator or iverilog engine',
        )
      }
      let value: ValueId
      if (op === 'const') value = simplifier.constant(width, net.value!)
      else if (op === 'input' || op === 'register') value = simplifier.leaf(op, width, net.index!)
      else if (op === 'memoryRead') {
        value = simplifier.leaf('register', width, registers.length + net.index!)
      } else {
        const operands = net.operands.map((operand) => this.#values[operand]!)
        if (op === 'romRead' && roms[net.index!]!.depth === 0) value = simplifier.constant(width, 0)
        else value = simplifier.value(op, width, operands, net.index ?? 0)
      }
      this.#values[id] = value
    }
  }

  #value(net: NetId): ValueId {
    return this.#values[net]!
  }

  #clock(net: NetId): number {
    return this.#clocks.indexOf(net)
  }

  #asserted(reset: { readonly net: NetId; readonly activeLow: boolean }): ValueId {
    const value = this.#value(reset.net)
    return reset.activeLow ? this.#simplifier.not(value) : value
  }

  #registerUpdates(): Update[] {
    return this.design.registers.map((register) => ({
      clock: this.#clock(register.clock),
      width: register.width,
      value: this.#value(register.q),
      next: this.#value(register.d),
      enable: register.enable === undefined ? undefined : this.#value(register.enable),
      reset: this.#reset(register.reset),
      resetPattern: register.reset?.value ?? 0n,
    }))
  }

  #reset(reset: FlatReset | undefined): ProgramReset | undefined {
    return reset === undefined ? undefined : { asserted: this.#asserted(reset), style: reset.style }
  }

  #memoryReadUpdates(): Update[] {
    return this.design.memoryReads.map((read) => {
      const { width } = this.design.memories[read.memory]!
      return {
        clock: this.#clock(read.clock),
        width,
        value: this.#value(read.data),
        next: this.#simplifier.value('memoryWord', width, [this.#value(read.address)], read.memory),
        enable: read.enable === undefined ? undefined : this.#value(read.enable),
        reset: undefined,
        resetPattern: 0n,
      }
    })
  }

  /** Small groups give up their enable: their registers choose between the old and the new value. */
  #grouped(updates: readonly Update[]): { registers: ProgramRegister[]; groups: UpdateGroup[] } {
    const simplifier = this.#simplifier
    const constantOne = simplifier.constant(1, 1)
    const sizes = new Map<string, number>()
    for (const update of updates) {
      const key = groupKey(update)
      sizes.set(key, (sizes.get(key) ?? 0) + 1)
    }
    const groups = new Map<string, UpdateGroup & { registers: number[] }>()
    const registers = updates.map((update, index): ProgramRegister => {
      const { width, resetPattern, value, clock, reset } = update
      let { enable, next } = update
      if (enable === constantOne) enable = undefined
      if (enable !== undefined && sizes.get(groupKey(update))! < smallestEnableGroup) {
        next = simplifier.mux(enable, next, value)
        enable = undefined
      }
      const key = groupKey({ ...update, enable })
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { clock, reset, enable, registers: [index] })
      else group.registers.push(index)
      return { width, resetPattern, value, next }
    })
    return { registers, groups: [...groups.values()] }
  }
}

interface Update {
  readonly clock: number
  readonly width: number
  readonly value: ValueId
  readonly next: ValueId
  readonly enable: ValueId | undefined
  readonly reset: ProgramReset | undefined
  readonly resetPattern: bigint
}

function groupKey({ clock, reset, enable }: Update): string {
  return `${clock}:${reset?.style}:${reset?.asserted}:${enable}`
}
