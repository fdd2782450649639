/** The bytes of a token, given the token before it (undefined at the start). */
export type TokenBytes = (token: number, previous: number | undefined) => Uint8Array

/** Text of tokens that come one at a time. */
export class TextStream {
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  #previous: number | undefined

  constructor(private readonly bytesOf: TokenBytes) {}

  /** The text that this token completes; bytes of an unfinished character wait. @throws RangeError for a number that is no token. */
  write(token: number): string {
    const bytes = this.bytesOf(token, this.#previous)
    this.#previous = token
    return this.#utf8.decode(bytes, { stream: true })
  }

  /** What still waited, as U+FFFD. */
  end(): string {
    return this.#utf8.decode()
  }
}

/** The text of a whole sequence of tokens. */
export function textOf(tokens: readonly number[], bytesOf: TokenBytes): string {
  const stream = new TextStream(bytesOf)
  return tokens.map((token) => stream.write(token)).join('') + stream.end()
}
