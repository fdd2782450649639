import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lUnitBench } from '../../../../generators/l-unit/index.js'
import { Random } from '../../../common/random.js'
import { bool, defineModule, elaborate, input, output, uint } from '../../../hdl/index.js'
import type { WaveOptions } from '../../engine.js'
import { Simulation } from '../../testbench/simulation.js'
import { VectorLayout } from '../../testbench/vector-layout.js'
import { openEmbedded } from '../embedded-engine.js'
import { controlDesign, memoryDesign, wideDesign } from '../testing/stress-designs.js'

const folder = mkdtempSync(join(tmpdir(), 'romulus-waves-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const counter = defineModule(
  'counter',
  { enable_i: input(bool), count_o: output(uint(3)) },
  (m, { enable_i, count_o }) => {
    const count = m.register('count', uint(3), { reset: 0 })
    m.when(enable_i, () => count.next(count.add(1).truncate(3)))
    count_o.assign(count)
  },
)

const top = defineModule('top', { count_o: output(uint(3)) }, (m, { count_o }) => {
  count_o.assign(m.instance('u_counter', counter, { enable_i: true }).count_o)
})

function wave(options: Partial<WaveOptions>, cycles: number): string {
  const file = join(folder, 'wave.vcd')
  const engine = openEmbedded(elaborate(top).flat, { waves: { file, ...options } })
  const simulation = new Simulation(engine, top.ports, { seed: 1 })
  simulation.reset()
  simulation.step(cycles)
  simulation.close()
  return readFileSync(file, 'utf8')
}

test('registers change with the rising clock, in the scopes of the hierarchy', () => {
  expect(wave({}, 2)).toMatchInlineSnapshot(`
    "$timescale 1ns $end
    $scope module top $end
    $var wire 1 ! clk_i $end
    $var wire 1 " rst_ni $end
    $var wire 3 # count_o [2:0] $end
    $scope module u_counter $end
    $var wire 1 ! clk_i $end
    $var wire 1 " rst_ni $end
    $var wire 1 $ enable_i $end
    $var wire 3 # count_o [2:0] $end
    $var wire 3 # count [2:0] $end
    $upscope $end
    $upscope $end
    $enddefinitions $end
    #0
    0!
    0"
    b0 #
    1$
    #5
    1!
    #10
    0!
    #15
    1!
    #20
    0!
    1"
    #25
    1!
    b1 #
    #30
    0!
    #35
    1!
    b10 #
    #40
    0!
    "
  `)
})

test('scope and depth choose the signals', () => {
  expect(wave({ depth: 1 }, 1)).not.toContain('u_counter')
  expect(wave({ scope: 'u_counter' }, 1)).not.toMatch(/\$scope module top \$end\n\$var/)
  expect(() => wave({ scope: 'u_nothing' }, 1)).toThrow(/u_nothing: has no signals/)
  expect(() => wave({ format: 'fst' }, 1)).toThrow(/writes VCD/)
})

test('a traced batch gives the results of an untraced one', () => {
  const run = (waves?: WaveOptions) => {
    const engine = openEmbedded(elaborate(top).flat, waves === undefined ? {} : { waves })
    const simulation = new Simulation(engine, top.ports, { seed: 1 })
    const result = simulation.run({}, 20)
    const values = Array.from({ length: 20 }, (_, cycle) => result.at('count_o', cycle))
    simulation.close()
    return values
  }
  expect(run({ file: join(folder, 'batch.vcd') })).toEqual(run())
  expect(run()).toEqual(Array.from({ length: 20 }, (_, cycle) => cycle % 8))
})

test('constants are what they are, at ports, by name and in waveforms', () => {
  const fixed = defineModule('fixed', { y_o: output(uint(7)) }, (m, { y_o }) => {
    y_o.assign(m.let('y', uint(7).literal(93)))
  })
  const engine = openEmbedded(elaborate(fixed).flat)
  expect(engine.peek(0)).toBe(93n)
  expect(engine.peekSignal('y')).toBe(93n)
})

/** Values of every variable after every time of a VCD file. */
function readVcd(text: string): { paths: Map<string, string>; times: Map<string, bigint>[] } {
  const paths = new Map<string, string>()
  const scopes: string[] = []
  const values = new Map<string, bigint>()
  const times: Map<string, bigint>[] = []
  for (const line of text.split('\n')) {
    const [first, second, , identifier, name] = line.split(' ')
    if (first === '$scope') scopes.push(line.split(' ')[2]!)
    else if (first === '$upscope') scopes.pop()
    else if (first === '$var') paths.set([...scopes.slice(1), name].join('.'), identifier!)
    else if (first!.startsWith('b')) values.set(second!, BigInt(`0${first}`))
    else if (/^[01]/.test(first!)) values.set(first!.slice(1), BigInt(first![0]!))
    else if (first!.startsWith('#')) times.push(new Map())
    if (times.length > 0) for (const [id, value] of values) times.at(-1)!.set(id, value)
  }
  return { paths, times }
}

test.each([
  ['state machines', () => controlDesign(3)],
  ['wide values', () => wideDesign(160, 2)],
  ['memories', () => memoryDesign(1, 16)],
  ['lanes', () => lUnitBench(4, 4)],
])('a waveform of %s shows what the signals are, in batches and steps', (_, make) => {
  const { flat } = elaborate(make())
  const file = join(folder, 'random.vcd')
  const traced = openEmbedded(flat, { waves: { file } })
  const plain = openEmbedded(flat)
  const layout = new VectorLayout(plain.ports)
  const clockPort = plain.ports.findIndex(({ role }) => role === 'clock')
  const random = new Random(1)
  const cycles = 12
  const stimulus = new Uint32Array(cycles * layout.inputWords)
  for (let cycle = 0; cycle < cycles; cycle++) {
    plain.ports.forEach(({ direction, role, width }, port) => {
      if (direction === 'output' || role === 'clock') return
      const value = role === 'reset' ? BigInt(cycle > 0) : random.bits(width)
      layout.set(stimulus, cycle, port, value)
    })
  }
  traced.runVectors({ clockPort, cycles, stimulus })
  traced.step(clockPort, 3)
  traced.close()
  const { paths, times } = readVcd(readFileSync(file, 'utf8'))
  const signals = flat.signals.filter(({ net }) => flat.inputs[clockPort]!.net !== net)
  const compare = (time: number) => {
    for (const { path } of signals) {
      expect(times[time]!.get(paths.get(path)!), `${path} at ${5 * time} ns`).toBe(
        plain.peekSignal(path),
      )
    }
  }
  for (let cycle = 0; cycle < cycles + 3; cycle++) {
    plain.ports.forEach(({ direction, role }, port) => {
      if (direction === 'output' || role === 'clock' || cycle >= cycles) return
      plain.poke(port, layout.input(stimulus, cycle, port))
    })
    compare(2 * cycle)
    plain.step(clockPort, 1)
    compare(2 * cycle + 1)
  }
})
