import {
  bool,
  clock,
  type Design,
  defineModule,
  elaborate,
  input,
  type ModuleNode,
  output,
  type PortList,
  reset,
} from '../../src/hdl/index.js'
import { buildCircuit, resetPortName } from './build.js'
import type { CircuitRecipe, ResetRecipe } from './recipe.js'

/** A circuit with the seed that its stimulus comes from. */
export interface SeededCircuit {
  readonly seed: number
  readonly recipe: CircuitRecipe
}

/** Several circuits under one top, so that a tool starts once for all of them. */
export interface Batch {
  /** The top as written, before elaboration. */
  readonly written: ModuleNode
  readonly design: Design
  readonly circuits: readonly SeededCircuit[]
}

/** Name of the top module of a batch. */
export const batchTop = 'fuzz_batch'

/**
 * One design that holds circuits of one reset: circuit number n has the ports `c<n>_...` and the modules
 * `c<n>_...`.
 *
 * @throws DesignError when a recipe makes no legal circuit
 */
export function buildBatch(circuits: readonly SeededCircuit[]): Batch {
  const definitions = circuits.map(({ recipe }, n) => buildCircuit(recipe, prefixOf(n)))
  const resetRecipe = circuits[0]?.recipe.reset
  const ports: Record<string, PortList[string]> = {}
  if (resetRecipe !== undefined) Object.assign(ports, clockPorts(resetRecipe))
  for (const [n, definition] of definitions.entries()) {
    for (const [name, port] of dataPorts(definition.ports)) {
      ports[prefixOf(n) + name] = port.direction === 'input' ? input(port.type) : output(port.type)
    }
  }
  const top = defineModule(batchTop, { ...ports, ticks_o: output(bool) }, (m, ports) => {
    const signals = ports as Readonly<Record<string, unknown>>
    const domain = resetRecipe && {
      clock: signals.clk_i,
      reset: signals[resetPortName(resetRecipe)],
    }
    // A clock in every batch, also where no circuit has a register.
    const ticks = m.register('ticks', bool, {
      reset: false,
      ...(domain && { domain: domain as never }),
    })
    ticks.next(ticks.not())
    ports.ticks_o.assign(ticks)
    for (const [n, definition] of definitions.entries()) {
      const connections: Record<string, unknown> = {}
      for (const name of Object.keys(resetRecipe === undefined ? {} : clockPorts(resetRecipe))) {
        connections[name] = signals[name]
      }
      for (const [name] of dataPorts(definition.ports)) {
        connections[name] = signals[prefixOf(n) + name]
      }
      m.instance(`u_c${n}`, definition, connections as never)
    }
  })
  return { written: top.node, design: elaborate(top), circuits }
}

/** The number of the circuit that a port or module of a batch belongs to. */
export function circuitNumber(name: string): number | undefined {
  const match = /\bc(\d+)_/.exec(name)
  return match === null ? undefined : Number(match[1])
}

function prefixOf(circuit: number): string {
  return `c${circuit}_`
}

function clockPorts(recipe: ResetRecipe): PortList {
  return { clk_i: input(clock), [resetPortName(recipe)]: input(reset(recipe)) }
}

function dataPorts(ports: PortList): readonly (readonly [string, PortList[string]])[] {
  return Object.entries(ports).filter(([name]) => /^(in|out)\d+_/.test(name))
}
