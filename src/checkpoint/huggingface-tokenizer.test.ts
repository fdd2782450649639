import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toByteAlphabet } from './byte-alphabet.js'
import { openCheckpoint } from './open-checkpoint.js'
import { openTokenizer } from './open-tokenizer.js'
import { tinyHuggingFaceConfig, tinySafetensors } from './testing/encode-safetensors.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'

const folder = temporaryFolder()

function open(file: unknown) {
  return openTokenizer(folder.write('tokenizer.json', JSON.stringify(file)))
}

const marks = [
  { id: 0, content: '<unk>', special: true },
  { id: 1, content: '<s>', special: true },
  { id: 2, content: '</s>', special: true },
]
const byteNames = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
)
const pieces = ['<unk>', '<s>', '</s>', ...byteNames, '▁', 'a', 'b', 'ab', '▁a', 'ba']
const vocab = Object.fromEntries(pieces.map((piece, number) => [piece, number]))
const prefixed = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: '▁' },
    { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  ],
}
const bosFirst = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>' } }] }
const model = {
  type: 'BPE',
  unk_token: '<unk>',
  byte_fallback: true,
  vocab,
  merges: ['b a', '▁ a', 'a b'],
}
const llama2 = { added_tokens: marks, normalizer: prefixed, post_processor: bosFirst, model }

const alphabet = [
  ...new Set(Array.from({ length: 256 }, (_, b) => toByteAlphabet(String.fromCharCode(b % 128)))),
]
const highBytes = toByteAlphabet('\u07ff\u{10ffff}é日').split('')
const bytePieces = [...new Set([...alphabet, ...highBytes]), 'He', 'ĠH', 'Ġa', 'll', '12', '123']
const llama3 = {
  added_tokens: [
    { id: 500, content: '<|begin_of_text|>', special: true },
    { id: 501, content: '<|end_of_text|>', special: true },
  ],
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      {
        type: 'Split',
        pattern: {
          Regex:
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        },
        behavior: 'Isolated',
        invert: false,
      },
      { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    ],
  },
  post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: 'x' } }] },
  model: {
    type: 'BPE',
    ignore_merges: true,
    vocab: Object.fromEntries(bytePieces.map((piece, number) => [piece, number])),
    merges: [
      ['H', 'e'],
      ['Ġ', 'a'],
      ['l', 'l'],
      ['1', '2'],
    ],
  },
}

describe('tokenizer.json of LLaMA 2', () => {
  it('merges by rank, the earliest merge first', async () => {
    const tokenizer = await open(llama2)
    const tokens = (...names: string[]) => [1, ...names.map((name) => vocab[name]!)]
    expect(tokenizer.encode('aba')).toEqual(tokens('▁a', 'ba'))
    expect(tokenizer.encode('ab ab')).toEqual(tokens('▁a', 'b', '▁a', 'b'))
    expect(tokenizer.encode('é')).toEqual(tokens('▁', '<0xC3>', '<0xA9>'))
    expect(tokenizer.encode('')).toEqual([1])
    expect(tokenizer).toMatchObject({ size: pieces.length, bos: 1, eos: 2 })
  })

  it('decodes what it encoded, whole and token by token', async () => {
    const tokenizer = await open(llama2)
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '日', '\n') }), (text) => {
        const tokens = tokenizer.encode(text)
        expect(tokenizer.decode(tokens)).toBe(text)
        const stream = tokenizer.stream()
        expect(tokens.map((token) => stream.write(token)).join('') + stream.end()).toBe(text)
      }),
    )
  })

  it('streams no half characters', async () => {
    const stream = (await open(llama2)).stream()
    expect(stream.write(vocab['<0xC3>']!)).toBe('')
    expect(stream.write(vocab['<0xA9>']!)).toBe('é')
    stream.write(vocab['<0xC3>']!)
    expect(stream.end()).toBe('\ufffd')
  })

  it('takes a character that nothing writes as unknown', async () => {
    const tokenizer = await open({ ...llama2, model: { ...model, byte_fallback: false } })
    expect(tokenizer.encode('aé').at(-1)).toBe(0)
  })
})

describe('tokenizer.json of LLaMA 3', () => {
  it('cuts by the pattern, then merges; a whole part is one token', async () => {
    const tokenizer = await open(llama3)
    const number = (piece: string) => bytePieces.indexOf(piece)
    expect(tokenizer.encode('Hell 123')).toEqual([500, ...['He', 'll', 'Ġ', '123'].map(number)])
    expect(tokenizer.encode("a'LL").slice(1)).toEqual(['a', "'", 'L', 'L'].map(number))
    expect(tokenizer.encode('x H a').slice(1)).toEqual(['x', 'ĠH', 'Ġa'].map(number))
    const text = 'Hell a  12345\n\n\u07ff'
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })
})

describe('malformed tokenizer.json', () => {
  it.each<[string, unknown, string]>([
    ['another model', { ...llama2, model: { ...model, type: 'Unigram' } }, 'model: type'],
    ['no vocabulary', { model: { merges: [] } }, 'model: vocab'],
    ['a merge of one', { ...llama2, model: { ...model, merges: ['a'] } }, 'model: merges: 0'],
    [
      'a merge to no token',
      { ...llama2, model: { ...model, merges: ['b b'] } },
      'model: merges: 0',
    ],
    [
      'a number used twice',
      { ...llama2, model: { ...model, vocab: { ...vocab, c: 3 } } },
      'model: vocab',
    ],
    [
      'missing bytes',
      {
        ...llama2,
        model: { ...model, vocab: { a: 0, b: 1, '▁': 2, ba: 3, '▁a': 4, ab: 5, '<unk>': 6 } },
      },
      'model: vocab',
    ],
    ['no BOS', { ...llama2, added_tokens: [] }, 'added_tokens'],
    ['a normaliser', { ...llama2, normalizer: { type: 'NFKC' } }, 'normalizer'],
    [
      'a pre-tokenizer',
      { ...llama2, pre_tokenizer: { type: 'BertPreTokenizer' } },
      'pre_tokenizer',
    ],
    [
      'a pattern that is none',
      {
        ...llama3,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'ByteLevel', use_regex: false },
            { type: 'Split', behavior: 'Isolated', pattern: { Regex: '(' } },
          ],
        },
      },
      'pre_tokenizer',
    ],
    [
      'an enormous number',
      { ...llama2, added_tokens: [{ id: 2 ** 40, content: 'x' }] },
      'added_tokens: 0: id',
    ],
  ])('%s', async (_, file, field) => {
    const error = await inputErrorOf(() => open(file))
    expect(error.location.field).toBe(field)
    expect(error.message).not.toContain('\n')
  })

  it('text that is not JSON', async () => {
    const error = await inputErrorOf(() => openTokenizer(folder.write('bad.json', '{"model": ')))
    expect(error.message).toContain('not JSON')
  })
})

describe('a checkpoint', () => {
  it('gives the tokenizer beside it', async () => {
    const path = folder.write('model.safetensors', tinySafetensors())
    folder.write('config.json', JSON.stringify(tinyHuggingFaceConfig))
    folder.write('tokenizer.json', JSON.stringify(llama2))
    const checkpoint = await openCheckpoint(path)
    expect((await checkpoint.readTokenizer())?.encode('a')).toEqual([1, vocab['▁a']])
    await checkpoint.close()
  })
})
