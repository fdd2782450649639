import type { TextStream } from './text-stream.js'

/** Text to token numbers and back. */
export interface Tokenizer {
  /** Number of tokens. */
  readonly size: number
  /** Token that starts a sequence. */
  readonly bos: number
  /** Token that ends a sequence. */
  readonly eos: number
  /** The tokens of a text, BOS first unless the vocabulary says otherwise. */
  encode(text: string): number[]
  /** The text of tokens: BOS and EOS give none, the space that follows BOS is dropped, bytes that are not UTF-8 become U+FFFD. @throws RangeError for numbers that are no token. */
  decode(tokens: readonly number[]): string
  /** Decodes tokens one at a time, with the same text in all as `decode`. */
  stream(): TextStream
}
