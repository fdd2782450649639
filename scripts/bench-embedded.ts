import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { hUnit, hUnitParameters } from '../generators/h-unit/index.js'
import { lUnitBench } from '../generators/l-unit/index.js'
import { pipelineBench } from '../generators/testing/pipeline-bench.js'
import { Random } from '../src/common/random.js'
import { missingTool } from '../src/common/tools.js'
import { emitDesign } from '../src/emit/index.js'
import { type Design, elaborate, type ModuleDefinition } from '../src/hdl/index.js'
import { openEmbedded } from '../src/sim/embedded/index.js'
import {
  controlDesign,
  memoryDesign,
  wideDesign,
} from '../src/sim/embedded/testing/stress-designs.js'
import type { Engine, WaveOptions } from '../src/sim/index.js'
import { VectorLayout } from '../src/sim/testbench/vector-layout.js'
import { buildVerilator, openVerilator } from '../src/sim/verilator/index.js'

const seed = 1
const waveFolder = mkdtempSync(join(tmpdir(), 'romulus-bench-'))
const haveVerilator = missingTool(['verilator', 'g++']) === undefined

interface Measured {
  readonly openSeconds: number
  readonly cyclesPerSecond: number
  readonly hash: string
}

const attention = hUnitParameters({
  vectorLanes: 8,
  heads: 8,
  kvHeads: 4,
  headSize: 8,
  layers: 5,
  positions: 512,
})

/** Designs in which a compiled simulator could fall off a cliff; `traced` ones also with a waveform. */
const benches: readonly {
  readonly name: string
  readonly traced?: boolean
  readonly make: () => ModuleDefinition
}[] = [
  { name: '8 L-Units x 16 lanes', traced: true, make: () => lUnitBench(8, 16) },
  { name: '64 state machines, all different', traced: true, make: () => controlDesign(64) },
  { name: '16 stages of 512 bits', traced: true, make: () => wideDesign(512, 16) },
  { name: '4 memories of 1 MiB', make: () => memoryDesign(4, 65536) },
  { name: '1 float pipeline', make: () => pipelineBench(1) },
  { name: '32 float pipelines', traced: true, make: () => pipelineBench(32) },
  { name: 'H-Unit, 4 of 8 heads', make: () => hUnit(attention) },
]

/**
 * Prints the speed of the embedded engine beside Verilator's in the same run with the same stimulus.
 * @param only part of the name of the designs to run; all by default
 */
export async function benchCliffs(only = ''): Promise<void> {
  if (!haveVerilator) console.log('skipped: verilator not found')
  const table = new Table({
    style: { head: [], border: [] },
    head: ['design', 'nets', 'waveform', 'engine', 'open s', 'cycles/s', 'against Verilator', 'MB'],
  })
  for (const { name, traced = false, make } of benches) {
    if (!name.includes(only)) continue
    const design = elaborate(make())
    for (const withWaves of traced ? [false, true] : [false]) {
      const native = haveVerilator ? await measureVerilator(design, withWaves) : undefined
      const own = measureEmbedded(design, withWaves)
      if (native !== undefined && native.hash !== own.hash) {
        throw new Error(`the engines differ on ${name} (seed ${seed})`)
      }
      const rows: [string, Traced][] = [['embedded', own]]
      if (native !== undefined) rows.push(['verilator -O3', native])
      for (const [engine, { openSeconds, cyclesPerSecond, vcdBytes }] of rows) {
        table.push([
          name,
          design.flat.nets.length.toLocaleString('en'),
          withWaves ? 'VCD' : 'none',
          engine,
          openSeconds.toFixed(2),
          Math.round(cyclesPerSecond).toLocaleString('en'),
          native === undefined ? '' : (cyclesPerSecond / native.cyclesPerSecond).toFixed(2),
          withWaves ? (vcdBytes / 1e6).toFixed(0) : '',
        ])
      }
    }
  }
  console.log('\nWhat could fall off a cliff, one thread; the same random stimulus, equal outputs')
  console.log(table.toString())
  rmSync(waveFolder, { recursive: true })
}

type Traced = Measured & { readonly vcdBytes: number }

function measureEmbedded(design: Design, traced: boolean): Traced {
  const flat = design.flat
  const start = performance.now()
  const file = join(waveFolder, 'embedded.vcd')
  const engine = openEmbedded(flat, traced ? { waves: { file } } : {})
  return measure(engine, start, traced, file)
}

async function measureVerilator(design: Design, traced: boolean): Promise<Traced> {
  const file = join(waveFolder, 'verilator.vcd')
  const waves: WaveOptions = { file }
  const start = performance.now()
  const executable = await buildVerilator(emitDesign(design), {
    compilerFlags: ['-O3', '-march=native'],
    ...(traced ? { waves: 'vcd' as const } : {}),
  })
  const engine = openVerilator(executable, traced ? { waves } : {})
  return measure(engine, start, traced, file)
}

/**
 * Batches of random stimulus until a second has passed: the best batch counts, with a waveform all of them
 * up to the end of the file.
 */
function measure(engine: Engine, start: number, traced: boolean, file: string): Traced {
  const layout = new VectorLayout(engine.ports)
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const cycles = traced ? 1000 : 10_000
  const random = new Random(seed)
  const stimulus = new Uint32Array(cycles * layout.inputWords)
  for (const [number, port] of engine.ports.entries()) {
    if (port.direction !== 'input' || port.role === 'clock') continue
    for (let cycle = 0; cycle < cycles; cycle++) {
      const value = port.role === 'reset' ? 1n : random.bits(port.width)
      layout.set(stimulus, cycle, number, value)
    }
  }
  engine.step(clockPort, 1)
  const openSeconds = (performance.now() - start) / 1000
  const hash = createHash('sha256')
  let best = 0
  const first = performance.now()
  let batch = 0
  for (; performance.now() < first + 1000 || batch < 3; batch++) {
    const before = performance.now()
    const response = engine.runVectors({ clockPort, cycles, stimulus })
    best = Math.max(best, (1000 * cycles) / (performance.now() - before))
    if (batch < 3) hash.update(new Uint8Array(response.buffer, 0, response.byteLength))
  }
  engine.close()
  if (traced) best = (1000 * cycles * batch) / (performance.now() - first)
  const vcdBytes = traced ? statSync(file).size : 0
  return { openSeconds, cyclesPerSecond: best, hash: hash.digest('hex'), vcdBytes }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await benchCliffs(process.argv[2])
