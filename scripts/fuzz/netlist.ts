import { type EmittedDesign, type EmittedFile, filesFor } from '../../src/emit/index.js'
import { readDesign } from '../../src/synth/read-design.js'
import type { Yosys } from '../../src/synth/yosys.js'

/** What Yosys makes of a design, written as Verilog again; the ports are the design's. */
export interface YosysNetlists {
  /** Word-level cells after Yosys' own optimisations. */
  readonly netlist: EmittedDesign
  /** Single gates. */
  readonly gates: EmittedDesign
}

const netlistFile = 'netlist.v'
const gatesFile = 'gates.v'

/**
 * What holds zero in two-state simulators holds zero here, before Yosys can take an unknown value for
 * whatever is cheapest: registers that no reset has initialised, those of memories among them, and those
 * that are never loaded, which `proc` leaves without a driver. (`setundef` may not see memories: it breaks
 * their asynchronous read ports.) Without `-nordff` Yosys moves an address register behind the memory, where
 * it starts with an unknown word of the memory and not with word 0.
 */
const registersOnly = ['proc', 'memory -nordff', 'setundef -undriven -init -zero']

/**
 * Products that stay words in the netlist of gates: an array of a hundred rows glitches so much that Icarus
 * takes minutes.
 */
const wideProducts = 't:$mul r:A_WIDTH>24 %i t:$mul r:B_WIDTH>24 %i %u'

const script = [
  ...[...registersOnly, 'opt', 'wreduce', 'peepopt', 'opt'],
  `write_verilog -noattr ${netlistFile}`,
  ...[`techmap ${wideProducts} %n`, 'opt_clean'],
  `write_verilog -noattr ${gatesFile}`,
]

/**
 * Both netlists of a design, in one run.
 *
 * @throws YosysError when Yosys refuses the design
 */
export async function yosysNetlists(design: EmittedDesign, yosys: Yosys): Promise<YosysNetlists> {
  const sources = filesFor(design, 'simulation').map(withZeroMemories)
  const { files, commands } = readDesign(sources, design.top)
  // Yosys looks for memory images beside the model that reads them, or in the folder that it runs in.
  const images = sources.filter(({ path }) => path.endsWith('.hex'))
  const placed = { ...files, ...Object.fromEntries(images.map(({ path, text }) => [path, text])) }
  const run = await yosys.run([...commands, ...script], placed, {
    outputs: [netlistFile, gatesFile],
  })
  const written = (file: string): EmittedDesign => {
    const text = run.files[file]
    if (text === undefined) throw new Error(`Yosys wrote no ${file}`)
    return { ...design, files: [{ path: 'netlist.sv', text }], unresetState: [] }
  }
  return { netlist: written(netlistFile), gates: written(gatesFile) }
}

/**
 * Memories without an image get zeros: Yosys takes the unknown words of a memory for whatever is cheapest
 * as soon as it makes registers of them.
 */
function withZeroMemories(file: EmittedFile): EmittedFile {
  if (!file.path.endsWith('.sv')) return file
  const text = file.text.replace(
    /^ {2}logic (?:\[\d+:0\] )?(\w+) \[0:(\d+)\];.*$/gm,
    (declaration, name: string, last: string) => {
      if (new RegExp(`\\$readmemh\\("[^"]*", ${name}\\)`).test(file.text)) return declaration
      const words = Array.from({ length: Number(last) + 1 }, (_, i) => `${name}[${i}] = 0;`)
      return `${declaration}\n  initial begin ${words.join(' ')} end`
    },
  )
  return { ...file, text }
}
