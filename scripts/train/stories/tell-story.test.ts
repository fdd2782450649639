import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../../src/common/random.js'
import { prose, questions, tellDataset, tellStories, tellStory } from './tell-story.js'
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

test('a story in questions asks at least six of them', () => {
  fc.assert(
    fc.property(seed, (drawn) => {
      const story = tellStory(new Random(drawn), questions)
      expect(story).toMatch(/^[A-Z][A-Za-z ,.?!"]+[.?!"]$/)
      expect(story).not.toMatch(/ {2}|\ba (?:old|owl)\b|\. [a-z]/)
      expect(story.match(/\? [A-Z"]/g)!.length, story).toBeGreaterThanOrEqual(6)
      expect(story.length).toBeLessThan(900)
    }),
  )
})

test('no story to measure with is one to train on', () => {
  const { training, validation } = tellDataset(2_000, 300, questions)
  expect(training).toEqual(tellStories(1, 2_000, questions))
  expect(validation.length).toBeGreaterThan(200)
  for (const story of validation) expect(training).not.toContain(story)
})

test.each([prose, questions])(
  'a story names at most two people, and no girl is a boy',
  (manner) => {
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
  },
)

test('equal seeds tell equal stories, and few stories are told twice', () => {
  expect(tellStories(5, 20)).toEqual(tellStories(5, 20))
  expect(new Set(tellStories(5, 500)).size).toBeGreaterThan(495)
})
