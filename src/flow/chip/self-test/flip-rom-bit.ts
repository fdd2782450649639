import { modulesBelow } from '../../../hdl/elaborate/module-order.js'
import { Design, type ModuleNode } from '../../../hdl/index.js'
import { withFlippedRomBit } from '../../../hdl/ir/rewrite-module.js'

/** One wrong bit in a ROM of one instance. */
export interface RomFault {
  /** Names of the instances below the top, and of the ROM in the last one. */
  readonly name: string
  readonly address: number
  readonly bit: number
}

/**
 * A design in which bits of ROMs are wrong. Modules that differ from their like have the names of their instances in theirs.
 *
 * @throws RangeError when there is no such ROM or bit
 */
export function withFlippedRomBits(design: Design, faults: readonly RomFault[]): Design {
  const placed = faults.map(({ name, ...bit }) => ({ path: name.split('.'), ...bit }))
  const top = { ...faultyModule(design.top, placed, ''), name: design.top.name }
  return new Design(top, modulesBelow(top))
}

interface PlacedFault extends Omit<RomFault, 'name'> {
  readonly path: readonly string[]
}

function faultyModule(
  module: ModuleNode,
  faults: readonly PlacedFault[],
  suffix: string,
): ModuleNode {
  if (faults.length === 0) return module
  const isHere = ({ path }: PlacedFault) => path.length === 1
  const changed = faults
    .filter(isHere)
    .reduce(
      (before, { path, address, bit }) => withFlippedRomBit(before, path[0]!, address, bit),
      module,
    )
  const below = faults.filter((fault) => !isHere(fault))
  const known = new Set(module.instances.map(({ name }) => name))
  const unknown = below.find(({ path }) => !known.has(path[0]!))
  if (unknown !== undefined) throw new RangeError(`${module.name} has no ${unknown.path[0]}`)
  const instances = module.instances.map((instance) => {
    const inside = below
      .filter(({ path }) => path[0] === instance.name)
      .map(({ path, ...bit }) => ({ path: path.slice(1), ...bit }))
    const inner = faultyModule(instance.module, inside, `${suffix}_${instance.name}`)
    return inner === instance.module ? instance : { ...instance, module: inner }
  })
  return { ...changed, name: `${module.name}_faulty${suffix}`, instances }
}
