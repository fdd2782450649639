import { createHash } from 'node:crypto'
import Table from 'cli-table3'
import { Command } from 'commander'
import { lUnitBench } from '../generators/l-unit/index.js'
import { Random } from '../src/common/random.js'
import { missingTool } from '../src/common/tools.js'
import { emitDesign } from '../src/emit/index.js'
import { type Design, elaborate } from '../src/hdl/index.js'
import { openEmbedded } from '../src/sim/embedded/index.js'
import type { Engine } from '../src/sim/index.js'
import { VectorLayout } from '../src/sim/testbench/vector-layout.js'
import { buildVerilator, openVerilator } from '../src/sim/verilator/index.js'
import { openYosys, synthesize } from '../src/synth/index.js'
import { cliffTable, measureCliffs } from './bench-embedded.js'
import {
  type BenchReport,
  benchReport,
  type ElaborationRow,
  type EngineRow,
  type YosysRow,
} from './bench-report.js'

const seed = 1
const haveVerilator = missingTool(['verilator', 'g++']) === undefined
const haveYosys = missingTool(['yosys']) === undefined

/** Prints every measurement of docs and README that depends on the machine, side by side in one run. */
async function main(): Promise<void> {
  const { json } = new Command('bench')
    .description('Measures elaboration, simulation and synthesis on this machine.')
    .option('--json', 'prints JSON')
    .parse()
    .opts()
  if (!haveVerilator) console.error('skipped: verilator not found')
  if (!haveYosys) console.error('skipped: yosys not found')
  const report: BenchReport = benchReport.parse({
    node: process.version,
    architecture: process.arch,
    seed,
    elaboration: [1, 64, 1024].map(measureElaboration),
    engines: await measureEngines(),
    cliffs: await measureCliffs(),
    yosys: await measureYosys(),
  })
  console.log(json ? JSON.stringify(report) : tables(report))
}

function tables({ node, architecture, elaboration, engines, cliffs, yosys }: BenchReport): string {
  return [
    `Node ${node}, ${architecture}; seed ${seed}; single runs on a shared machine`,
    '\nElaboration and emission (16 lanes)',
    table(
      ['L-Units', 'elaborate s', 'emit s', 'flatten s', 'MB of text'],
      elaboration.map((row) => [
        row.lUnits,
        row.elaborateSeconds.toFixed(2),
        row.emitSeconds.toFixed(2),
        row.flattenSeconds.toFixed(2),
        (row.textBytes / 1e6).toFixed(1),
      ]),
    ),
    '\nSimulation, one thread; the same stimulus, equal outputs',
    table(
      ['L-Units x lanes', 'engine', 'build s', 'first cycle s', 'cycles/s', 'against Verilator'],
      engines.map((row) => engineCells(row, engines)),
    ),
    '\nWhat could fall off a cliff, one thread; the same stimulus, equal outputs',
    cliffTable(cliffs),
    '\nSynthesis to generic gates',
    table(
      ['Yosys', 'version', 'synthesis of one L-Unit s'],
      yosys.map((row) => [row.engine, row.version, row.synthesisSeconds.toFixed(2)]),
    ),
  ].join('\n')
}

function engineCells(row: EngineRow, rows: readonly EngineRow[]): (string | number)[] {
  const verilator = rows.find(
    ({ lUnits, lanes, engine }) =>
      lUnits === row.lUnits && lanes === row.lanes && engine === 'verilator',
  )
  return [
    `${row.lUnits} x ${row.lanes}`,
    row.engine === 'verilator' ? `verilator -O3${row.cached ? ' (cached build)' : ''}` : row.engine,
    row.buildSeconds.toFixed(2),
    row.firstCycleSeconds.toFixed(2),
    Math.round(row.cyclesPerSecond).toLocaleString('en'),
    verilator === undefined ? '' : (row.cyclesPerSecond / verilator.cyclesPerSecond).toFixed(2),
  ]
}

function table(head: string[], rows: readonly (string | number)[][]): string {
  const result = new Table({ style: { head: [], border: [] }, head })
  result.push(...rows)
  return result.toString()
}

