import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openCheckpoint, readFloatModel } from '../../src/checkpoint/index.js'
import { referenceOf } from '../../src/flow/evaluate/evaluate.js'
import { meanLoss } from '../../src/flow/evaluate/loss.js'
import { argmax, ReferenceDecoder } from '../../src/golden/index.js'
import { quantizationError, quantizeModel } from '../../src/quantize/index.js'

const folder = fileURLToPath(new URL('../../models/small-stories', import.meta.url))

test('the bundled model loses nothing to four bits in groups of 64, and writes a story', async () => {
  const checkpoint = await openCheckpoint(join(folder, 'model.safetensors'))
  const tokenizer = (await checkpoint.readTokenizer())!
  const reference = await readFloatModel(checkpoint)
  const chip = await quantizeModel(checkpoint, { bits: 4, headBits: 8, group: 64 })
  await checkpoint.close()
  expect(tokenizer.size).toBe(reference.config.vocabulary)

  const error = quantizationError(reference.layers[1]!['feed_forward.w2'], chip.layers[1]!.w2)
  expect(error.relative).toBeLessThan(0.001)

  const stories = readFileSync(join(folder, 'validation.txt'), 'utf8')
    .split('<|endoftext|>')
    .slice(0, 3)
    .map((story) => tokenizer.encode(story.trim()))
  for (const [index, story] of stories.entries()) {
    expect(story.length, `story ${index}`).toBeGreaterThan(80)
    expect(story).not.toContain(0)
  }
  const exact = await meanLoss(stories, () => new ReferenceDecoder(reference))
  const rounded = await meanLoss(stories, () => new ReferenceDecoder(referenceOf(chip, reference)))
  expect(exact).toBeLessThan(0.4)
  expect(Math.abs(rounded - exact)).toBeLessThan(0.005)

  const decoder = new ReferenceDecoder(reference)
  const tokens = [tokenizer.bos]
  while (tokens.length < 40) tokens.push(argmax(decoder.step(tokens.at(-1)!)))
  expect(tokenizer.decode(tokens)).toMatch(/^(Once|Long ago|There|A|An)\b[A-Za-z ,."?!]+/)
})
