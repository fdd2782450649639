import { createHash } from 'node:crypto'
import Table from 'cli-table3'
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
import { benchCliffs } from './bench-embedded.js'

const seed = 1

/** Prints every measurement of docs and README that depends on the machine, side by side in one run. */
async function main(): Promise<void> {
  console.log(
    `Node ${process.version}, ${process.arch}; seed ${seed}; single runs on a shared machine`,
  )
  benchElaboration()
  await benchEngines()
  await benchCliffs()
  await benchYosys()
}

function benchElaboration(): void {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['L-Units', 'elaborate s', 'emit s', 'flatten s', 'MB of text'],
  })
  for (const units of [1, 64, 1024]) {
    const [design, elaborateTime] = timed(() => elaborate(lUnitBench(units, 16)))
    const [emitted, emitTime] = timed(() => emitDesign(design))
    const [, flattenTime] = timed(() => design.flat)
    const bytes = emitted.files.reduce((sum, { text }) => sum + text.length, 0)
    table.push([
      units,
      seconds(elaborateTime),
      seconds(emitTime),
      seconds(flattenTime),
      (bytes / 1e6).toFixed(1),
    ])
  }
  console.log('\nElaboration and emission (16 lanes)')
  console.log(table.toString())
}

async function benchEngines(): Promise<void> {
  const table = new Table({
    head: [
      'L-Units x lanes',
      'engine',
      'build s',
      'first cycle s',
      'cycles/s',
      'against Verilator',
    ],
  })
  for (const [units, lanes] of [
    [16, 64],
    [16, 16],
    [8, 16],
  ] as const) {
    const design = elaborate(lUnitBench(units, lanes))
    const rows = [await benchEmbedded(design)]
    if (missingTool(['verilator', 'g++']) === undefined) rows.push(await benchVerilator(design))
    else console.log('skipped: verilator not found')
    const [embedded, verilator] = rows
    if (verilator !== undefined && verilator.hash !== embedded!.hash) {
      throw new Error(`the engines differ on ${units} L-Units of ${lanes} lanes (seed ${seed})`)
    }
    for (const row of rows) {
      const ratio = verilator === undefined ? '' : (row.rate / verilator.rate).toFixed(2)
      table.push([
        `${units} x ${lanes}`,
        row.engine,
        seconds(row.build),
        seconds(row.first),
        Math.round(row.rate).toLocaleString('en'),
        ratio,
      ])
    }
  }
  console.log('\nSimulation, one thread; the same stimulus, equal outputs')
  console.log(table.toString())
}

interface EngineRow {
  readonly engine: string
  readonly build: number
  readonly first: number
  /** Cycles a second. */
  readonly rate: number
  readonly hash: string
}

async function benchEmbedded(design: Design): Promise<EngineRow> {
  const start = performance.now()
  const engine = openEmbedded(design.flat)
  return measure(engine, 'embedded', performance.now() - start)
}

async function benchVerilator(design: Design): Promise<EngineRow> {
  const emitted = emitDesign(design)
  const start = performance.now()
  const executable = await buildVerilator(emitted, { compilerFlags: ['-O3', '-march=native'] })
  const build = performance.now() - start
  const engine = openVerilator(executable)
  return measure(engine, `verilator -O3${executable.cached ? ' (cached build)' : ''}`, build)
}

/** Batches of random stimulus until two seconds have passed; the best batch counts. */
function measure(engine: Engine, name: string, build: number): EngineRow {
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
    best = Math.max(best, (1000 * cycles) / time)
  }
  engine.close()
  return { engine: name, build, first: build + first, rate: best, hash: hash.digest('hex') }
}

async function benchYosys(): Promise<void> {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['Yosys', 'version', 'synthesis of one L-Unit s'],
  })
  const emitted = emitDesign(elaborate(lUnitBench(1, 16)))
  for (const engine of ['wasm', 'native'] as const) {
    if (engine === 'native' && missingTool(['yosys']) !== undefined) {
      console.log('skipped: yosys not found')
      continue
    }
    const yosys = openYosys({ engine })
    const start = performance.now()
    await synthesize(emitted, { yosys })
    table.push([engine, yosys.version, seconds(performance.now() - start)])
    yosys.close()
  }
  console.log('\nSynthesis to generic gates')
  console.log(table.toString())
}

function timed<T>(work: () => T): [T, number] {
  const start = performance.now()
  const result = work()
  return [result, performance.now() - start]
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2)
}

await main()
