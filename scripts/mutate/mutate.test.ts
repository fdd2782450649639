import { expect, test } from 'vitest'
import { buildCase } from '../random-chips/check-chip.js'
import { checkMutant, chipDifference } from './check-mutant.js'
import { mutatedAdapterChip, mutatedChip } from './chip.js'
import { flippedRom, logicMutants } from './mutants.js'

const chip = buildCase(mutatedChip)
const adapterChip = buildCase(mutatedAdapterChip)

function moduleOf(name: RegExp, { design } = chip) {
  const module = design.modules.find((candidate) => name.test(candidate.name))
  if (module === undefined) throw new Error(`no module is like ${name}`)
  return module
}

test('the chips themselves show no difference', () => {
  expect(chipDifference(mutatedChip, chip, chip.design.top)).toBeUndefined()
  expect(chipDifference(mutatedAdapterChip, adapterChip, adapterChip.design.top)).toBeUndefined()
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
  ['a bank of memory', /^adapter_a_array/, /load-ports\.ts/, /^the arms/],
  ['the size of a slot', /^vector_row/, /load-ports\.ts/, /^140 becomes/],
  ["a word's part", /^adapter_a_unit/, /adapter-memory\.ts/, /^shift/],
  ['an operand of B', /^adapter_b_lane/, /b-lane\.ts/, /^bits from 0/],
  ['the rounding of a delta', /^scale_e5m10_i22/, /round\.ts/, /^add becomes/],
  ['the choice of a result with delta', /^vector_unit/, /deltas\.ts/, /^the arms/],
  ['the projection of a vector A x', /^vector_row/, /delta-control\.ts/, /^2 becomes/],
  ['the address of B', /^vector_row/, /delta-control\.ts/, /^1 becomes/],
  ['a lane of A x', /^adapter_rank_vectors/, /rank-vectors\.ts/, /^bits from 32/],
  ['the slot of a token', /^adapter_slot_choice/, /slot-choice\.ts/, /^eq becomes/],
  ["the check of a frame's header", /^adapter_loader/, /adapter-loader\.ts/, /^the arms/],
] as const)('adapters: %s flipped is found', (_, name, file, what) => {
  const mutant = logicMutants(moduleOf(name, adapterChip)).find(
    (candidate) => what.test(candidate.what) && file.test(candidate.place.line?.file ?? ''),
  )
  expect(mutant).toBeDefined()
  expect(checkMutant(mutatedAdapterChip, adapterChip, mutant!).found).toBeDefined()
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
