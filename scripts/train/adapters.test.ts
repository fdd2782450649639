import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAdapter, openCheckpoint, readFloatModel } from '../../src/checkpoint/index.js'
import { bundledModel } from '../../src/flow/chip/bundled-model.js'
import { referenceOf, tokenizerOf } from '../../src/flow/evaluate/evaluate.js'
import { meanLoss } from '../../src/flow/evaluate/loss.js'
import { ReferenceDecoder } from '../../src/golden/index.js'
import { quantizeModel } from '../../src/quantize/index.js'
import { prose, tellDataset } from './stories/tell-story.js'

test('the adapter for 2 bits gives back most of what they lose', async () => {
  const checkpoint = await openCheckpoint(bundledModel())
  const model = await quantizeModel(checkpoint, { bits: 2, headBits: 8, group: 64 })
  const tokenizer = await tokenizerOf(checkpoint)
  const float = await readFloatModel(checkpoint)
  await checkpoint.close()
  const adapter = await openAdapter(join(bundledModel(), '..', 'adapters', 'int2'), model.config)
  const { validation } = tellDataset(0, 3, prose)
  const texts = validation.map((story) => tokenizer.encode(story))
  const rounded = referenceOf(model, float)
  const loss = (weights: typeof float, used?: typeof adapter) =>
    meanLoss(texts, () => {
      const decoder = new ReferenceDecoder(weights)
      decoder.useAdapter(used)
      return decoder
    })
  const [best, plain, adapted] = [
    await loss(float),
    await loss(rounded),
    await loss(rounded, adapter),
  ]
  expect(plain - best).toBeGreaterThan(0.5)
  expect(adapted - best).toBeLessThan(0.15 * (plain - best))
})
