/** The space in front of a word, as SentencePiece writes it. */
export const SPACE_SIGN = '\u2581'

/** A vocabulary that byte-pair encoding has learned. */
export interface BytePairVocabulary {
  /** Texts of the tokens by number: marks, then characters, then merged pairs in the order of `merges`. */
  readonly tokens: readonly string[]
  /** The pairs that become one token, the most frequent first. */
  readonly merges: readonly (readonly [string, string])[]
}

/**
 * Learns byte-pair encoding (Sennrich, Haddow, Birch, arXiv 1508.07909) from words of a text; no token crosses from
 * one word into the next. Equal texts give equal vocabularies: of equally frequent pairs the first in the order of
 * their characters is merged.
 *
 * @param marks tokens 0, 1, ... that no text contains
 * @param characters every character that the text may have, besides the space sign
 * @param size tokens in all, or fewer when there is nothing left to merge
 */
export function learnBytePairs(
  texts: readonly string[],
  marks: readonly string[],
  characters: readonly string[],
  size: number,
): BytePairVocabulary {
  const words = countWords(texts)
  const tokens = [...marks, SPACE_SIGN, ...characters]
  const merges: (readonly [string, string])[] = []
  while (tokens.length < size) {
    const pair = mostFrequentPair(words)
    if (pair === undefined) break
    merges.push(pair)
    tokens.push(pair.join(''))
    for (const word of words) word.pieces = mergePair(word.pieces, pair)
  }
  return { tokens, merges }
}

interface Word {
  pieces: readonly string[]
  readonly count: number
}

function countWords(texts: readonly string[]): Word[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => ({ pieces: [...word], count }))
}

/** The words of a text, each with the sign of the space before it; a text starts as if after a space. */
export function wordsOf(text: string): string[] {
  return `${SPACE_SIGN}${text.replaceAll(' ', SPACE_SIGN)}`.match(WORD) ?? []
}

/** The pieces of one word after all merges, in the order in which they were learned. */
export function encodeWord(word: string, merges: BytePairVocabulary['merges']): readonly string[] {
  return merges.reduce<readonly string[]>(mergePair, [...word])
}

/** Letters with the space before them, or one other character with the space before it. */
const WORD = new RegExp(
  `${SPACE_SIGN}?[A-Za-z]+|${SPACE_SIGN}?[^A-Za-z${SPACE_SIGN}]|${SPACE_SIGN}`,
  'g',
)

function mostFrequentPair(words: readonly Word[]): readonly [string, string] | undefined {
  const counts = new Map<string, { pair: readonly [string, string]; count: number }>()
  for (const { pieces, count } of words) {
    for (let i = 0; i + 1 < pieces.length; i++) {
      const pair = [pieces[i]!, pieces[i + 1]!] as const
      const key = pair.join(' ')
      const entry = counts.get(key)
      if (entry === undefined) counts.set(key, { pair, count })
      else entry.count += count
    }
  }
  let best: { key: string; pair: readonly [string, string]; count: number } | undefined
  for (const [key, { pair, count }] of counts) {
    const better =
      best === undefined || count > best.count || (count === best.count && key < best.key)
    if (better) best = { key, pair, count }
  }
  return best?.pair
}

function mergePair(pieces: readonly string[], [left, right]: readonly [string, string]): string[] {
  const merged: string[] = []
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      merged.push(left + right)
      i++
    } else merged.push(pieces[i]!)
  }
  return merged
}
