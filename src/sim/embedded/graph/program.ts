import type { FlatDesign, NetId } from '../../../hdl/ir/flat.js'
import type { Graph, ValueId } from './graph.js'
import { type ImportedNets, importNets, type ProgramReset, type Update } from './import-nets.js'

/** One stored word that clock edges update: a register of the design or the data of a memory read port. */
export interface ProgramRegister {
  readonly width: number
  readonly resetPattern: bigint
  /** The `register` leaf. */
  readonly value: ValueId
  readonly next: ValueId
  /** Index of its update group. */
  readonly group: number
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

/**
 * @param laneRegisters nets of op `register` and `memoryRead` whose values lanes compute with
 * @throws InputError when the design holds a black box
 */
export function importDesign(design: FlatDesign, laneRegisters: ReadonlySet<NetId>): Program {
  const nets = importNets(design, laneRegisters)
  const { simplifier, netValues, clocks } = nets
  const value = (net: NetId) => netValues[net]!
  const clock = (net: NetId) => clocks.indexOf(net)
  return {
    design,
    graph: simplifier.graph,
    netValues,
    clocks,
    outputs: design.outputs.map(({ net }) => value(net)),
    ...groupUpdates(nets),
    writes: design.memories.flatMap((memory, index) =>
      memory.writes.map((write) => ({
        memory: index,
        clock: clock(write.clock),
        address: value(write.address),
        data: value(write.data),
        enable: value(write.enable),
        mask: write.mask === undefined ? undefined : value(write.mask),
      })),
    ),
    checks: design.checks.map(({ kind, path, condition, clock: clockNet, reset }) => {
      const holds = value(condition)
      let fires = kind === 'cover' ? holds : simplifier.not(holds)
      if (reset !== undefined) {
        const running = reset.activeLow ? value(reset.net) : simplifier.not(value(reset.net))
        fires = simplifier.value('and', 1, [fires, running])
      }
      return { kind, path, clock: clock(clockNet), fires }
    }),
  }
}

/** Small groups give up their enable: their registers choose between the old and the new value. */
function groupUpdates({ simplifier, updates }: ImportedNets): {
  registers: ProgramRegister[]
  groups: UpdateGroup[]
} {
  const constantOne = simplifier.constant(1, 1)
  const sizes = new Map<string, number>()
  for (const update of updates) {
    const key = groupKey(update)
    sizes.set(key, (sizes.get(key) ?? 0) + 1)
  }
  const numbers = new Map<string, number>()
  const groups: (UpdateGroup & { readonly registers: number[] })[] = []
  const registers = updates.map((update, index): ProgramRegister => {
    const { width, resetPattern, value, clock, reset } = update
    let { enable, next } = update
    if (enable === constantOne) enable = undefined
    if (enable !== undefined && sizes.get(groupKey(update))! < smallestEnableGroup) {
      next = simplifier.mux(enable, next, value)
      enable = undefined
    }
    const key = groupKey({ ...update, enable })
    let group = numbers.get(key)
    if (group === undefined) {
      group = groups.push({ clock, reset, enable, registers: [] }) - 1
      numbers.set(key, group)
    }
    groups[group]!.registers.push(index)
    return { width, resetPattern, value, next, group }
  })
  return { registers, groups }
}

function groupKey({ clock, reset, enable }: Update): string {
  return `${clock}:${reset?.style}:${reset?.asserted}:${enable}`
}
