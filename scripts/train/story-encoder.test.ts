import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openTokenizer } from '../../src/checkpoint/index.js'
import { bundledModel } from '../../src/flow/chip/bundled-model.js'
import { prose, questions, tellStories } from './stories/tell-story.js'
import { storyEncoder } from './story-encoder.js'
import { vocabularyOf } from './tokenizer-json.js'

const file = join(dirname(bundledModel()), 'tokenizer.json')
const encode = storyEncoder(vocabularyOf(readFileSync(file, 'utf8')))

test("stories become the bundled tokenizer's tokens", async () => {
  const tokenizer = await openTokenizer(file)
  for (const story of [prose, questions].flatMap((manner) => tellStories(3, 10, manner))) {
    expect(encode(story), story).toEqual(tokenizer.encode(story))
  }
})

test('questions are written in tokens that prose has trained', () => {
  const countOf = new Map<number, number>()
  for (const token of tellStories(1, 3_000, prose).flatMap(encode)) {
    countOf.set(token, (countOf.get(token) ?? 0) + 1)
  }
  for (const token of new Set(tellStories(2, 1_000, questions).flatMap(encode))) {
    expect(countOf.get(token) ?? 0, `token ${token}`).toBeGreaterThan(60)
  }
})
