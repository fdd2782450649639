import { type BytePairVocabulary, encodeWord, wordsOf } from './byte-pairs.js'

/** Of the marks of the bundled model's vocabulary, the one that a story starts with. */
const BOS = 1

/** Encodes many texts of few words: BOS and the tokens of the words, each word encoded once. */
export function storyEncoder({ tokens, merges }: BytePairVocabulary): (text: string) => number[] {
  const numberOf = new Map(tokens.map((token, number) => [token, number]))
  const known = new Map<string, readonly number[]>()
  const encoded = (word: string) => {
    const numbers = known.get(word) ?? encodeWord(word, merges).map((piece) => numberOf.get(piece)!)
    known.set(word, numbers)
    return numbers
  }
  return (text) => [BOS, ...wordsOf(text).flatMap(encoded)]
}
