import { elaborate, type ModuleDefinition, type PortList } from '../hdl/index.js'
import { type EngineOptions, openEngine } from './open-engine.js'
import { Simulation } from './testbench/simulation.js'

export interface SimulateOptions extends EngineOptions {
  /** Seed of the stream agents' pauses; 1 by default. */
  readonly seed?: number
  /** Name of the clock port that `step` drives; the first one by default. */
  readonly clock?: string
}

/**
 * Elaborates a module, starts it in an engine and takes it through reset.
 *
 * ```ts
 * const sim = await simulate(counter)
 * sim.poke('enable_i', true)
 * sim.step(3)
 * sim.peek('count_o') // 3
 * ```
 *
 * @throws DesignError for faults of the design; InputError when a native tool is missing
 */
export async function simulate<P extends PortList>(
  definition: ModuleDefinition<P>,
  options: SimulateOptions = {},
): Promise<Simulation<P>> {
  const { seed = 1, clock, ...engineOptions } = options
  const engine = await openEngine(elaborate(definition), engineOptions)
  const simulation = new Simulation(engine, definition.ports, {
    seed,
    ...(clock === undefined ? {} : { clock }),
  })
  simulation.reset()
  return simulation
}
