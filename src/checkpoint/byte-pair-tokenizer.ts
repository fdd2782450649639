import { mergePairs, type PairMerge } from './merge-pairs.js'
import { TextStream, textOf } from './text-stream.js'
import type { Tokenizer } from './tokenizer.js'

/** How a byte-pair vocabulary writes text. */
export interface BytePairVocabulary {
  /** Piece of each token; undefined for marks and numbers that no token has. */
  readonly pieces: readonly (string | undefined)[]
  /** Pairs of pieces, the first to be merged first. */
  readonly merges: readonly (readonly [string, string])[]
  readonly bos: number
  readonly eos: number
  /** Token for characters that nothing else can write; undefined where bytes write everything. */
  readonly unknown: number | undefined
  readonly addBos: boolean
  /** Cuts a text into parts that no token crosses, written in the alphabet of the pieces. */
  readonly partsOf: (text: string) => readonly string[]
  /** A whole part that is a token is that token, whatever the merges say. */
  readonly ignoreMerges: boolean
  /** Tokens of the 256 bytes for characters that are no piece. */
  readonly byteTokens: readonly number[] | undefined
  /** Bytes that a piece stands for. */
  readonly bytesOfPiece: (piece: string) => Uint8Array
  /** Drop the space that encoding puts before a text. */
  readonly dropsFirstSpace: boolean
}

const NO_BYTES = new Uint8Array()
const SPACE = 32

/**
 * Byte-pair encoding by a list of merges, as in Hugging Face's tokenizers (Sennrich, Haddow, Birch, arXiv 1508.07909).
 */
export class BytePairTokenizer implements Tokenizer {
  readonly size: number
  readonly bos: number
  readonly eos: number
  readonly #tokenOfPiece = new Map<string, number>()
  readonly #merges = new Map<string, PairMerge>()
  readonly #bytes: readonly Uint8Array[]

  constructor(private readonly vocabulary: BytePairVocabulary) {
    const { pieces, merges, bytesOfPiece } = vocabulary
    this.size = pieces.length
    this.bos = vocabulary.bos
    this.eos = vocabulary.eos
    for (const [number, piece] of pieces.entries()) {
      if (piece !== undefined) this.#tokenOfPiece.set(piece, number)
    }
    for (const [rank, [left, right]] of merges.entries()) {
      const key = `${this.#tokenOfPiece.get(left)} ${this.#tokenOfPiece.get(right)}`
      const token = this.#tokenOfPiece.get(left + right)
      if (token !== undefined && !this.#merges.has(key)) {
        this.#merges.set(key, { token, priority: -rank })
      }
    }
    this.#bytes = pieces.map((piece) => (piece === undefined ? NO_BYTES : bytesOfPiece(piece)))
  }

  encode(text: string): number[] {
    const { addBos, partsOf } = this.vocabulary
    const tokens = partsOf(text).flatMap((part) => this.#encodePart(part))
    return addBos ? [this.bos, ...tokens] : tokens
  }

  decode(tokens: readonly number[]): string {
    return textOf(tokens, this.#bytesOf)
  }

  stream(): TextStream {
    return new TextStream(this.#bytesOf)
  }

  #encodePart(part: string): number[] {
    const whole = this.vocabulary.ignoreMerges ? this.#tokenOfPiece.get(part) : undefined
    if (whole !== undefined) return [whole]
    return mergePairs(this.#smallestTokens(part), (left, right) =>
      this.#merges.get(`${left} ${right}`),
    )
  }

  #smallestTokens(part: string): number[] {
    const { byteTokens, unknown } = this.vocabulary
    return [...part].flatMap((character) => {
      const token = this.#tokenOfPiece.get(character)
      if (token !== undefined) return [token]
      if (byteTokens !== undefined) {
        return [...Buffer.from(character)].map((byte) => byteTokens[byte]!)
      }
      return unknown === undefined ? [] : [unknown]
    })
  }

  readonly #bytesOf = (token: number, previous: number | undefined): Uint8Array => {
    const bytes = this.#bytes[token]
    if (bytes === undefined) throw new RangeError(`${token} is none of ${this.size} tokens`)
    const isFirst = previous === undefined || previous === this.bos
    const drops = this.vocabulary.dropsFirstSpace && isFirst && bytes[0] === SPACE
    return drops ? bytes.subarray(1) : bytes
  }
}
