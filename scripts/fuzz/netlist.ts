import { type EmittedDesign, filesFor } from '../../src/emit/index.js'
import { readDesign } from '../../src/synth/read-design.js'
import type { Yosys } from '../../src/synth/yosys.js'

const netlistFile = 'netlist.v'

/**
 * Registers, among them those of memories, that no reset has initialised hold zero, as in two-state
 * simulators: before Yosys can take an unknown value for whatever is cheapest. (`setundef` may not see
 * memories: it breaks their asynchronous read ports.)
 */
const registersOnly = ['proc', 'memory', 'setundef -init -zero']

const scripts = {
  /** Word-level cells after Yosys' own optimisations. */
  netlist: [...registersOnly, 'opt -full', 'wreduce', 'peepopt', 'opt -full'],
  /** Single gates. */
  gates: [...registersOnly, 'synth -noabc'],
} as const

/** What Yosys makes of a design, written as Verilog again; its ports are the design's. */
export async function yosysNetlist(
  design: EmittedDesign,
  yosys: Yosys,
  script: keyof typeof scripts,
): Promise<EmittedDesign> {
  const { files, commands } = readDesign(filesFor(design, 'simulation'), design.top)
  const run = await yosys.run(
    [...commands, ...scripts[script], `write_verilog -noattr ${netlistFile}`],
    files,
    { outputs: [netlistFile] },
  )
  const text = run.files[netlistFile]
  if (text === undefined) throw new Error('Yosys wrote no netlist')
  return {
    ...design,
    files: [{ path: 'netlist.sv', text }],
    unresetState: [],
  }
}
