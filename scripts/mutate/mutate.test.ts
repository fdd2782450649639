import { expect, test } from 'vitest'
import { buildCase } from '../random-chips/check-chip.js'
import { checkMutant, chipDifference } from './check-mutant.js'
import { mutatedChip } from './chip.js'
import { flippedRom, logicMutants } from './mutants.js'

const chip = buildCase(mutatedChip)

function moduleOf(name: RegExp) {
  const module = chip.design.modules.find((candidate) => name.test(candidate.name))
  if (module === undefined) throw new Error(`no module is like ${name}`)
  return module
}

test('the chip itself shows no difference', () => {
  expect(chipDifference(mutatedChip, chip, chip.design.top)).toBeUndefined()
})

test.each([
  ['rounding', /^float_multiply/, /round\.ts/, /^add becomes/],
  ['an operand', /^l_unit/, /datapath\.ts/, /^(add|sub|mul) becomes/],
  ['a comparison', /^running_softmax/, /head-states\.ts/, /^eq becomes/],
  ['a choice', /^value_mixer/, /./, /^the arms/],
  ['an enable', /^align_unit/, /align-unit\.ts/, /is always 0/],
  ['a constant', /^fixed_exp2/, /exp2\.ts/, /^2 becomes/],
] as const)('%s flipped is found', (_, name, file, what) => {
  const mutant = logicMutants(moduleOf(name)).find(
    (candidate) => what.test(candidate.what) && file.test(candidate.place.line?.file ?? ''),
  )
  expect(mutant).toBeDefined()
  expect(checkMutant(mutatedChip, chip, mutant!).found).toBeDefined()
})

test.each([
  ['a schedule slot', /^controller/, 'program_rom', 0],
  ['a weight', /^l_unit/, 'code_rom', 1],
  ['a scale', /^l_unit/, 'scale_rom', 0],
  ['a norm weight', /^norm_pipe/, 'norm_rom', 22],
] as const)('a bit of %s flipped is found', (_, name, rom, bit) => {
  const mutant = flippedRom(moduleOf(name), rom, 0, bit)
  expect(checkMutant(mutatedChip, chip, mutant).found).toBe('chip')
})
