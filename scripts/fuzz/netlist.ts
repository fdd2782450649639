import { type EmittedDesign, filesFor } from '../../src/emit/index.js'
import { readDesign } from '../../src/synth/read-design.js'
import type { Yosys } from '../../src/synth/yosys.js'

const netlistFile = 'netlist.v'

/** Registers without a value before their reset hold zero, as in two-state simulators. */
const zeroState = 'setundef -init -zero'

const scripts = {
  /** Word-level cells after Yosys' own optimisations. */
  netlist: ['proc', 'flatten', 'opt -full', 'wreduce', 'peepopt', 'opt_clean', zeroState],
  /** Single gates. */
  gates: ['synth -flatten -noabc', zeroState],
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
