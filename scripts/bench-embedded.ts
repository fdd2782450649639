import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { hUnit, hUnitParameters } from '../generators/h-unit/index.js'
import { tokenStimulus } from '../generators/h-unit/testing/token-stimulus.js'
import { lUnitBench } from '../generators/l-unit/index.js'
import { pipelineBench } from '../generators/testing/pipeline-bench.js'
import { openCheckpoint } from '../src/checkpoint/index.js'
import { Random } from '../src/common/random.js'
import { missingTool } from '../src/common/tools.js'
import { parseChipConfig } from '../src/compiler/chip-config.js'
import { type EmittedPort, emitDesign } from '../src/emit/index.js'
import { buildChip } from '../src/flow/chip/build-chip.js'
import { bundledModel } from '../src/flow/chip/bundled-model.js'
import { type Design, elaborate, type ModuleDefinition } from '../src/hdl/index.js'
import { quantizeModel } from '../src/quantize/index.js'
import { openEmbedded } from '../src/sim/embedded/index.js'
import {
  controlDesign,
  memoryDesign,
  wideDesign,
} from '../src/sim/embedded/testing/stress-designs.js'
import type { Engine } from '../src/sim/index.js'
import { VectorLayout } from '../src/sim/testbench/vector-layout.js'
import { buildVerilator, openVerilator } from '../src/sim/verilator/index.js'
import type { CliffRow } from './bench-report.js'

const seed = 1
const haveVerilator = missingTool(['verilator', 'g++']) === undefined

interface Measured {
  readonly openSeconds: number
  readonly cyclesPerSecond: number
  readonly hash: string
  readonly waveformBytes: number
}

const attention = hUnitParameters({
  vectorLanes: 8,
  heads: 8,
  kvHeads: 4,
  headSize: 8,
  layers: 5,
  positions: 512,
})

/** Input records of so many cycles. */
type Stimulus = (ports: readonly EmittedPort[], cycles: number) => Uint32Array

/** Designs in which a compiled simulator could fall off a cliff; `traced` ones also with a waveform. */
const benches: readonly {
  readonly name: string
  readonly traced?: boolean
  readonly make: () => ModuleDefinition | Promise<ModuleDefinition>
  /** Random values at every input by default. */
  readonly stimulus?: Stimulus
}[] = [
  { name: '8 L-Units x 16 lanes', traced: true, make: () => lUnitBench(8, 16) },
  { name: '64 state machines, all different', traced: true, make: () => controlDesign(64) },
  { name: '16 stages of 512 bits', traced: true, make: () => wideDesign(512, 16) },
  { name: '4 memories of 1 MiB', make: () => memoryDesign(4, 65536) },
  { name: '1 float pipeline', make: () => pipelineBench(1) },
  { name: '32 float pipelines', traced: true, make: () => pipelineBench(32) },
  {
    name: 'H-Unit, 4 of 8 heads',
    make: () => hUnit(attention),
    stimulus: (ports, cycles) => tokenStimulus(attention, ports, cycles, new Random(seed)).records,
  },
  { name: 'the whole chip of the bundled model', make: bundledChip, stimulus: promptStimulus },
]

async function bundledChip(): Promise<ModuleDefinition> {
  const config = parseChipConfig({ rom: 'table' })
  const checkpoint = await openCheckpoint(bundledModel())
  try {
    return buildChip(config, await quantizeModel(checkpoint, config)).definition
  } finally {
    await checkpoint.close()
  }
}

/** One random prompt after the other, without end; every answer is taken. */
function promptStimulus(ports: readonly EmittedPort[], cycles: number): Uint32Array {
  const layout = new VectorLayout(ports)
  const random = new Random(seed)
  const records = new Uint32Array(cycles * layout.inputWords)
  const values: Readonly<Record<string, () => bigint>> = {
    rst_ni: () => 1n,
    s_axis_prompt_tvalid: () => 1n,
    s_axis_prompt_tdata: () => random.bits(8),
    s_axis_prompt_tlast: () => BigInt(random.integer(0, 7) === 0),
    m_axis_token_tready: () => 1n,
  }
  for (const [number, { name }] of ports.entries()) {
    const value = values[name]
    if (value === undefined) continue
    for (let cycle = 0; cycle < cycles; cycle++) layout.set(records, cycle, number, value())
  }
  return records
}

