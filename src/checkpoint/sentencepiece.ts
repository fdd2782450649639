import { PriorityQueue } from './priority-queue.js'
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

/** A token while it is merged; the symbols of a text are a doubly linked list. */
interface LinkedSymbol {
  token: number
  text: string | undefined
  previous: number
  next: number
}

/** Two neighbours that could become one token. */
interface Merge {
  readonly left: number
  readonly right: number
  readonly leftToken: number
  readonly rightToken: number
  readonly token: number
  readonly score: number
}

const NONE = -1

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
    const merged = this.merge(this.symbolsOf(prefixed))
    return addBos ? [this.bos, ...merged] : merged
  }

  decode(tokens: readonly number[]): string {
    const pieces: Uint8Array[] = []
    for (const [index, number] of tokens.entries()) {
      const token = this.vocabulary.tokens[number]
      if (token === undefined) throw new RangeError(`${number} is none of ${this.size} tokens`)
      if (token.kind === 'byte') pieces.push(Uint8Array.of(token.value))
      if (token.kind === 'text') {
        const afterBos = index > 0 && tokens[index - 1] === this.bos
        const text = afterBos && token.text.startsWith(' ') ? token.text.slice(1) : token.text
        pieces.push(Buffer.from(text))
      }
    }
    return Buffer.concat(pieces).toString('utf8')
  }

  private symbolsOf(text: string): LinkedSymbol[] {
    const symbols: LinkedSymbol[] = []
    const append = (token: number, piece: string | undefined) => {
      symbols.push({
        token,
        text: piece,
        previous: symbols.length - 1,
        next: symbols.length + 1,
      })
    }
    for (const character of text) {
      const token = this.tokenOfText.get(character)
      if (token !== undefined) {
        append(token, character)
      } else {
        for (const byte of Buffer.from(character)) {
          append(this.tokenOfByte.get(byte) ?? this.vocabulary.unknown, undefined)
        }
      }
    }
    const last = symbols.at(-1)
    if (last !== undefined) last.next = NONE
    return symbols
  }

  private merge(symbols: LinkedSymbol[]): number[] {
    const queue = new PriorityQueue<Merge>((a, b) => b.score - a.score || a.left - b.left)
    const consider = (left: number, right: number) => {
      const merge = this.mergeOf(symbols, left, right)
      if (merge !== undefined) queue.push(merge)
    }
    for (let left = 0; left + 1 < symbols.length; left++) consider(left, left + 1)
    for (let merge = queue.pop(); merge !== undefined; merge = queue.pop()) {
      const left = symbols[merge.left]!
      const right = symbols[merge.right]!
      const stale = left.token !== merge.leftToken || right.token !== merge.rightToken
      if (stale) continue
      left.token = merge.token
      left.text = `${left.text}${right.text}`
      left.next = right.next
      right.token = NONE
      if (left.next !== NONE) {
        symbols[left.next]!.previous = merge.left
        consider(merge.left, left.next)
      }
      if (left.previous !== NONE) consider(left.previous, merge.left)
    }
    return symbols.map((symbol) => symbol.token).filter((token) => token !== NONE)
  }

  private mergeOf(symbols: LinkedSymbol[], left: number, right: number): Merge | undefined {
    const first = symbols[left]!
    const second = symbols[right]!
    if (first.text === undefined || second.text === undefined) return undefined
    const token = this.tokenOfText.get(first.text + second.text)
    if (token === undefined) return undefined
    const entry = this.vocabulary.tokens[token]!
    if (entry.kind !== 'text') return undefined
    return {
      left,
      right,
      leftToken: first.token,
      rightToken: second.token,
      token,
      score: entry.score,
    }
  }
}
