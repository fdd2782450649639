import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SentencePieceTokenizer, type Vocabulary, type VocabularyToken } from './sentencepiece.js'

const pieces: readonly VocabularyToken[] = [
  { kind: 'mark' },
  { kind: 'mark' },
  { kind: 'mark' },
  ...Array.from({ length: 256 }, (_, value) => ({ kind: 'byte' as const, value })),
  ...[' ', 'a', 'b', 'c', 'é', 'ab', 'bc', ' a', 'abc', 'aa', 'aaa', ' ab', 'cé'].map(
    (text, index) => ({ kind: 'text' as const, text, score: -((index * 7) % 11) }),
  ),
]
const vocabulary: Vocabulary = {
  tokens: pieces,
  bos: 1,
  eos: 2,
  unknown: 0,
  addBos: true,
  addSpacePrefix: true,
}
const tokenizer = new SentencePieceTokenizer(vocabulary)

function tokenOf(text: string): number {
  return pieces.findIndex((token) => token.kind === 'text' && token.text === text)
}

/** The definition, without any care for time: merge the best pair of the whole text until there is none. */
function encodePlainly(text: string): number[] {
  const tokens: number[] = []
  for (const character of text === '' ? '' : ` ${text}`) {
    const token = tokenOf(character)
    if (token !== -1) tokens.push(token)
    else tokens.push(...Buffer.from(character).map((byte) => byte + 3))
  }
  const textOf = (token: number) => {
    const piece = pieces[token]!
    return piece.kind === 'text' ? piece.text : undefined
  }
  for (;;) {
    let best: { at: number; token: number; score: number } | undefined
    for (let at = 0; at + 1 < tokens.length; at++) {
      const left = textOf(tokens[at]!)
      const right = textOf(tokens[at + 1]!)
      const token = left === undefined || right === undefined ? -1 : tokenOf(left + right)
      const piece = pieces[token]
      if (piece?.kind === 'text' && (best === undefined || piece.score > best.score)) {
        best = { at, token, score: piece.score }
      }
    }
    if (best === undefined) return [1, ...tokens]
    tokens.splice(best.at, 2, best.token)
  }
}

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'a', 'a', 'b'), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', ' ', 'z', '\n', '日'), maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

describe('SentencePiece encoding', () => {
  it('merges as the definition says', () => {
    fc.assert(
      fc.property(text, (sample) => {
        expect(tokenizer.encode(sample)).toEqual(encodePlainly(sample))
      }),
      { numRuns: 500 },
    )
  })

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(text, (sample) => {
        expect(tokenizer.decode(tokenizer.encode(sample))).toBe(sample)
      }),
    )
  })

  it('takes the text of no mark for the mark', () => {
    expect(tokenizer.encode('')).toEqual([1])
    expect(tokenizer.encode('<s>')).not.toContain(1 + tokenizer.size)
    expect(tokenizer.encode('<s>').slice(1)).not.toContain(1)
  })

  it('stays quick on a long text', () => {
    const long = 'abc aab'.repeat(5_000)
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long)
  })

  it('leaves out BOS and prefix when told so, and uses the unknown token without bytes', () => {
    const bare = new SentencePieceTokenizer({
      ...vocabulary,
      tokens: [...pieces.slice(0, 3), { kind: 'text', text: 'a', score: 0 }],
      addBos: false,
      addSpacePrefix: false,
    })
    expect(bare.encode('aéa')).toEqual([3, 0, 0, 3])
  })
})

describe('SentencePiece decoding', () => {
  it('drops one space after BOS only', () => {
    const [space, a] = [tokenOf(' '), tokenOf('a')]
    expect(tokenizer.decode([1, space, space, a])).toBe(' a')
    expect(tokenizer.decode([space, a])).toBe(' a')
  })

  it('joins bytes to characters and replaces what is none', () => {
    expect(tokenizer.decode([3 + 0xe6, 3 + 0x97, 3 + 0xa5])).toBe('日')
    expect(tokenizer.decode([3 + 0xff])).toBe('\ufffd')
  })

  it('refuses numbers that are no token', () => {
    for (const number of [-1, pieces.length, 0.5]) {
      expect(() => tokenizer.decode([number])).toThrow(RangeError)
    }
  })
})
