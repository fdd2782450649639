import { emitDesign } from '../../src/emit/index.js'
import { modulesBelow } from '../../src/hdl/elaborate/module-order.js'
import { Design } from '../../src/hdl/index.js'
import type { ModuleNode } from '../../src/hdl/ir/module-node.js'
import { equivalent, type Yosys } from '../../src/synth/index.js'
import type { Mutant } from './mutants.js'

/** Whether Yosys proves that the flip changes nothing, whatever comes in. */
export async function isProvedEqual(mutant: Mutant, yosys: Yosys): Promise<boolean> {
  const designOf = (module: ModuleNode) => emitDesign(new Design(module, modulesBelow(module)))
  const [whole, flipped] = [mutant.module, mutant.mutated()].map(designOf)
  const options = { yosys, timeoutMilliseconds: 60_000 }
  const { verdict } = await equivalent(whole!, flipped!, options)
  return verdict === 'equal'
}
