import { dirname, join } from 'node:path'
import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { fromByteAlphabet, toByteAlphabet } from './byte-alphabet.js'
import { BytePairTokenizer, type BytePairVocabulary } from './byte-pair-tokenizer.js'
import { exists, readJsonFile } from './huggingface-config.js'
import { byteToken } from './sentencepiece.js'
import { parseSettings } from './settings.js'
import { splitPattern } from './split-pattern.js'
import type { Tokenizer } from './tokenizer.js'

const LARGEST_FILE = 2 ** 26
const LARGEST_VOCABULARY = 2 ** 21
const SPACE_SIGN = '\u2581'

const tokenNumber = z.int().nonnegative().max(LARGEST_VOCABULARY)

/** A part of the pipeline; a sequence has its parts under one of three names. */
interface Stage {
  readonly type: string
  readonly [setting: string]: unknown
}
const stageSchema: z.ZodType<Stage> = z.looseObject({ type: z.string() })

/** Source: the serialised form of https://github.com/huggingface/tokenizers. */
const schema = z.object({
  added_tokens: z
    .array(z.object({ id: tokenNumber, content: z.string(), special: z.boolean().default(false) }))
    .default([]),
  normalizer: stageSchema.nullish(),
  pre_tokenizer: stageSchema.nullish(),
  post_processor: stageSchema.nullish(),
  model: z.object({
    type: z.string().default('BPE'),
    unk_token: z.string().nullish(),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    vocab: z.record(z.string(), tokenNumber),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})

/** Names of the marks that start and end a text, LLaMA 2's and LLaMA 3's. */
const BOS_NAMES = ['<s>', '<|begin_of_text|>']
const EOS_NAMES = ['</s>', '<|end_of_text|>', '<|eot_id|>']

/**
 * Reads a `tokenizer.json` with byte-pair encoding: LLaMA 2's kind (a sign for the space, bytes as a fallback) or
 * LLaMA 3's (all text as bytes, cut by a pattern). The text of a mark in a prompt is taken as plain text.
 * @throws InputError for malformed files and for stages of other kinds.
 */
export async function readHuggingFaceTokenizer(path: string): Promise<Tokenizer> {
  const settings = parseSettings(schema, await readJsonFile(path, LARGEST_FILE), path)
  const { model } = settings
  const fail = (problem: string, field: string): InputError =>
    new InputError(problem, { file: path, field })
  if (model.type !== 'BPE') {
    throw fail(`${printable(model.type)} is not supported, only BPE is`, 'model: type')
  }
  const pieces = piecesOf(model.vocab, settings.added_tokens, path)
  const mark = (names: readonly string[], what: string): number => {
    const found = names
      .map((name) => settings.added_tokens.find(({ content }) => content === name))
      .find((token) => token !== undefined)
    if (found === undefined)
      throw fail(`none is the ${what} mark ${names.join(' or ')}`, 'added_tokens')
    return found.id
  }
  const merges = model.merges.map((merge, rank): readonly [string, string] => {
    const [left, right, ...rest] = typeof merge === 'string' ? merge.split(' ') : merge
    if (left === undefined || right === undefined || rest.length > 0) {
      throw fail('is no pair', `model: merges: ${rank}`)
    }
    for (const piece of [left, right, left + right]) {
      if (!Object.hasOwn(model.vocab, piece)) {
        throw fail(
          `${printable(JSON.stringify(piece))} is not in the vocabulary`,
          `model: merges: ${rank}`,
        )
      }
    }
    return [left, right]
  })
  const unknown = model.unk_token == null ? undefined : numberOf(model.unk_token, settings, path)
  const common = {
    pieces,
    merges,
    bos: mark(BOS_NAMES, 'BOS'),
    eos: mark(EOS_NAMES, 'EOS'),
    unknown,
    addBos: JSON.stringify(settings.post_processor ?? null).includes('"SpecialToken"'),
    ignoreMerges: model.ignore_merges,
  }
  const preTokenizers = stagesOf(settings.pre_tokenizer, 'pretokenizers')
  const isByteLevel = preTokenizers.some(({ type }) => type === 'ByteLevel')
  const way = isByteLevel
    ? byteLevel(preTokenizers, stagesOf(settings.normalizer, 'normalizers'), path)
    : spaceSign(preTokenizers, stagesOf(settings.normalizer, 'normalizers'), path)
  return new BytePairTokenizer({
    ...common,
    ...way,
    byteTokens: model.byte_fallback ? byteTokensOf(model.vocab, path) : undefined,
  })
}

/** The tokenizer in the `tokenizer.json` beside a checkpoint; undefined when there is no such file. */
export async function readTokenizerBeside(checkpointPath: string): Promise<Tokenizer | undefined> {
  const path = join(dirname(checkpointPath), 'tokenizer.json')
  return (await exists(path)) ? await readHuggingFaceTokenizer(path) : undefined
}

type Settings = z.output<typeof schema>
type Way = Pick<BytePairVocabulary, 'partsOf' | 'bytesOfPiece' | 'dropsFirstSpace'>

function piecesOf(
  vocab: Readonly<Record<string, number>>,
  added: Settings['added_tokens'],
  file: string,
): (string | undefined)[] {
  const pieces: (string | undefined)[] = []
  const taken = new Set<number>()
  for (const [piece, number] of Object.entries(vocab)) {
    if (taken.has(number)) {
      throw new InputError(`two tokens have the number ${number}`, { file, field: 'model: vocab' })
    }
    taken.add(number)
    pieces[number] = piece
  }
  for (const { id, content, special } of added) {
    taken.add(id)
    pieces[id] = special ? undefined : content
  }
  return Array.from({ length: pieces.length }, (_, number) => pieces[number])
}

function numberOf(piece: string, settings: Settings, file: string): number {
  const number =
    settings.model.vocab[piece] ??
    settings.added_tokens.find(({ content }) => content === piece)?.id
  if (number === undefined) {
    throw new InputError(`${printable(JSON.stringify(piece))} is not in the vocabulary`, {
      file,
      field: 'model: unk_token',
    })
  }
  return number
}

function byteTokensOf(vocab: Readonly<Record<string, number>>, file: string): number[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const piece = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
    const number = vocab[piece]
    if (number === undefined) {
      throw new InputError(`${piece} is missing`, { file, field: 'model: vocab' })
    }
    return number
  })
}

