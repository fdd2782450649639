import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChipConfigInput } from '../../src/compiler/chip-config.js'
import { buildCase, checkCase } from './check-chip.js'
import { type ChipCase, chipCases } from './chip-case.js'
import { smallAdapters, smallChip } from './small-chip.js'

const shapes = 20
const seed = 20260411
const minutes = 60_000

function expectGolden(given: ChipCase): void {
  const { difference, tokens } = checkCase(given, buildCase(given))
  expect(difference).toBeUndefined()
  expect(tokens).toBeGreaterThan(0)
}

test(
  `${shapes} random chips give the golden logits and tokens in the scheduled cycles (seed ${seed})`,
  () => fc.assert(fc.property(chipCases, expectGolden), { seed, numRuns: shapes }),
  10 * minutes,
)

test.each([
  ['an 8-bit head on 2-bit lanes', { bits: 2, headBits: 8 }],
  ['ternary weights', { bits: 'ternary', headBits: 'ternary' }],
  ['an 8-bit head on ternary lanes', { bits: 'ternary', headBits: 8 }],
  ['every vector shorter than a group', { group: 128, lanes: 16 }],
  ['one L-Unit and eight vector lanes', { lUnits: 1, vectorLanes: 8 }],
  ['three L-Units and four vector lanes', { lUnits: 3, vectorLanes: 4 }],
  ['fifteen L-Units and two vector lanes', { mesh: { rows: 3 }, lUnits: 5, vectorLanes: 2 }],
  ['sixteen L-Units and two vector lanes', { mesh: { rows: 2 }, lUnits: 8, vectorLanes: 2 }],
] satisfies [string, ChipConfigInput][])(
  'the golden logits and tokens in the scheduled cycles: %s',
  (_, settings) => expectGolden({ ...smallChip, settings: { ...smallChip.settings, ...settings } }),
  minutes,
)

test.each([
  ['of rank 32 on all lanes', { adapter: { rank: 32, units: 16 }, lanes: 32 }, 0],
  [
    'in ticks of one beat on one lane',
    { adapter: { rank: 64, units: 2 }, vectorLanes: 2, lanes: 1 },
    0,
  ],
  ['with scales below the normal numbers of binary16', { adapter: { rank: 8 } }, -18],
] satisfies [string, ChipConfigInput, number][])(
  'the golden logits and tokens in the scheduled cycles: adapters %s',
  (_, settings, size) => {
    const [first, second] = smallAdapters
    const adapters = [
      { ...first, sizes: [0, size] },
      { ...second, sizes: [size, 0] },
    ] as const
    expectGolden({ ...smallChip, settings: { ...smallChip.settings, ...settings }, adapters })
  },
  minutes,
)
