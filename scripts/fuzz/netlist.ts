import { basename } from 'node:path'
import { type EmittedDesign, type EmittedFile, filesFor } from '../../src/emit/index.js'
import type { Yosys } from '../../src/synth/yosys.js'

/** What Yosys makes of a design, written as Verilog again; the ports are the design's. */
export interface YosysNetlists {
  /** Word-level cells after Yosys' own optimisations. */
  readonly netlist: EmittedDesign
  /** Single gates. */
  readonly gates: EmittedDesign
}

const netlistFile = (group: number) => `netlist${group}.v`
const gatesFile = (group: number) => `gates${group}.v`

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

const toNetlist = [...registersOnly, 'opt', 'wreduce', 'peepopt', 'opt_clean']
/** The products are hidden from `techmap`: on a part of a module it leaves some of the cells that it makes itself. */
const toGates = [
  `chtype -set wide_mul ${wideProducts}`,
  'techmap',
  'chtype -set $mul t:wide_mul',
  'opt_clean',
]

/**
 * Modules that Yosys holds at the same time. Each pass goes over all of them as often as the slowest needs, so
 * few are fast; the library of `techmap` is read once for each group.
 */
const modulesPerGroup = 4

/**
 * Both netlists of a design, in one run.
 *
 * @throws YosysError when Yosys refuses the design
 */
export async function yosysNetlists(design: EmittedDesign, yosys: Yosys): Promise<YosysNetlists> {
  const sources = filesFor(design, 'simulation').map(withZeroMemories)
  const paths = sources.map(({ path }) => path).filter((path) => path.endsWith('.sv'))
  const groups = Array.from({ length: Math.ceil(paths.length / modulesPerGroup) }, (_, i) =>
    paths.slice(i * modulesPerGroup, (i + 1) * modulesPerGroup),
  )
  const run = await yosys.run(
    groups.flatMap((group, i) => [
      ...readGroup(group, paths, design),
      ...[...toNetlist, `write_verilog -noattr ${netlistFile(i)}`],
      ...[...toGates, `write_verilog -noattr ${gatesFile(i)}`],
      'design -reset',
    ]),
    Object.fromEntries(sources.map(({ path, text }) => [path, text])),
    { outputs: groups.flatMap((_, i) => [netlistFile(i), gatesFile(i)]) },
  )
  const written = (name: (group: number) => string): EmittedDesign => {
    const files = groups.map((_, i) => {
      const text = run.files[name(i)]
      if (text === undefined) throw new Error(`Yosys wrote no ${name(i)}`)
      return { path: name(i).replace(/v$/, 'sv'), text }
    })
    return { ...design, files, unresetState: [] }
  }
  return { netlist: written(netlistFile), gates: written(gatesFile) }
}

/** Reads files of one module each, and of what the modules hold instances of the ports alone. */
function readGroup(
  group: readonly string[],
  paths: readonly string[],
  design: EmittedDesign,
): readonly string[] {
  const own = new Set(group.map((path) => basename(path, '.sv')))
  const held = new Set(
    design.modules
      .filter(({ name }) => own.has(name))
      .flatMap(({ instances }) => instances.map(({ module }) => module)),
  )
  return [
    ...paths
      .filter((path) => !group.includes(path) && held.has(basename(path, '.sv')))
      .map((path) => `read_verilog -sv -lib "${path}"`),
    ...group.map((path) => `read_verilog -sv "${path}"`),
  ]
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
