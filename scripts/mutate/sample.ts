import { Random } from '../../src/common/random.js'
import { fingerprintOf } from '../../src/hdl/elaborate/fingerprint.js'
import type { ModuleNode } from '../../src/hdl/ir/module-node.js'
import { isRefused } from './check-mutant.js'
import { logicMutants, type Mutant, romMutants } from './mutants.js'

/**
 * Mutants of every different module: some of its logic, of as many kinds as there are, and of each of its ROMs. Which ones
 * depends on the seed and on the module alone.
 *
 * @param perModule of its logic; modules with a ROM get as many of the ROM
 * @param without modules to leave out
 */
export function sampleMutants(
  modules: readonly ModuleNode[],
  seed: number,
  perModule: number,
  without: readonly ModuleNode[] = [],
): Mutant[] {
  const shapes = new Set(without.map((module) => fingerprintOf(module).shape))
  return modules.flatMap((module) => {
    const { shape } = fingerprintOf(module)
    if (shapes.has(shape)) return []
    shapes.add(shape)
    const random = new Random(seed ^ Number.parseInt(shape.slice(0, 8), 16))
    const chosen: Mutant[] = []
    const kinds = new Map<string, Mutant[]>()
    for (const mutant of shuffled(logicMutants(module), random)) {
      kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant])
    }
    const queues = shuffled([...kinds.values()], random)
    for (let i = 0; chosen.length < perModule && queues.some(({ length }) => length > 0); i++) {
      const mutant = queues[i % queues.length]!.pop()
      if (mutant !== undefined && !isRefused(mutant)) chosen.push(mutant)
    }
    return [...chosen, ...romMutants(module, random, perModule)]
  })
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const result = [...values]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}
