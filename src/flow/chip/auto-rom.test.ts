import { afterAll, describe, expect, test } from 'vitest'
import { nativeSuite } from '../../common/tools.js'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { emitDesign } from '../../emit/index.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { elaborate } from '../../hdl/index.js'
import { openChip } from '../../host/index.js'
import { type EngineName, openEngine } from '../../sim/index.js'
import { openYosys } from '../../synth/index.js'
import { lintDesign } from '../lint.js'
import { silent } from '../progress.js'
import { choiceTools, chooseRoms } from '../rom-choice/choose-roms.js'
import { autoRequest } from '../rom-choice/rom-request.js'
import { finishChip, prepareChip } from './build-chip.js'
import { chipBanks } from './chip-banks.js'
import { loadStructure } from './chip-steps.js'
import { generateChip } from './index.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const yosys = openYosys()
afterAll(() => yosys.close())

const config = parseChipConfig({ group: 32, lanes: 8, lUnits: 2, rom: 'auto' })
const model = smallModel(config, { ...smallConfig, layers: 1 })
const prepared = prepareChip(config, model)
const banks = chipBanks(prepared.contents)
const { policy, choices } = await chooseRoms(
  banks,
  autoRequest(config)!,
  choiceTools('wasm'),
  silent,
)
const built = finishChip(config, prepared, policy)
const design = elaborate(built.definition)
const emitted = emitDesign(design)

test('every ROM of the chip has the policy that was chosen for its contents', () => {
  const names = banks.map(({ name }) => name)
  expect(names).toEqual([
    ...[0, 1].flatMap((unit) => [`codes of L-Unit ${unit}`, `scales of L-Unit ${unit}`]),
    'codes of the embedding',
    'scales of the embedding',
    'weights of the norms',
    'rotations',
  ])
  const policyOf = new Map(choices.roms.map(({ hash, policy: name }) => [hash, name]))
  expect(new Set(policyOf.values()).size).toBeGreaterThan(1)
  const forms = emitted.modules.flatMap(({ roms }) => roms).filter(({ hash }) => policyOf.has(hash))
  expect(new Set(forms.map(({ hash }) => hash))).toEqual(new Set(policyOf.keys()))
  for (const { hash, form } of forms) expect(form).toBe(policyOf.get(hash))
})

const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['embedded', { title: 'the embedded engine', skip: false }],
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
]

for (const [engine, suite] of engines) {
  describe.skipIf(suite.skip)(suite.title, () => {
    test('the chip of mixed policies writes the golden tokens and logits, as scheduled', async () => {
      const { shape, schedule } = built
      const chip = await openEngine(design, { engine, emitted })
      const golden = new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: 'int8' })
      const [first, second] = [1, 4]
      golden.step(first)
      let token = second
      let given = 0
      const answers = openChip(chip).generate([first, second], { maxTokens: 3, logits: true })
      for (const answer of answers) {
        const logits = golden.step(token)
        token = argmax(logits)
        expect(answer).toMatchObject({ token, logits })
        expect(answer.cycles).toBe(tokenCycles(schedule, answer.position))
        given++
      }
      expect(given).toBe(3)
      chip.close()
    }, 300_000)
  })
}

test('the chip of mixed policies is silent in all linters', async () => {
  const results = await lintDesign(emitted, yosys)
  expect(results.flatMap(({ messages }) => messages)).toEqual([])
  expect(results.every(({ clean }) => clean)).toBe(true)
}, 300_000)

test('a chip without weights has macros, and nothing is chosen', async () => {
  const settings = { shape: 'llama-3.2-3b', lUnits: 64, rom: 'auto', kv: { length: 16 } } as const
  const chip = await loadStructure(parseChipConfig(settings), settings.shape, silent)
  expect(chip.roms).toBeUndefined()
  const forms = chip.emitted.modules
    .filter(({ name }) => /^(l_unit_b|norm_pipe|head_pipe)/.test(name))
    .flatMap(({ roms }) => roms.map(({ form }) => form))
  expect(forms).toEqual(Array(6).fill('macro'))
}, 120_000)

test('a program chooses by the same settings', async () => {
  const settings = { lUnits: 8, lanes: 16, rom: 'auto' } as const
  const { roms, lUnit } = await generateChip(settings)
  expect(roms!.roms.map(({ hash }) => hash)).toHaveLength(2 * 8 + 4)
  expect(lUnit.rom.kind === 'chosen' && lUnit.rom.policies.size).toBe(2 * 8 + 4)
  await expect(generateChip({ ...settings, romLevels: 3 })).rejects.toThrow(
    /^--rom-levels: no construction of codes of L-Unit 0 .* has a longest path of 3 gates/,
  )
})
