import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../../src/common/random.js'
import { prose, tellDataset, tellStories, tellStory, verse } from './tell-story.js'
import { boys, girls } from './words.js'

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 })

test('a story is whole sentences without open slots', () => {
  fc.assert(
    fc.property(seed, (drawn) => {
      const story = tellStory(new Random(drawn))
      expect(story).toMatch(/^[A-Z][A-Za-z ,.?!:"]+[.?!"]$/)
      expect(story).not.toMatch(/ {2}|\ba (?:old|owl)\b|\. [a-z]/)
      expect(story.length).toBeLessThan(900)
    }),
  )
})

test('a story in verse is twelve lines, which start with capitals where sentences do', () => {
  fc.assert(
    fc.property(seed, (drawn) => {
      const lines = tellStory(new Random(drawn), verse).split('\n')
      expect(lines).toHaveLength(12)
      for (const line of lines) expect(line).toMatch(/^["A-Za-z][A-Za-z ,.?!:"]+$/)
      const story = lines.join(' ')
      expect(story).toMatch(/^[A-Z].*[.?!"]$/)
      expect(story).not.toMatch(/ {2}|\ba (?:old|owl)\b|\. [a-z]/)
    }),
  )
})

test('no story to measure with is one to train on', () => {
  const { training, validation } = tellDataset(2_000, 300, verse)
  expect(training).toEqual(tellStories(1, 2_000, verse))
  expect(validation.length).toBeGreaterThan(200)
  for (const story of validation) expect(training).not.toContain(story)
})

test.each([prose, verse])('a story names at most two people, and no girl is a boy', (manner) => {
  fc.assert(
    fc.property(seed, (drawn) => {
      const story = tellStory(new Random(drawn), manner)
      const named = [...girls, ...boys].filter((name) => new RegExp(`\\b${name}\\b`).test(story))
      expect(named.length).toBeLessThanOrEqual(2)
      for (const [, kind, name] of story.matchAll(/a (girl|boy) named (\w+)/g)) {
        expect(kind === 'girl' ? girls : boys).toContain(name)
      }
    }),
  )
})

test('equal seeds tell equal stories, and few stories are told twice', () => {
  expect(tellStories(5, 20)).toEqual(tellStories(5, 20))
  expect(new Set(tellStories(5, 500)).size).toBeGreaterThan(495)
})
