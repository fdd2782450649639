import { describe, expect, test } from 'vitest'
import type { Projection } from '../../checkpoint/index.js'
import { Random } from '../../common/random.js'
import type { FlatDesign } from '../../hdl/index.js'
import { projectionMatrix } from '../../quantize/index.js'
import { silent } from '../progress.js'
import type { LoadedChip } from './chip-steps.js'
import { storedBit } from './divergence/testing/adapter-bits.js'
import { flipStoredBit } from './divergence/testing/faults.js'
import { simulateChip } from './simulate-chip.js'
import type { AdapterUse } from './simulated-adapters.js'
import { adapterChip } from './testing/adapter-chip.js'
import { promptTokenizer } from './testing/prompt-tokenizer.js'

const chip = adapterChip(16, 1)
const prompt = [3, 5]
const seed = 17
/** Rank of the chip's adapters: their rows and columns beyond it are filled up. */
const randomAdapterRank = 3
const random = new Random(seed)

/** What `simulate --check` says of the chip with a fault. */
async function check(flat: FlatDesign, use: Omit<AdapterUse, 'paths'>) {
  const tokenizer = promptTokenizer(prompt)
  const { built, config, model, adapters } = chip
  const faulty = { ...built, design: { flat }, config, model, tokenizer }
  const request = {
    prompt: '',
    tokens: 3,
    engine: 'embedded',
    check: true,
    adapters: { paths: ['a', 'b'], ...use, adapters: adapters.slice(0, 2) },
  } as const
  return simulateChip(faulty as unknown as LoadedChip, request, () => {}, silent)
}

type Region = readonly ['a' | 'b', 'codes' | 'scales']
const regions: readonly Region[] = [
  ['a', 'codes'],
  ['a', 'scales'],
  ['b', 'codes'],
  ['b', 'scales'],
]

/** An upper bit of a random number in a slot, by which the number is another one after every rounding. */
function randomBit([matrix, part]: Region, slot: 0 | 1) {
  const projections = Object.keys(projectionMatrix) as Projection[]
  const projection = projections[random.integer(0, projections.length - 1)]!
  const { rows, columns } = chip.adapters[slot]!.layers[0]![projection]![matrix]
  const row = random.integer(0, (matrix === 'a' ? randomAdapterRank : rows) - 1)
  const column = random.integer(0, (matrix === 'a' ? columns : randomAdapterRank) - 1)
  const bit = part === 'codes' ? random.integer(4, 7) : random.integer(7, 14)
  const number = { layer: 0, projection, matrix, row, column, part }
  const operation = `${projectionMatrix[projection]} ${matrix === 'a' ? 'a' : 'delta'}`
  return { stored: storedBit(chip, number, bit, slot), operation, element: row }
}

describe.each(regions)(`a flipped bit in the memory of %s %s (seed ${seed})`, (...region) => {
  test('of the slot in use is found at the first token', async () => {
    const { stored, ...expected } = randomBit(region, 0)
    const { difference, tokens } = await check(flipStoredBit(chip.design.flat, stored), {})
    expect(tokens).toEqual([])
    expect(difference?.divergence, JSON.stringify(stored)).toMatchObject(expected)
  })

  test('of the other slot is found at the first token that uses it', async () => {
    const { stored, ...expected } = randomBit(region, 1)
    const swap = { at: 2, slot: 1 } as const
    const { difference, tokens } = await check(flipStoredBit(chip.design.flat, stored), { swap })
    expect(tokens).toHaveLength(1)
    expect(difference?.divergence, JSON.stringify(stored)).toMatchObject(expected)
  })
})

test(`flipped bits in the memories of a slot that is not in use make no difference (seed ${seed})`, async () => {
  let { flat } = chip.design
  for (let i = 0; i < 20; i++) {
    flat = flipStoredBit(flat, randomBit(regions[i % 4]!, 1).stored)
  }
  const swap = { at: 12, slot: 1 } as const
  const { difference, tokens } = await check(flat, { swap })
  expect(difference).toBeUndefined()
  expect(tokens).toHaveLength(3)
})
