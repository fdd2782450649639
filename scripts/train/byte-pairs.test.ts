import { expect, test } from 'vitest'
import { encodeWord, learnBytePairs, SPACE_SIGN, wordsOf } from './byte-pairs.js'

test('the most frequent pair becomes a token first, and no token crosses a word', () => {
  const { tokens, merges } = learnBytePairs(
    ['ab ab ab c', 'ab, c'],
    ['<s>'],
    ['a', 'b', 'c', ','],
    8,
  )
  expect(merges).toEqual([
    ['a', 'b'],
    [SPACE_SIGN, 'ab'],
  ])
  expect(tokens).toEqual(['<s>', SPACE_SIGN, 'a', 'b', 'c', ',', 'ab', `${SPACE_SIGN}ab`])
  expect(wordsOf('ab, c')).toEqual([`${SPACE_SIGN}ab`, ',', `${SPACE_SIGN}c`])
  expect(encodeWord(`${SPACE_SIGN}abc`, merges)).toEqual([`${SPACE_SIGN}ab`, 'c'])
})
