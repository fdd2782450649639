import { ByteCursor } from './byte-cursor.js'
import type { FileBytes } from './file-bytes.js'
import { byteToken, SentencePieceTokenizer, type VocabularyToken } from './sentencepiece.js'
import type { Tokenizer } from './tokenizer.js'

const UNKNOWN = 0
const BOS = 1
const EOS = 2
const LONGEST_TOKEN = 2 ** 16

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a llama2.c tokenizer: the length of the longest token, then score, length and bytes of each token up to the
 * end of the file. Tokens 0, 1 and 2 are unknown, BOS and EOS.
 * Source: `tokenizer.py` and `run.c` of https://github.com/karpathy/llama2.c.
 */
export async function readLlama2cTokenizer(bytes: FileBytes): Promise<Tokenizer> {
  const cursor = new ByteCursor(bytes, 0)
  const longest = (await cursor.take(4, 'max_token_length')).readInt32LE()
  if (longest < 1 || longest > LONGEST_TOKEN) {
    throw cursor.error(`max_token_length is ${longest}`, 0, 'max_token_length')
  }
  const tokens: VocabularyToken[] = []
  while (cursor.remaining > 0) {
    const field = `token ${tokens.length}`
    const offset = cursor.position
    const head = await cursor.take(8, field)
    const score = head.readFloatLE()
    const length = head.readInt32LE(4)
    if (!Number.isFinite(score)) throw cursor.error('the score is not finite', offset, field)
    if (length < 0 || length > longest) {
      throw cursor.error(`length ${length} is not 0 to ${longest}`, offset + 4, field)
    }
    const encoded = await cursor.take(length, field)
    try {
      tokens.push(vocabularyToken(tokens.length, utf8.decode(encoded), score))
    } catch {
      throw cursor.error('the token is not UTF-8', offset + 8, field)
    }
  }
  if (tokens.length <= EOS) {
    throw cursor.error(`${tokens.length} tokens leave none for text`, 4, 'tokens')
  }
  return new SentencePieceTokenizer({
    tokens,
    bos: BOS,
    eos: EOS,
    unknown: UNKNOWN,
    addBos: true,
    addSpacePrefix: true,
  })
}

function vocabularyToken(number: number, text: string, score: number): VocabularyToken {
  if (number <= EOS) return { kind: 'mark' }
  return byteToken(text) ?? { kind: 'text', text, score }
}
