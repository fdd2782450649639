import { mergePairs, type PairMerge } from './merge-pairs.js'
import { TextStream, textOf } from './text-stream.js'
import type { Tokenizer } from './tokenizer.js'

/** One token of the vocabulary: a piece of text that merging may produce, one byte, or a mark without text. */
export type VocabularyToken =
  | { readonly kind: 'text'; readonly text: string; readonly score: number }
  | { readonly kind: 'byte'; readonly value: number }
  | { readonly kind: 'mark' }

export interface Vocabulary {
  /** Token of a number, with plain spaces where SentencePiece writes U+2581. */
  readonly tokens: readonly VocabularyToken[]
  readonly bos: number
  readonly eos: number
  /** Token for characters that neither a piece nor bytes can write. */
  readonly unknown: number
  /** Start every sequence with BOS. */
  readonly addBos: boolean
  /** Put a space before a text that is not empty. */
  readonly addSpacePrefix: boolean
}

/** The token of a piece that stands for a byte, such as `<0x0A>`; undefined for any other piece. */
export function byteToken(piece: string): VocabularyToken | undefined {
  const match = /^<0x([0-9A-F]{2})>$/.exec(piece)
  return match === null ? undefined : { kind: 'byte', value: Number.parseInt(match[1]!, 16) }
}

const NO_BYTES = new Uint8Array()

/**
 * Byte-pair encoding as SentencePiece trains it for LLaMA 2: single characters first, then the neighbours whose
 * union has the highest score become one token, the leftmost of equals, until no union is a token.
 * Source: `encode` and `decode` in `run.c` of https://github.com/karpathy/llama2.c; time is n log n here.
 */
export class SentencePieceTokenizer implements Tokenizer {
  readonly size: number
  readonly bos: number
  readonly eos: number
  private readonly tokenOfText = new Map<string, number>()
  private readonly tokenOfByte = new Map<number, number>()

  constructor(private readonly vocabulary: Vocabulary) {
    this.size = vocabulary.tokens.length
    this.bos = vocabulary.bos
    this.eos = vocabulary.eos
    for (const [number, token] of vocabulary.tokens.entries()) {
      if (token.kind === 'text' && !this.tokenOfText.has(token.text)) {
        this.tokenOfText.set(token.text, number)
      }
      if (token.kind === 'byte' && !this.tokenOfByte.has(token.value)) {
        this.tokenOfByte.set(token.value, number)
      }
    }
  }

  encode(text: string): number[] {
    const { addBos, addSpacePrefix } = this.vocabulary
    const prefixed = addSpacePrefix && text !== '' ? ` ${text}` : text
    const merged = mergePairs(this.smallestTokens(prefixed), (left, right) =>
      this.mergeOf(left, right),
    )
    return addBos ? [this.bos, ...merged] : merged
  }

  decode(tokens: readonly number[]): string {
    return textOf(tokens, (token, previous) => this.bytesOf(token, previous))
  }

  stream(): TextStream {
    return new TextStream((token, previous) => this.bytesOf(token, previous))
  }

  private bytesOf(number: number, previous: number | undefined): Uint8Array {
    const token = this.vocabulary.tokens[number]
    if (token === undefined) throw new RangeError(`${number} is none of ${this.size} tokens`)
    if (token.kind === 'mark') return NO_BYTES
    if (token.kind === 'byte') return Uint8Array.of(token.value)
    const afterBos = previous === this.bos
    return Buffer.from(afterBos && token.text.startsWith(' ') ? token.text.slice(1) : token.text)
  }

  /** A token for each character, or for each of its bytes. */
  private smallestTokens(text: string): number[] {
    return [...text].flatMap((character) => {
      const token = this.tokenOfText.get(character)
      if (token !== undefined) return [token]
      const { unknown } = this.vocabulary
      return [...Buffer.from(character)].map((byte) => this.tokenOfByte.get(byte) ?? unknown)
    })
  }

  private mergeOf(left: number, right: number): PairMerge | undefined {
    const first = this.vocabulary.tokens[left]!
    const second = this.vocabulary.tokens[right]!
    if (first.kind !== 'text' || second.kind !== 'text') return undefined
    const token = this.tokenOfText.get(first.text + second.text)
    if (token === undefined) return undefined
    const entry = this.vocabulary.tokens[token]!
    return entry.kind === 'text' ? { token, priority: entry.score } : undefined
  }
}
