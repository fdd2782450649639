import { afterAll, expect, test } from 'vitest'
import type { ModelConfig } from '../../checkpoint/index.js'
import { missingTool } from '../../common/tools.js'
import { type ChipConfigInput, parseChipConfig } from '../../compiler/chip-config.js'
import { type EmittedDesign, emitDesign } from '../../emit/index.js'
import { elaborate } from '../../hdl/index.js'
import { openYosys } from '../../synth/index.js'
import { lintDesign } from '../lint.js'
import { buildChip } from './build-chip.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const yosys = openYosys()
afterAll(() => yosys.close())

/** A chip of a small model in B-ROMs. */
function smallChip(
  settings: ChipConfigInput = {},
  shape: Partial<ModelConfig> = {},
): EmittedDesign {
  const config = parseChipConfig({ group: 32, lanes: 8, lUnits: 2, rom: 'brom:4', ...settings })
  const model = smallModel(config, { ...smallConfig, ...shape })
  return emitDesign(elaborate(buildChip(config, model).definition))
}

const emitted = smallChip()
const known = new Map<string, unknown>()
const cache = {
  get: (key: string) => known.get(key),
  set: (key: string, result: unknown) => void known.set(key, result),
}
const tools = ['verilator', 'iverilog'] as const
const missing = tools.filter((tool) => missingTool([tool]) !== undefined)
const skipped = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not found)`

test(`a whole chip is silent in all linters${skipped}`, async () => {
  const progress: string[] = []
  const onProgress = (text: string) => progress.push(text)
  const results = await lintDesign(emitted, yosys, { cache, onProgress })
  expect(results.map(({ tool, messages }) => [tool, messages])).toEqual([
    ['verilator', []],
    ['iverilog', []],
    ['yosys', []],
  ])
  expect(results.every(({ clean }) => clean)).toBe(true)
  const { length } = emitted.modules
  expect(known.size).toBe(length)
  expect(progress.join('\n')).toContain(`yosys ${length} of ${length}`)
})

test.each([
  ['3 x 3', { rows: 3, columns: 3 }],
  ['2 x 5', { rows: 2, columns: 5 }],
])(
  `so is a mesh of %s${skipped}`,
  async (_, mesh) => {
    const settings = { rom: 'table', lUnits: 1, vectorLanes: 2, mesh } as const
    const results = await lintDesign(smallChip(settings, { layers: 1, hiddenDim: 5 }), yosys)
    expect(results.flatMap(({ messages }) => messages)).toEqual([])
    expect(results.every(({ clean }) => clean)).toBe(true)
  },
  300_000,
)

test(`so is one that can test its ROMs, with adapters and registers in its mesh${skipped}`, async () => {
  const mesh = { rows: 2, columns: 2, registers: 1 }
  const others = { rom: 'table', vectorLanes: 4, adapter: { rank: 8 } } as const
  const chip = smallChip({ ...others, mesh, selfTest: true }, { layers: 1, dim: 64 })
  const results = await lintDesign(chip, yosys)
  expect(results.flatMap(({ messages }) => messages)).toEqual([])
  expect(results.every(({ clean }) => clean)).toBe(true)
}, 300_000)

test('a fault in one module is found, and the others are not linted by Yosys again', async () => {
  const faulty = emitted.files.find(({ path }) => path.startsWith('l_unit_'))!
  const text = faulty.text.replace(/^ {2}assign (code_rom_any\w*) = [^;]*;/m, '')
  expect(text).not.toBe(faulty.text)
  const files = emitted.files.map((file) => (file === faulty ? { ...file, text } : file))
  const before = known.size
  const results = await lintDesign({ ...emitted, files }, yosys, { cache })
  const unclean = results.filter(({ clean }) => !clean).map(({ tool }) => tool)
  expect(unclean).toEqual([...(missing.includes('verilator') ? [] : ['verilator']), 'yosys'])
  expect(known.size).toBe(before + 1)
})
