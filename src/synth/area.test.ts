import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { nativeSuite } from '../common/tools.js'
import { emitDesign } from '../emit/index.js'
import { bool, defineModule, elaborate, input, output, uint } from '../hdl/index.js'
import { type AreaReport, synthesize } from './area.js'
import { correctedLiberty, osu018Path } from './liberty.js'
import { readSramTable, sramArea } from './sram-table.js'
import { openYosys } from './yosys.js'

const yosys = openYosys()
afterAll(() => yosys.close())

const accumulator = defineModule(
  'accumulator',
  { data_i: input(uint(8)), sum_o: output(uint(8)) },
  (m, { data_i, sum_o }) => {
    const sum = m.register('sum', uint(8), { reset: 0 })
    sum.next(sum.add(data_i).truncate(8))
    sum_o.assign(sum)
  },
)

const pair = defineModule(
  'pair',
  { data_i: input(uint(8)), write_i: input(bool), sum_o: output(uint(8)), word_o: output(uint(8)) },
  (m, { data_i, write_i, sum_o, word_o }) => {
    const first = m.instance('u_first', accumulator, { data_i })
    const second = m.instance('u_second', accumulator, { data_i: first.sum_o })
    sum_o.assign(second.sum_o)
    const store = m.memory('store', uint(8), { depth: 16 })
    const address = data_i.bits(3, 0)
    m.when(write_i, () => store.write(address, data_i))
    word_o.assign(store.read('word', address))
  },
)

const design = emitDesign(elaborate(pair))
const module = (report: AreaReport, name: string) =>
  report.modules.find((candidate) => candidate.name === name)!

test('a module is synthesised once and counted as often as it stands in the design', async () => {
  const report = await synthesize(design, { yosys })
  const inner = module(report, 'accumulator')
  const top = module(report, 'pair')
  expect(report.modules[0]).toBe(top)
  expect(inner.instances).toBe(2)
  expect(inner.own.flipFlops).toBe(8)
  expect(inner.own.transistors).toBeGreaterThan(8 * 28)
  expect(inner.own.nand2).toBe(inner.own.transistors / 4)
  expect(top.total.transistors).toBe(top.own.transistors + 2 * inner.own.transistors)
  expect(top.memoryBits).toBe(128)
  expect(inner.memoryBits).toBe(0)
})

test('memories are covered by the macros that take least area', async () => {
  const macros = [
    { name: 'small', words: 8, bitsPerWord: 4, area: 10 },
    { name: 'large', words: 64, bitsPerWord: 8, area: 45 },
  ]
  expect(sramArea(macros, 8, 16)).toBe(40)
  expect(sramArea(macros, 8, 17)).toBe(45)
  const report = await synthesize(design, { yosys, sram: macros })
  expect(module(report, 'pair').memoryArea).toBe(40)
})

test.skipIf(!existsSync(osu018Path))(
  'osu018 of qflow-tech-osu018 gives square micrometres (skipped without the package)',
  async () => {
    const report = await synthesize(design, { yosys, liberty: [osu018Path] })
    const [inner] = module(report, 'accumulator').libraries
    expect(inner!.flipFlops).toBe(8)
    expect(inner!.squareMicrometres).toBeGreaterThan(8 * 96)
    const [top] = module(report, 'pair').libraries
    expect(top!.squareMicrometres).toBe(2 * inner!.squareMicrometres)
  },
)

test('the areas of osu018 that contradict its layout are corrected', () => {
  const library =
    'cell (OAI21X1) { area : 23; } cell (LATCH) { area : 0; } cell (INVX1) { area : 16; }'
  expect(correctedLiberty(osu018Path, library)).toBe(
    'cell (OAI21X1) { area : 32; } cell (LATCH) { area : 56; } cell (INVX1) { area : 16; }',
  )
  expect(correctedLiberty('other.lib', library)).toBe(library)
})

const shared = process.env.ROMULUS_SHARED
test.skipIf(shared === undefined)(
  'the SRAM table of the shared folder has its families (skipped: ROMULUS_SHARED not set)',
  () => {
    const file = join(shared!, 'sram', 'areas.tsv')
    expect(readSramTable(file, 'ihp-sg13g2').length).toBeGreaterThan(10)
    expect(() => readSramTable(file, 'tsmc7')).toThrow(/tsmc7: has no macros .*sky130/)
  },
)

const native = nativeSuite('WebAssembly and native Yosys', ['yosys'])
test.skipIf(native.skip)(
  `${native.title} agree: whole synthesis when versions do, else the word-level cells`,
  async () => {
    const other = openYosys({ engine: 'native' })
    if (other.version === yosys.version.split('.').slice(0, 2).join('.')) {
      const [a, b] = [
        await synthesize(design, { yosys }),
        await synthesize(design, { yosys: other }),
      ]
      expect(a.modules).toEqual(b.modules)
      return
    }
    const files = Object.fromEntries(design.files.map(({ path, text }) => [path, text]))
    const script = [
      ...design.files.map(({ path }) => `read_verilog -sv ${path}`),
      `hierarchy -check -top ${design.top}`,
      'proc',
      'opt_clean',
      'tee -q -o add.txt select -count t:$add',
      'tee -q -o dff.txt select -count t:$adff',
    ]
    const outputs = ['add.txt', 'dff.txt']
    const counts = async (session: typeof yosys) =>
      (await session.run(script, files, { outputs })).files
    const wasm = await counts(yosys)
    expect(wasm['add.txt']).toMatch(/^[1-9]\d* objects/m)
    expect(await counts(other)).toEqual(wasm)
  },
)
