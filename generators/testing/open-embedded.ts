import { elaborate, type ModuleDefinition, type PortList } from '../../src/hdl/index.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import { Simulation } from '../../src/sim/testbench/simulation.js'

/** A module in the embedded engine, after reset. */
export function openModule<P extends PortList>(definition: ModuleDefinition<P>, seed = 1) {
  const engine = openEmbedded(elaborate(definition).flat)
  const simulation = new Simulation(engine, definition.ports, { seed })
  simulation.reset()
  return simulation
}
