import { parseRomPolicy, romModule, romPolicyNames } from '../generators/rom/index.js'
import { emitDesign } from '../src/emit/index.js'
import { elaborate, type RomContents } from '../src/hdl/index.js'
import { type ResultCache, synthesize, type Yosys } from '../src/synth/index.js'

/** What a ROM costs as combinational logic. */
export interface RomPolicyCost {
  readonly policy: string
  readonly cells: number
  /** Static CMOS, before layout; 0 for a macro, which is a black box to synthesis. */
  readonly transistors: number
  readonly transistorsPerBit: number
  /** Gates on the longest path. */
  readonly depth: number
}

/** Synthesises a ROM by each policy to generic gates. */
export async function romPolicyCosts(
  contents: RomContents,
  options: {
    readonly yosys: Yosys
    readonly cache?: ResultCache
    readonly policies?: readonly string[]
  },
): Promise<RomPolicyCost[]> {
  const { policies = romPolicyNames, ...synthesis } = options
  const costs: RomPolicyCost[] = []
  for (const policy of policies) {
    const module = romModule(contents, parseRomPolicy(policy))
    const report = await synthesize(emitDesign(elaborate(module)), synthesis)
    const [top] = report.modules
    const { cells, transistors } = top!.total
    const transistorsPerBit = transistors / (contents.width * contents.depth)
    costs.push({ policy, cells, transistors, transistorsPerBit, depth: top!.depth })
  }
  return costs
}
