import { existsSync } from 'node:fs'
import { basename, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import { z } from 'zod'
import { InputError } from '../src/common/input-error.js'
import { bundledModel } from '../src/flow/chip/bundled-model.js'
import { openProgress } from '../src/flow/progress.js'
import { sharedLiberty, studyLibraries } from '../src/flow/rom-study/libraries.js'
import { modelSources } from '../src/flow/rom-study/model-banks.js'
import {
  abcScript,
  openCache,
  openYosys,
  transistorsOfNand2,
  type YosysEngine,
} from '../src/synth/index.js'
import type { Cone } from './fused/cone.js'
import { measureCone } from './fused/measure-cone.js'
import { sramArea } from './fused/sram-area.js'

const formats = { int4: 4, int2: 2, ternary: 'ternary' } as const
type Format = keyof typeof formats
const formatNames = Object.keys(formats) as Format[]

const lanes = 16

const area = z.number().nonnegative().optional()

/** One construction in one library; an area is absent when its mapping did not end. */
const point = z.strictObject({
  bank: z.string(),
  words: z.number().int().positive(),
  width: z.number().int().positive(),
  /** A ROM policy, or `SRAM` and `mask ROM`, which are no netlists. */
  construction: z.string(),
  library: z.string(),
  rom: area,
  consumer: area,
  separate: area,
  fused: area,
})
type Point = z.infer<typeof point>

/** What `--json` prints; areas are transistors in `generic`, else square micrometres. */
export const fusedReport = z.strictObject({
  yosys: z.string(),
  abcScript: z.string(),
  points: z.array(point),
})

function list(text: string): string[] {
  return text.split(',')
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (/^[0-9]+$/.test(text) && value > 0 && value <= 65_536) return value
  throw new InvalidArgumentError('A whole number of 1 to 65536.')
}

function formatList(text: string): Format[] {
  return list(text).map((name) => {
    const format = formatNames.find((known) => known === name)
    if (format === undefined) throw new InvalidArgumentError(`Some of ${formatNames.join(', ')}.`)
    return format
  })
}

interface FusedOptions {
  readonly formats: readonly Format[]
  readonly depths: readonly number[]
  readonly constructions: readonly string[]
  readonly liberty: readonly string[]
  readonly model?: string
  readonly yosys: YosysEngine
  readonly limit: number
  readonly json?: boolean
}

async function main(): Promise<void> {
  const program = new Command('fused-cell')
    .description(
      'Areas of an L-Unit from the address of its codes to the sum of its products: ROM and arithmetic mapped apart, and\n' +
        'flattened into one mapping. Only netlists that compute the right sums are printed. What was measured is kept.',
    )
    .option('--formats <list>', `some of ${formatNames.join(', ')}`, formatList, formatNames)
    .option('--depths <list>', 'words of 16 codes', (text) => list(text).map(wholeNumber), [128])
    .option('--constructions <list>', 'ROM policies', list, [
      'sum-of-ones',
      'table',
      'brom:4',
      'brom:8',
      'symbols:8',
    ])
    .option('--liberty <name=file...>', 'libraries (default: those of ROMULUS_SHARED)', [])
    .option('--model <file>', 'checkpoint (default: stories260K of ROMULUS_SHARED, or the bundled)')
    .addOption(
      new Option('--yosys <which>', 'Yosys').choices(['wasm', 'native'] as const).default('wasm'),
    )
    .option('--limit <seconds>', 'time of one run of Yosys', wholeNumber, 120)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  node dist/scripts/fused-cell.js --yosys native\n' +
        '  node dist/scripts/fused-cell.js --formats int4 --depths 128,256 --constructions table,symbols:8 --json\n',
    )
    .parse()
  const {
    formats: chosen,
    depths,
    constructions,
    liberty,
    ...options
  } = program.opts<FusedOptions>()
  const libraries = studyLibraries(liberty.length > 0 ? liberty : sharedLiberty())
  const model = options.model ?? defaultModel()
  const sources = modelSources(basename(model, extname(model)), model)
  const yosys = openYosys({ engine: options.yosys })
  const cache = openCache('fused-cell')
  const points: Point[] = []
  try {
    await openProgress().step('fused cell', async (update) => {
      for (const format of chosen) {
        const source = sources.find(({ name }) => name.endsWith(`-${format}`))!
        for (const depth of depths) {
          const contents = await source.contents(lanes * (source.weightBits ?? 1), depth)
          const cone: Cone = { bits: formats[format], lanes, contents }
          for (const library of libraries) {
            const place = {
              bank: source.name,
              words: depth,
              width: contents.width,
              library: library.name,
            }
            const measured: Point[] = []
            for (const construction of constructions) {
              update(`${source.name} ${depth}, ${construction}, ${library.name}`)
              const run = { yosys, cache, abcScript, limit: options.limit }
              const areas = await measureCone(cone, construction, library, run)
              measured.push({ ...place, construction, ...areas })
            }
            const bits = contents.width * depth
            const nand2 =
              library.liberty === undefined ? transistorsOfNand2 : library.liberty.nand2Area
            const consumer = measured[0]?.consumer
            const storage = (construction: string, rom: number | undefined): Point[] =>
              rom === undefined || consumer === undefined
                ? []
                : [{ ...place, construction, rom, consumer, separate: rom + consumer }]
            points.push(
              ...storage('SRAM', sramArea(contents, library.name)),
              ...storage('mask ROM', nand2 && (bits * nand2) / transistorsOfNand2),
              ...measured,
            )
          }
        }
      }
    })
  } finally {
    yosys.close()
  }
  if (options.json) {
    const report = fusedReport.parse({ yosys: yosys.build, abcScript, points })
    console.log(JSON.stringify(report, null, 2))
  } else {
    console.log(`${yosys.build}; ABC: ${abcScript}; 16 codes a word\n${table(points)}`)
    console.log('(transistors in generic, else um2; SRAM and mask ROM are estimates, not netlists)')
  }
}

function table(points: readonly Point[]): string {
  const head = [
    'bank',
    'words',
    'library',
    'construction',
    'ROM',
    'arithmetic',
    'both',
    'fused',
    'ratio',
  ]
  const rows = new Table({ head, style: { head: [], border: [] } })
  for (const { bank, words, library, construction, rom, consumer, separate, fused } of points) {
    const ratio = separate && fused ? (fused / separate).toFixed(3) : ''
    const areas = [rom, consumer, separate, fused].map(figure)
    rows.push([bank, words, library, construction, ...areas, ratio])
  }
  return rows.toString()
}

function figure(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(value < 1000 ? 1 : 0)
}

function defaultModel(): string {
  const shared = process.env.ROMULUS_SHARED
  const file = shared && join(shared, 'models', 'stories260K', 'stories260K.bin')
  return file && existsSync(file) ? file : bundledModel()
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