/**
 * The speed of the embedded engine beside Verilator's in the same run with the same stimulus; without Verilator the
 * embedded engine alone.
 *
 * @param only part of the name of the designs to run; all by default
 * @throws Error when the engines differ
 */
export async function measureCliffs(only = ''): Promise<CliffRow[]> {
  const rows: CliffRow[] = []
  const folder = mkdtempSync(join(tmpdir(), 'romulus-bench-'))
  try {
    for (const { name, traced = false, make, stimulus = randomInputs } of benches) {
      if (!name.includes(only)) continue
      const design = elaborate(await make())
      for (const waveform of traced ? (['none', 'vcd'] as const) : (['none'] as const)) {
        const file = waveform === 'vcd' ? join(folder, 'bench.vcd') : undefined
        const native = haveVerilator ? await measureVerilator(design, stimulus, file) : undefined
        const own = measureEmbedded(design, stimulus, file)
        if (native !== undefined && native.hash !== own.hash) {
          throw new Error(`the engines differ on ${name} (seed ${seed})`)
        }
        const common = { design: name, nets: design.flat.nets.length, waveform }
        const { hash: _, ...embedded } = own
        rows.push({ ...common, engine: 'embedded', ...embedded })
        if (native === undefined) continue
        const { hash: __, ...verilator } = native
        rows.push({ ...common, engine: 'verilator', ...verilator })
      }
    }
    return rows
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The rows as a table, each embedded engine against Verilator. */
export function cliffTable(rows: readonly CliffRow[]): string {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['design', 'nets', 'waveform', 'engine', 'open s', 'cycles/s', 'against Verilator', 'MB'],
  })
  for (const row of rows) {
    const verilator = rows.find(
      ({ design, waveform, engine }) =>
        design === row.design && waveform === row.waveform && engine === 'verilator',
    )
    table.push([
      row.design,
      row.nets.toLocaleString('en'),
      row.waveform === 'vcd' ? 'VCD' : 'none',
      row.engine === 'verilator' ? 'verilator -O3' : row.engine,
      row.openSeconds.toFixed(2),
      Math.round(row.cyclesPerSecond).toLocaleString('en'),
      verilator === undefined ? '' : (row.cyclesPerSecond / verilator.cyclesPerSecond).toFixed(2),
      row.waveform === 'vcd' ? (row.waveformBytes / 1e6).toFixed(0) : '',
    ])
  }
  return table.toString()
}

function measureEmbedded(design: Design, stimulus: Stimulus, file: string | undefined): Measured {
  const flat = design.flat
  const start = performance.now()
  const engine = openEmbedded(flat, file === undefined ? {} : { waves: { file } })
  return measure(engine, start, stimulus, file)
}

async function measureVerilator(
  design: Design,
  stimulus: Stimulus,
  file: string | undefined,
): Promise<Measured> {
  const start = performance.now()
  const executable = await buildVerilator(emitDesign(design), {
    verilatorFlags: ['-O3', '--x-assign', 'fast'],
    compilerFlags: ['-O3', '-march=native'],
    ...(file === undefined ? {} : { waves: 'vcd' as const }),
  })
  const engine = openVerilator(executable, file === undefined ? {} : { waves: { file } })
  return measure(engine, start, stimulus, file)
}

/**
 * Batches of the stimulus until a second has passed: the best batch counts, with a waveform all of them
 * up to the end of the file.
 */
function measure(
  engine: Engine,
  start: number,
  stimulusOf: Stimulus,
  file: string | undefined,
): Measured {
  const traced = file !== undefined
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const cycles = traced ? 1000 : 10_000
  const stimulus = stimulusOf(engine.ports, cycles)
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
  const waveformBytes = traced ? statSync(file).size : 0
  return { openSeconds, cyclesPerSecond: best, hash: hash.digest('hex'), waveformBytes }
}

function randomInputs(ports: readonly EmittedPort[], cycles: number): Uint32Array {
  const layout = new VectorLayout(ports)
  const random = new Random(seed)
  const records = new Uint32Array(cycles * layout.inputWords)
  for (const [number, port] of ports.entries()) {
    if (port.direction !== 'input' || port.role === 'clock') continue
    for (let cycle = 0; cycle < cycles; cycle++) {
      const value = port.role === 'reset' ? 1n : random.bits(port.width)
      layout.set(records, cycle, number, value)
    }
  }
  return records
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(cliffTable(await measureCliffs(process.argv[2])))
