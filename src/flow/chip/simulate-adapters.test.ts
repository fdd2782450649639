import { describe, expect, test } from 'vitest'
import { simulationRows } from '../../cli/chip-table.js'
import { nativeSuite } from '../../common/tools.js'
import { emitDesign } from '../../emit/index.js'
import type { SamplingOptions } from '../../host/index.js'
import type { EngineName } from '../../sim/index.js'
import { silent } from '../progress.js'
import type { LoadedChip } from './chip-steps.js'
import { simulateChip } from './simulate-chip.js'
import type { AdapterUse } from './simulated-adapters.js'
import { adapterChip } from './testing/adapter-chip.js'
import { promptTokenizer } from './testing/prompt-tokenizer.js'

const { config, model, built, design, adapters } = adapterChip(16, 1)
const prompt = [3, 5, 7]
const tokenizer = promptTokenizer(prompt)

function simulate(
  use: AdapterUse,
  {
    engine = 'embedded' as EngineName,
    tokens = 12,
    sampling = undefined as SamplingOptions | undefined,
  } = {},
) {
  const emitted = engine === 'embedded' ? undefined : emitDesign(design)
  const chip = { ...built, design, emitted, config, model, tokenizer }
  const request = {
    prompt: '',
    tokens,
    engine,
    check: true,
    adapters: { ...use, adapters: adapters.slice(0, use.paths.length) },
    ...(sampling && { sampling }),
  }
  return simulateChip(chip as unknown as LoadedChip, request, () => {}, silent)
}

test('one adapter, from the first token on', async () => {
  const simulation = await simulate({ paths: ['a'] })
  expect(simulation).toMatchObject({ unscheduled: 0, adapter: { path: 'a', rank: 8 } })
  expect(simulation.difference).toBeUndefined()
  expect(simulation.tokens).toHaveLength(12)
})

test.each([
  [1, 'before'],
  [2, 'before'],
  [12, 'meanwhile'],
] as const)('another one from token %i on is loaded %s', async (at, loaded) => {
  const swap = { at, slot: 1 } as const
  for (const sampling of [undefined, { temperature: 2, seed: 7 }]) {
    const simulation = await simulate({ paths: ['a', 'b'], swap }, { sampling })
    expect(simulation.difference).toBeUndefined()
    expect(simulation.unscheduled).toBe(0)
    expect(simulation.adapter!.swap).toEqual({ at, path: 'b', loaded })
    const [, text] = simulationRows(simulation).find(([name]) => name === 'adapter')!
    expect(text).toContain(
      `b from token ${at} on, loaded ${loaded === 'before' ? 'before' : 'while'}`,
    )
  }
})

test('the token before has the first adapter: its swap one token earlier is another text', async () => {
  const of = async (at: number) =>
    (await simulate({ paths: ['a', 'b'], swap: { at, slot: 1 } }, { tokens: 6 })).tokens
  const [third, fourth] = [await of(3), await of(4)]
  expect(third.slice(0, 2)).toEqual(fourth.slice(0, 2))
  expect(third).not.toEqual(fourth)
})

test('none is used from a token on', async () => {
  const simulation = await simulate({ paths: ['a'], swap: { at: 4, slot: undefined } })
  expect(simulation.difference).toBeUndefined()
  expect(simulation.adapter!.swap).toEqual({ at: 4, path: null })
})

test('a swap behind the end of the cache is refused', async () => {
  const use = { paths: ['a', 'b'], swap: { at: 15, slot: 1 } } as const
  await expect(simulate(use)).rejects.toThrow(
    '--swap-at: the cache is full behind token 14 of the answer, there is no token 15',
  )
})

const engines = [
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
] as const

for (const [engine, { title, skip }] of engines) {
  describe.skipIf(skip)(title, () => {
    test('a swap has the golden tokens', { timeout: 300_000 }, async () => {
      const use = { paths: ['a', 'b'], swap: { at: 2, slot: 1 } } as const
      const simulation = await simulate(use, { engine, tokens: 3 })
      expect(simulation.difference).toBeUndefined()
      expect(simulation.unscheduled).toBe(0)
    })
  })
}
