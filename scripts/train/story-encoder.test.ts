import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openTokenizer } from '../../src/checkpoint/index.js'
import { bundledModel } from '../../src/flow/chip/bundled-model.js'
import { prose, tellStories, verse } from './stories/tell-story.js'
import { storyEncoder } from './story-encoder.js'
import { vocabularyOf } from './tokenizer-json.js'

test("stories become the bundled tokenizer's tokens", async () => {
  const file = join(dirname(bundledModel()), 'tokenizer.json')
  const tokenizer = await openTokenizer(file)
  const encode = storyEncoder(vocabularyOf(readFileSync(file, 'utf8')))
  for (const story of [prose, verse].flatMap((manner) => tellStories(3, 10, manner))) {
    expect(encode(story), story).toEqual(tokenizer.encode(story))
  }
})
