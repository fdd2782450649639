import { spawnSync } from 'node:child_process'
import { generateChip } from 'romulus/chip'
import { openSampler } from 'romulus/host'
import { expect, test } from 'vitest'
import { ChipDecoder } from '../src/golden/index.js'

const tokens = 6

test('the chip writes what is drawn from the logits of the golden model', async () => {
  const run = spawnSync('npx', ['jiti', 'examples/host.ts', String(tokens)], { encoding: 'utf8' })
  const { tokenizer, model, shape, config } = await generateChip({ rom: 'table' })
  const format = { ...shape, digitBits: shape.bits, kvFormat: config.kv.format }
  const golden = new ChipDecoder(model, format)
  const sampler = openSampler({ temperature: 0.8, topP: 0.9, seed: 1 })
  const text = tokenizer.encode('Once upon a time')
  for (const token of text.slice(0, -1)) golden.step(token)
  for (let i = 0; i < tokens; i++) text.push(sampler(golden.step(text.at(-1)!)))
  expect(run.stdout).toBe(`${tokenizer.decode(text)}\n`)
})
