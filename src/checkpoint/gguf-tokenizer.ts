import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { ByteCursor } from './byte-cursor.js'
import type { FileBytes } from './file-bytes.js'
import type { GgufArray, GgufMetadata } from './gguf-metadata.js'
import { byteToken, SentencePieceTokenizer, type VocabularyToken } from './sentencepiece.js'
import { parseSettings } from './settings.js'
import type { Tokenizer } from './tokenizer.js'

/** The keys of an embedded tokenizer. Source: ggml's `docs/gguf.md`. */
const keys = {
  model: 'tokenizer.ggml.model',
  tokens: 'tokenizer.ggml.tokens',
  scores: 'tokenizer.ggml.scores',
  types: 'tokenizer.ggml.token_type',
  bos: 'tokenizer.ggml.bos_token_id',
  eos: 'tokenizer.ggml.eos_token_id',
  unknown: 'tokenizer.ggml.unknown_token_id',
  addBos: 'tokenizer.ggml.add_bos_token',
  addSpacePrefix: 'tokenizer.ggml.add_space_prefix',
} as const

/** `enum llama_token_type` of llama.cpp; a byte is recognised by its piece. */
const UNKNOWN_TYPE = 2
const CONTROL_TYPE = 3

/** SentencePiece's sign for a space. */
const SPACE_SIGN = /\u2581/g

const arraySetting = (elementType: string) =>
  z.object({ elementType: z.literal(elementType), count: z.int(), offset: z.int() })
const tokenSetting = z.int().nonnegative()

const settingsSchema = z.object({
  [keys.tokens]: arraySetting('string'),
  [keys.scores]: arraySetting('f32'),
  [keys.types]: arraySetting('i32').optional(),
  [keys.bos]: tokenSetting,
  [keys.eos]: tokenSetting,
  [keys.unknown]: tokenSetting.default(0),
  [keys.addBos]: z.boolean().default(true),
  [keys.addSpacePrefix]: z.boolean().default(true),
})

/**
 * Reads the tokenizer inside a GGUF file; undefined when it has none.
 * @throws InputError for kinds other than `llama` (SentencePiece) and for malformed vocabularies.
 */
export async function readGgufTokenizer(
  bytes: FileBytes,
  metadata: GgufMetadata,
): Promise<Tokenizer | undefined> {
  const file = bytes.path
  const model = metadata.get(keys.model)
  if (model === undefined) return undefined
  if (model !== 'llama') {
    throw new InputError(
      `tokenizers of kind ${printable(String(model))} are not supported`,
      { file, field: keys.model },
      'only "llama", SentencePiece, is',
    )
  }
  const settings = parseSettings(settingsSchema, Object.fromEntries(metadata), file)
  const tokenArray = settings[keys.tokens]
  for (const key of [keys.scores, keys.types] as const) {
    const count = settings[key]?.count ?? tokenArray.count
    if (count !== tokenArray.count) {
      throw new InputError(`${count} entries for ${tokenArray.count} tokens`, { file, field: key })
    }
  }
  for (const key of [keys.bos, keys.eos, keys.unknown] as const) {
    if (settings[key] >= tokenArray.count) {
      throw new InputError(`${settings[key]} is none of ${tokenArray.count} tokens`, {
        file,
        field: key,
      })
    }
  }
  return new SentencePieceTokenizer({
    tokens: await readTokens(bytes, tokenArray, settings[keys.scores], settings[keys.types]),
    bos: settings[keys.bos],
    eos: settings[keys.eos],
    unknown: settings[keys.unknown],
    addBos: settings[keys.addBos],
    addSpacePrefix: settings[keys.addSpacePrefix],
  })
}

async function readTokens(
  bytes: FileBytes,
  tokenArray: GgufArray,
  scoreArray: GgufArray,
  typeArray: GgufArray | undefined,
): Promise<VocabularyToken[]> {
  const { count } = tokenArray
  const scores = await bytes.read(scoreArray.offset, 4 * count, keys.scores)
  const types =
    typeArray === undefined ? undefined : await bytes.read(typeArray.offset, 4 * count, keys.types)
  const cursor = new ByteCursor(bytes, tokenArray.offset)
  const tokens: VocabularyToken[] = []
  for (let number = 0; number < count; number++) {
    const piece = await cursor.string(`token ${number}`)
    const score = scores.readFloatLE(4 * number)
    if (!Number.isFinite(score)) {
      throw cursor.error('the score is not finite', scoreArray.offset + 4 * number, keys.scores)
    }
    const type = types?.readInt32LE(4 * number)
    tokens.push(
      type === UNKNOWN_TYPE || type === CONTROL_TYPE
        ? { kind: 'mark' }
        : (byteToken(piece) ?? {
            kind: 'text',
            text: piece.replaceAll(SPACE_SIGN, ' '),
            score,
          }),
    )
  }
  return tokens
}
