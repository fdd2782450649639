import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { Command, Option } from 'commander'
import { z } from 'zod'
import { lUnitBench } from '../generators/l-unit/index.js'
import { Random } from '../src/common/random.js'
import { noCache } from '../src/common/result-cache.js'
import { type EmittedDesign, emitDesign } from '../src/emit/index.js'
import { elaborate } from '../src/hdl/index.js'
import { transistorsOf } from '../src/synth/gate-costs.js'
import { openYosys, type Yosys, YosysTimeout } from '../src/synth/index.js'
import { type LibertyLibrary, readLiberty } from '../src/synth/liberty.js'
import { abcScript, ModuleMapper } from '../src/synth/map-module.js'
import { wordLevelModules } from '../src/synth/word-level.js'

/** Undefined is Yosys' own script. */
const candidates: readonly (string | undefined)[] = [
  undefined,
  'strash; map',
  'strash; amap',
  'strash; dch; map -a',
  'strash; dch; amap',
  'strash; dch -f; amap',
  'strash; dc2; amap',
  'strash; dc2; dch; amap',
  'strash; dc2; dch -f; amap',
  'strash; &get -n; &dch -f; &nf; &put',
]

/** What one script makes of one design. */
const abcResult = z.strictObject({
  target: z.string(),
  design: z.string(),
  script: z.string(),
  /** Absent when it took too long. */
  cells: z.number().int().nonnegative().optional(),
  /** Square micrometres, or transistors of generic gates. */
  area: z.number().nonnegative().optional(),
  seconds: z.number().nonnegative(),
})
export type AbcResult = z.infer<typeof abcResult>

/** What `--json` prints. */
export const abcReport = z.strictObject({
  /** Yosys' name and version. */
  yosys: z.string(),
  /** The script in use. */
  abcScript: z.string(),
  results: z.array(abcResult),
})
type AbcReport = z.infer<typeof abcReport>

export interface AbcComparison {
  readonly scripts: readonly (string | undefined)[]
  /** Besides generic gates. */
  readonly libraries: readonly LibertyLibrary[]
  /** Inputs of the multiply-accumulate, a quarter of the words of the ROM, lanes of the L-Unit times four. */
  readonly size: number
  readonly timeoutMilliseconds: number
  readonly onResult?: (result: AbcResult) => void
}

/** Maps a constant multiply-accumulate, a ROM, and an L-Unit without its ROMs, with every script. */
export async function compareAbcScripts(
  yosys: Yosys,
  { scripts, libraries, size, timeoutMilliseconds, onResult = () => {} }: AbcComparison,
): Promise<AbcResult[]> {
  const results: AbcResult[] = []
  for (const library of [undefined, ...libraries]) {
    for (const { name, design, keepsMemory } of workloads(size)) {
      const modules = await wordLevelModules(design, yosys, { flatten: true })
      for (const script of scripts) {
        const options = { keepsMemory: () => keepsMemory, abcScript: script }
        const mapper = new ModuleMapper(modules, yosys, noCache, options)
        const start = performance.now()
        const cells = await mapper
          .map(modules[0]!, library, { timeoutMilliseconds })
          .then(({ cells: counts }) => counts)
          .catch((error) => {
            if (error instanceof YosysTimeout) return undefined
            throw error
          })
        const result: AbcResult = {
          target: library === undefined ? 'generic gates' : basename(library.file),
          design: name,
          script: script ?? 'default of Yosys',
          ...(cells === undefined ? {} : sizeOf(cells, library)),
          seconds: (performance.now() - start) / 1000,
        }
        results.push(result)
        onResult(result)
      }
    }
  }
  return results
}

/** The report of a comparison for `--json`. */
export function reportOf(yosys: Yosys, results: readonly AbcResult[]): AbcReport {
  return { yosys: yosys.build, abcScript, results: [...results] }
}

function sizeOf(counts: Readonly<Record<string, number>>, library: LibertyLibrary | undefined) {
  let [cells, area] = [0, 0]
  for (const [type, count] of Object.entries(counts)) {
    const each = library === undefined ? transistorsOf(type) : library.cells.get(type)?.area
    cells += count
    area += count * (each ?? 0)
  }
  return { cells, area }
}

