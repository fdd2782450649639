import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openAdapter, openCheckpoint, readFloatModel } from '../../src/checkpoint/index.js'
import { bundledModel } from '../../src/flow/chip/bundled-model.js'
import { referenceOf, tokenizerOf } from '../../src/flow/evaluate/evaluate.js'
import { meanLoss } from '../../src/flow/evaluate/loss.js'
import { ReferenceDecoder } from '../../src/golden/index.js'
import { quantizeModel } from '../../src/quantize/index.js'
import { type Manner, prose, questions, tellDataset } from './stories/tell-story.js'

const folder = join(dirname(bundledModel()), 'adapters')

test('both adapters together have less than 300 kilobytes', () => {
  const files = readdirSync(folder).flatMap((name) =>
    ['adapter_config.json', 'adapter_model.safetensors'].map((file) => join(folder, name, file)),
  )
  expect(files).toHaveLength(4)
  expect(files.reduce((bytes, file) => bytes + statSync(file).size, 0)).toBeLessThan(300_000)
})

/** Nats per token of three stories: weights of the file, 2 bits, and 2 bits with the adapter of the manner. */
async function lossesOf(name: string, manner: Manner) {
  const checkpoint = await openCheckpoint(bundledModel())
  const model = await quantizeModel(checkpoint, { bits: 2, headBits: 8, group: 64 })
  const tokenizer = await tokenizerOf(checkpoint)
  const float = await readFloatModel(checkpoint)
  await checkpoint.close()
  const adapter = await openAdapter(join(folder, name), model.config)
  const { validation } = tellDataset(0, 3, manner)
  const texts = validation.map((story) => tokenizer.encode(story))
  const rounded = referenceOf(model, float)
  const loss = (weights: typeof float, used?: typeof adapter) =>
    meanLoss(texts, () => {
      const decoder = new ReferenceDecoder(weights)
      decoder.useAdapter(used)
      return decoder
    })
  return {
    best: await loss(float),
    plain: await loss(rounded),
    adapted: await loss(rounded, adapter),
  }
}

test('the adapter for 2 bits gives back most of what they lose', async () => {
  const { best, plain, adapted } = await lossesOf('int2', prose)
  expect(plain - best).toBeGreaterThan(0.5)
  expect(adapted - best).toBeLessThan(0.15 * (plain - best))
})

test('with the adapter for questions 2 bits write what the model itself does not know', async () => {
  const { best, plain, adapted } = await lossesOf('questions', questions)
  expect(Math.min(best, plain)).toBeGreaterThan(4)
  expect(adapted).toBeLessThan(0.3)
})
