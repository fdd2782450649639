import type { RomContents } from '../../../src/hdl/index.js'
import { parseRomPolicy, romPolicyNames } from '../policy.js'
import { smallestDecoded } from '../symbol-rom.js'
import { countBlockRom } from './block-rom-counts.js'
import type { RomCounts } from './counts.js'
import { countSumOfOnes } from './sum-of-ones-counts.js'
import { countSymbolRom } from './symbol-rom-counts.js'
import { countTable } from './table-counts.js'

export type { RomCounts, Terms } from './counts.js'

/** Names of the policies that become logic of their own, all but an array (a table in the end) and a macro. */
export const logicPolicyNames: readonly string[] = romPolicyNames.filter(
  (name) => name !== 'readmemh' && name !== 'macro',
)

/**
 * The parts of a ROM in a construction.
 *
 * @param name one of {@link logicPolicyNames}
 * @throws RangeError for another policy, and for a placeholder
 */
export function countRom(name: string, contents: RomContents): RomCounts {
  const policy = parseRomPolicy(name)
  switch (policy.kind) {
    case 'table':
      return countTable(contents)
    case 'brom':
      return countBlockRom(contents, policy.block)
    case 'symbols':
      return contents.depth < smallestDecoded
        ? countSumOfOnes(contents)
        : countSymbolRom(contents, policy.bits)
    case 'sum-of-ones':
      return countSumOfOnes(contents)
    case 'readmemh':
    case 'macro':
    case 'chosen':
      throw new RangeError(`${name} becomes no logic of its own`)
  }
}