function measureElaboration(lUnits: number): ElaborationRow {
  const [design, elaborateSeconds] = timed(() => elaborate(lUnitBench(lUnits, 16)))
  const [emitted, emitSeconds] = timed(() => emitDesign(design))
  const [, flattenSeconds] = timed(() => design.flat)
  const textBytes = emitted.files.reduce((sum, { text }) => sum + text.length, 0)
  return { lUnits, elaborateSeconds, emitSeconds, flattenSeconds, textBytes }
}

async function measureEngines(): Promise<EngineRow[]> {
  const rows: EngineRow[] = []
  for (const [lUnits, lanes] of [
    [16, 64],
    [16, 16],
    [8, 16],
  ] as const) {
    const design = elaborate(lUnitBench(lUnits, lanes))
    const { hash, ...embedded } = measureEmbedded(design)
    rows.push({ lUnits, lanes, engine: 'embedded', cached: false, ...embedded })
    if (!haveVerilator) continue
    const { hash: nativeHash, ...verilator } = await measureVerilator(design)
    if (nativeHash !== hash) {
      throw new Error(`the engines differ on ${lUnits} L-Units of ${lanes} lanes (seed ${seed})`)
    }
    rows.push({ lUnits, lanes, engine: 'verilator', ...verilator })
  }
  return rows
}

interface Measured {
  readonly buildSeconds: number
  readonly firstCycleSeconds: number
  readonly cyclesPerSecond: number
  readonly hash: string
}

function measureEmbedded(design: Design): Measured {
  const [engine, seconds] = timed(() => openEmbedded(design.flat))
  return measure(engine, seconds)
}

async function measureVerilator(design: Design): Promise<Measured & { readonly cached: boolean }> {
  const emitted = emitDesign(design)
  const start = performance.now()
  const executable = await buildVerilator(emitted, {
    verilatorFlags: ['-O3', '--x-assign', 'fast'],
    compilerFlags: ['-O3', '-march=native'],
  })
  const build = (performance.now() - start) / 1000
  return { cached: executable.cached, ...measure(openVerilator(executable), build) }
}

/** Batches of random stimulus until two seconds have passed; the best batch counts. */
function measure(engine: Engine, buildSeconds: number): Measured {
  const layout = new VectorLayout(engine.ports)
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const reset = engine.ports.findIndex(({ role }) => role === 'reset')
  const cycles = 20_000
  const random = new Random(seed)
  const stimulus = Uint32Array.from({ length: cycles * layout.inputWords }, () =>
    random.integer(0, 0xffff_ffff),
  )
  for (const [number, port] of engine.ports.entries()) {
    if (port.direction !== 'input' || port.role !== 'data') continue
    for (let cycle = 0; cycle < cycles; cycle++) {
      layout.set(stimulus, cycle, number, random.bits(port.width))
    }
  }
  for (let cycle = 0; cycle < cycles; cycle++) layout.set(stimulus, cycle, reset, 1n)
  const [, first] = timed(() => engine.step(clockPort, 1))
  const hash = createHash('sha256')
  let best = 0
  const start = performance.now()
  for (let batch = 0; performance.now() - start < 2000 || batch < 3; batch++) {
    const [response, time] = timed(() => engine.runVectors({ clockPort, cycles, stimulus }))
    if (batch < 3)
      hash.update(new Uint8Array(response.buffer, response.byteOffset, response.byteLength))
    best = Math.max(best, cycles / time)
  }
  engine.close()
  return {
    buildSeconds,
    firstCycleSeconds: buildSeconds + first,
    cyclesPerSecond: best,
    hash: hash.digest('hex'),
  }
}

async function measureYosys(): Promise<YosysRow[]> {
  const rows: YosysRow[] = []
  const emitted = emitDesign(elaborate(lUnitBench(1, 16)))
  for (const engine of haveYosys ? (['wasm', 'native'] as const) : (['wasm'] as const)) {
    const yosys = openYosys({ engine })
    const start = performance.now()
    await synthesize(emitted, { yosys })
    const synthesisSeconds = (performance.now() - start) / 1000
    rows.push({ engine, version: yosys.version, synthesisSeconds })
    yosys.close()
  }
  return rows
}

/** What the work gives, and its seconds. */
function timed<T>(work: () => T): [T, number] {
  const start = performance.now()
  const result = work()
  return [result, (performance.now() - start) / 1000]
}

await main()