function stagesOf(stage: Stage | null | undefined, listName: string): readonly Stage[] {
  if (stage == null) return []
  if (stage.type !== 'Sequence') return [stage]
  const parsed = z.array(stageSchema).safeParse(stage[listName])
  return parsed.success ? parsed.data : [stage]
}

function unsupported(stage: Stage, field: string, file: string): InputError {
  return new InputError(`${printable(stage.type)} with these settings is not supported`, {
    file,
    field,
  })
}

/** Text as it is, with a sign for each space and one before the text. */
function spaceSign(pre: readonly Stage[], normalizers: readonly Stage[], file: string): Way {
  let prefix = ''
  for (const stage of normalizers) {
    const isReplace =
      stage.type === 'Replace' &&
      stage.content === SPACE_SIGN &&
      JSON.stringify(stage.pattern) === '{"String":" "}'
    if (stage.type === 'Prepend' && stage.prepend === SPACE_SIGN) prefix = SPACE_SIGN
    else if (!isReplace) throw unsupported(stage, 'normalizer', file)
  }
  for (const stage of pre) {
    const isWhole = stage.type === 'Metaspace' && stage.split === false
    if (!isWhole) throw unsupported(stage, 'pre_tokenizer', file)
    if (stage.prepend_scheme !== 'never') prefix = SPACE_SIGN
  }
  return {
    partsOf: (text) => (text === '' ? [] : [prefix + text.replaceAll(' ', SPACE_SIGN)]),
    bytesOfPiece: (piece) => {
      const byte = byteToken(piece)
      return byte?.kind === 'byte'
        ? Uint8Array.of(byte.value)
        : Buffer.from(piece.replaceAll(SPACE_SIGN, ' '))
    },
    dropsFirstSpace: prefix !== '',
  }
}

/** Text as bytes, cut by patterns. */
function byteLevel(pre: readonly Stage[], normalizers: readonly Stage[], file: string): Way {
  const other = normalizers[0]
  if (other !== undefined) throw unsupported(other, 'normalizer', file)
  const patterns: RegExp[] = []
  for (const stage of pre) {
    if (stage.type === 'ByteLevel') {
      if (stage.add_prefix_space === true) throw unsupported(stage, 'pre_tokenizer', file)
      if (stage.use_regex !== false) patterns.push(splitPattern(GPT2_PATTERN, file))
    } else if (stage.type === 'Split' && stage.behavior === 'Isolated' && !stage.invert) {
      const pattern = z.object({ Regex: z.string() }).safeParse(stage.pattern)
      if (!pattern.success) throw unsupported(stage, 'pre_tokenizer', file)
      patterns.push(splitPattern(pattern.data.Regex, file))
    } else throw unsupported(stage, 'pre_tokenizer', file)
  }
  const partsOf = (text: string) =>
    patterns
      .reduce<string[]>((parts, pattern) => parts.flatMap((part) => isolate(part, pattern)), [text])
      .map(toByteAlphabet)
  return {
    partsOf: (text) => (text === '' ? [] : partsOf(text)),
    bytesOfPiece: fromByteAlphabet,
    dropsFirstSpace: false,
  }
}

/** The pattern that a `ByteLevel` stage cuts by unless told otherwise. Source: https://github.com/openai/gpt-2. */
const GPT2_PATTERN =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** The matches of a pattern and the text between them. */
function isolate(text: string, pattern: RegExp): string[] {
  const parts: string[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push(text.slice(end, match.index))
    if (match[0] !== '') parts.push(match[0])
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}
