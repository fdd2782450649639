import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './open-checkpoint.js'
import { openTokenizer } from './open-tokenizer.js'
import { encodeGguf, type GgufField } from './testing/encode-gguf.js'
import { encodeLlama2cTokenizer } from './testing/encode-llama2c.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyGguf, tinyTokenizerFields } from './testing/tiny-gguf.js'

const folder = temporaryFolder()

const tokens = [
  { text: '<unk>', score: 0 },
  { text: '\n<s>\n', score: 0 },
  { text: '\n</s>\n', score: 0 },
  { text: '<0x41>', score: 0 },
  { text: ' ', score: -3 },
  { text: 'b', score: -2 },
  { text: ' b', score: -1 },
]

function openLlama2c(contents: Uint8Array) {
  return openTokenizer(folder.write('tokenizer.bin', contents))
}

function openGguf(fields: readonly GgufField[]) {
  return openTokenizer(folder.write('tokenizer.gguf', encodeGguf({ fields, tensors: [] })))
}

function without(key: string, ...replacement: GgufField[]): GgufField[] {
  return [...tinyTokenizerFields.filter(([name]) => name !== key), ...replacement]
}

describe('both kinds of tokenizer', () => {
  it.each([
    ['llama2.c', () => openLlama2c(encodeLlama2cTokenizer(tokens))],
    ['GGUF', () => openGguf(tinyTokenizerFields)],
  ])('%s encodes and decodes', async (_, open) => {
    const tokenizer = await open()
    expect(tokenizer).toMatchObject({ size: 7, bos: 1, eos: 2 })
    expect(tokenizer.encode('bAb b')).toEqual([1, 6, 3, 5, 6])
    expect(tokenizer.decode([1, 6, 3, 5, 6, 2])).toBe('bAb b')
  })

  it('a checkpoint gives the tokenizer inside it', async () => {
    const checkpoint = await openCheckpoint(folder.write('model.gguf', encodeGguf(tinyGguf())))
    const tokenizer = await checkpoint.readTokenizer()
    expect(tokenizer?.encode('b')).toEqual([1, 6])
    await checkpoint.close()
  })
})

describe('malformed llama2.c tokenizers', () => {
  const whole = encodeLlama2cTokenizer(tokens)

  it('cut between two tokens, only the token count can tell; anywhere else it is refused', async () => {
    const ends = new Set<number>()
    let end = 4
    for (const { text } of tokens) {
      end += 8 + Buffer.byteLength(text)
      ends.add(end)
    }
    for (let length = 0; length < whole.length; length++) {
      const complete = [...ends].filter((tokenEnd) => tokenEnd <= length).length
      if (ends.has(length) && complete >= 3) {
        expect((await openLlama2c(whole.subarray(0, length))).size).toBe(complete)
      } else {
        await inputErrorOf(() => openLlama2c(whole.subarray(0, length)))
      }
    }
  })

  it.each([
    ['no longest token', 0, 0],
    ['an absurd longest token', 0, 2 ** 30],
    ['a negative length', 8, -1],
    ['a length above the longest', 8, 17],
    ['a score that is not finite', 4, 0x7fc00000],
    ['text that is not UTF-8', 12, 0x000000ff],
  ])('%s', async (_, offset, value) => {
    const contents = Buffer.from(whole)
    contents.writeInt32LE(value, offset)
    const error = await inputErrorOf(() => openLlama2c(contents))
    expect(error.location.offset).toBe(offset)
  })
})

describe('malformed GGUF tokenizers', () => {
  it.each<[string, string, ...GgufField[]]>([
    ['no tokens', 'tokenizer.ggml.tokens'],
    ['tokens that are numbers', 'tokenizer.ggml.tokens', ['tokenizer.ggml.tokens', 'f32s', [1]]],
    ['no scores', 'tokenizer.ggml.scores'],
    ['too few scores', 'tokenizer.ggml.scores', ['tokenizer.ggml.scores', 'f32s', [0, 1]]],
    [
      'scores that are not finite',
      'tokenizer.ggml.scores',
      ['tokenizer.ggml.scores', 'f32s', [0, 0, 0, 0, 0, 0, Number.NaN]],
    ],
    ['too few types', 'tokenizer.ggml.token_type', ['tokenizer.ggml.token_type', 'i32s', [1]]],
    ['no BOS', 'tokenizer.ggml.bos_token_id'],
    [
      'a BOS beyond the tokens',
      'tokenizer.ggml.bos_token_id',
      ['tokenizer.ggml.bos_token_id', 'u32', 7],
    ],
    ['another kind', 'tokenizer.ggml.model', ['tokenizer.ggml.model', 'string', 'gpt2']],
  ])('%s', async (what, key, ...replacement) => {
    const error = await inputErrorOf(() => openGguf(without(key, ...replacement)))
    expect(error.location.field?.split(':')[0]).toBe(key)
    if (what.startsWith('too few')) expect(error.problem).toMatch(/^\d entries for 7 tokens$/)
  })

  it('none at all', async () => {
    const error = await inputErrorOf(() => openGguf([]))
    expect(error.problem).toBe('has no tokenizer')
  })
})