function workloads(size: number) {
  const unit = lUnitBench(1, size / 4)
  return [
    { name: 'constant MAC', design: constantMac(size), keepsMemory: false },
    { name: 'ROM', design: rom(4 * size), keepsMemory: false },
    { name: 'L-Unit', design: emitDesign(elaborate(unit)), keepsMemory: true },
  ]
}

/** Sum of 8-bit inputs times 4-bit constants, with registers at its ports. */
function constantMac(inputs: number): EmittedDesign {
  const random = new Random(1)
  const width = 12 + Math.ceil(Math.log2(inputs))
  const terms = Array.from({ length: inputs }, (_, index) => {
    const weight = random.integer(-8, 7)
    const input = `${width}'($signed(x_q[${8 * index + 7}:${8 * index}]))`
    return `${input} * ${weight < 0 ? '-' : ''}${width}'sd${Math.abs(weight)}`
  })
  return design(
    'constant_mac',
    `module constant_mac (
  input  logic clk_i,
  input  logic [${8 * inputs - 1}:0] x_i,
  output logic signed [${width - 1}:0] sum_o
);
  logic [${8 * inputs - 1}:0] x_q;
  always_ff @(posedge clk_i) begin
    x_q <= x_i;
    sum_o <= ${terms.join('\n      + ')};
  end
endmodule
`,
  )
}

/** Words of 64 random bits behind a register. */
function rom(depth: number): EmittedDesign {
  const random = new Random(7)
  const width = Math.ceil(Math.log2(depth))
  const arms = Array.from(
    { length: depth },
    (_, address) => `      ${width}'d${address}: word = 64'h${random.bits(64).toString(16)};`,
  )
  return design(
    'rom',
    `module rom (
  input  logic clk_i,
  input  logic [${width - 1}:0] addr_i,
  output logic [63:0] data_o
);
  logic [63:0] word;
  always_comb begin
    case (addr_i)
${arms.join('\n')}
      default: word = 64'd0;
    endcase
  end
  always_ff @(posedge clk_i) data_o <= word;
endmodule
`,
  )
}

function design(top: string, text: string): EmittedDesign {
  return { top, files: [{ path: `${top}.sv`, text }], ports: [], unresetState: [], modules: [] }
}

async function main(): Promise<void> {
  const program = new Command('abc-scripts')
    .description(
      'Compares scripts for ABC: cells, area and time of a constant multiply-accumulate,',
    )
    .addOption(
      new Option('--yosys <which>', 'Yosys').choices(['wasm', 'native'] as const).default('wasm'),
    )
    .option('--liberty <files...>', 'map to these libraries too', [])
    .option('--size <n>', 'inputs of the multiply-accumulate, a multiple of four', '64')
    .option('--timeout <seconds>', 'for one run', '60')
    .option('--json', 'print JSON')
    .parse()
  const options = program.opts()
  const seconds = Number(options.timeout)
  const yosys = openYosys({ engine: options.yosys })
  try {
    const results = await compareAbcScripts(yosys, {
      scripts: candidates,
      libraries: options.liberty.map(readLiberty),
      size: Number(options.size),
      timeoutMilliseconds: 1000 * seconds,
      onResult: ({ target, design: name, script }) =>
        process.stderr.write(`${target}, ${name}: ${script}\n`),
    })
    if (options.json) console.log(JSON.stringify(reportOf(yosys, results)))
    else {
      console.log(`${yosys.build}; the script in use is "${abcScript}"`)
      console.log(table(results, seconds))
    }
  } finally {
    yosys.close()
  }
}

function table(results: readonly AbcResult[], timeout: number): string {
  const rows = new Table({ head: ['target', 'design', 'ABC script', 'cells', 'area', 's'] })
  for (const { target, design: name, script, cells, area, seconds } of results) {
    const late = area === undefined
    rows.push([
      target,
      name,
      script,
      cells ?? '',
      late ? '' : area.toFixed(area < 10_000 ? 1 : 0),
      late ? `> ${timeout}` : seconds.toFixed(1),
    ])
  }
  return `${rows.toString()}\n(area: square micrometres; transistors for generic gates)`
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main()
}
