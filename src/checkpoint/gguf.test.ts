import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './open-checkpoint.js'
import {
  encodeGguf,
  type GgufField,
  type GgufFile,
  type GgufTensor,
  ggufString,
  u32,
  u64,
} from './testing/encode-gguf.js'
import { encodeF32, encodeQ4_1Block, encodeQ8_0Block } from './testing/encode-values.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyGguf } from './testing/tiny-gguf.js'

const folder = temporaryFolder()
const COUNTS_AT = 8

function opening(contents: Uint8Array) {
  return openCheckpoint(folder.write('model.gguf', contents))
}

function refusal(contents: Uint8Array) {
  return inputErrorOf(() => opening(contents))
}

/** A file of tensors without metadata. */
function tensorFile(...tensors: GgufTensor[]): GgufFile {
  return { fields: [], tensors }
}

const vector: GgufTensor = { name: 'v', dims: [8], type: 0, data: encodeF32(new Float32Array(8)) }

describe('malformed GGUF headers', () => {
  it('wrong magic, under the ending .gguf', async () => {
    const error = await refusal(Buffer.from('GGML\0\0\0\0garbage that is long enough to look at'))
    expect(error.problem).toBe('starts with "GGML", not "GGUF"')
    expect(error.location.offset).toBe(0)
  })

  it.each([
    [1, 'GGUF version 1 is not supported'],
    [2, 'GGUF version 2 is not supported'],
    [4, 'GGUF version 4 is not supported'],
    [0x03000000, 'big-endian GGUF is not supported'],
  ])('version %d', async (version, problem) => {
    const error = await refusal(encodeGguf({ ...tinyGguf(), version }))
    expect(error.problem).toBe(problem)
    expect(error.location.offset).toBe(4)
  })

  it.each([2n ** 60n, 2n ** 64n - 1n, 1_000_000n])('counts of %d', async (count) => {
    const tensors = await refusal(encodeGguf({ ...tinyGguf(), tensorCount: count }))
    expect(tensors.location).toMatchObject({ offset: COUNTS_AT, field: 'tensor count' })
    const fields = await refusal(encodeGguf({ ...tinyGguf(), fieldCount: count }))
    expect(fields.location).toMatchObject({ offset: COUNTS_AT + 8, field: 'metadata count' })
  })

  it.each([2n ** 60n, 2n ** 40n, 2n ** 20n + 1n, 500n])('strings of %d bytes', async (length) => {
    const contents = encodeGguf({ fields: [['key', 'string', 'x'.repeat(300)]], tensors: [] })
    contents.writeBigUInt64LE(length, 24)
    const key = await refusal(contents)
    expect(key.location.field).toContain('metadata key 0')
    contents.writeBigUInt64LE(3n, 24)
    contents.writeBigUInt64LE(length, 24 + 8 + 3 + 4)
    const value = await refusal(contents)
    expect(value.location.field).toContain('key')
  })

  it('strings of more than a megabyte, though the file has them', async () => {
    const fields: GgufField[] = [['key', 'string', 'x'.repeat(2 ** 20 + 1)]]
    const error = await refusal(encodeGguf({ fields, tensors: [] }))
    expect(error.problem).toBe('string of 1048577 bytes, more than 1048576')
  })

  it('strings that are not UTF-8', async () => {
    const contents = encodeGguf({ fields: [['key', 'string', 'value']], tensors: [] })
    contents[32] = 0xff
    expect((await refusal(contents)).problem).toBe('string is not UTF-8')
  })

  const array = (type: number, count: number | bigint) =>
    Buffer.concat([u32(9), u32(type), u64(count), Buffer.alloc(64)])

  it.each<[string, GgufField, string]>([
    ['an unknown value type', ['a', 'raw', u32(13)], 'unknown value type 13'],
    ['an unknown element type', ['a', 'raw', array(99, 1)], 'unknown element type 99'],
    ['arrays of arrays', ['a', 'raw', array(9, 1)], 'an array of arrays'],
    ['an array beyond the file', ['a', 'raw', array(6, 10_000)], 'do not fit'],
    ['an array of 2^50', ['a', 'raw', array(12, 2n ** 50n)], 'do not fit'],
    ['an array of 2^61', ['a', 'raw', array(12, 2n ** 61n)], 'absurd'],
    ['strings beyond the file', ['a', 'raw', array(8, 2n ** 52n)], 'needed here'],
    ['a boolean of 2', ['a', 'bool', 2], '2 is no boolean'],
    ['an empty key', ['', 'u32', 1], 'the key is empty'],
    ['an alignment of 0', ['general.alignment', 'u32', 0], 'positive multiple of 8'],
    ['an alignment of 12', ['general.alignment', 'u32', 12], 'positive multiple of 8'],
    ['an alignment of text', ['general.alignment', 'string', '32'], 'positive multiple of 8'],
  ])('metadata with %s', async (_, field, problem) => {
    const error = await refusal(encodeGguf({ fields: [field], tensors: [] }))
    expect(error.problem).toContain(problem)
  })

  it('a key used twice', async () => {
    const field: GgufField = ['a', 'u32', 1]
    const error = await refusal(encodeGguf({ fields: [field, field], tensors: [] }))
    expect(error).toMatchObject({ problem: 'the key is used twice', location: { field: 'a' } })
  })
})

describe('malformed GGUF tensors', () => {
  it.each<[string, Partial<GgufTensor>, string]>([
    ['no dimensions', { dims: [] }, '0 dimensions'],
    ['five dimensions', { dims: [8, 1, 1, 1, 1] }, '5 dimensions'],
    ['a dimension of zero', { dims: [8, 0] }, 'a dimension is zero'],
    ['a dimension of 2^60', { dims: [2n ** 60n] }, 'absurd'],
    ['dimensions that overflow', { dims: [2 ** 31, 2 ** 31, 2 ** 31] }, 'too large'],
    ['more values than the file', { dims: [2 ** 40] }, 'beyond the end'],
    ['an unknown type', { type: 4 }, 'unknown tensor type 4'],
    ['blocks that cross rows', { type: 8, dims: [16, 2] }, "no multiple of Q8_0's blocks of 32"],
    ['an offset out of the file', { offset: 2 ** 40 }, 'beyond the end'],
    ['an absurd offset', { offset: 2n ** 63n }, 'absurd'],
    ['a misaligned offset', { offset: 4 }, 'no multiple of 32'],
    ['an empty name', { name: '' }, 'the name is empty'],
  ])('%s', async (_, change, problem) => {
    const error = await refusal(encodeGguf(tensorFile({ ...vector, ...change })))
    expect(error.problem).toContain(problem)
    expect(error.location.offset).toBeGreaterThanOrEqual(24)
  })

  it('two tensors in one place, or overlapping by a part', async () => {
    const long = { ...vector, name: 'long', dims: [16], data: Buffer.alloc(64) }
    const same = await refusal(encodeGguf(tensorFile(vector, { ...vector, name: 'w', offset: 0 })))
    expect(same.problem).toBe('overlaps v')
    const part = await refusal(encodeGguf(tensorFile(long, { ...vector, offset: 32 })))
    expect(part).toMatchObject({ problem: 'overlaps long', location: { field: 'v' } })
  })

  it('two tensors of one name', async () => {
    const error = await refusal(encodeGguf(tensorFile(vector, vector)))
    expect(error).toMatchObject({ problem: 'the name is used twice', location: { field: 'v' } })
  })

  it('a missing tensor, with the nearest names', async () => {
    const checkpoint = await opening(encodeGguf(tinyGguf()))
    const error = await inputErrorOf(async () => checkpoint.tensor('blk.0.atn_q.weight'))
    expect(error.hint).toContain('blk.0.attn_q.weight')
    const layer = await inputErrorOf(() => checkpoint.readFloat32('layers.2.attention.wq'))
    expect(layer.hint).toContain('layers.0.attention.wq')
    await checkpoint.close()
  })

  it('scales, offsets and values that are not finite, at their place', async () => {
    const codes = new Uint8Array(32)
    const finite = encodeQ8_0Block(0x3c00, codes)
    const q8: GgufTensor = {
      name: 'q8',
      dims: [32, 2],
      type: 8,
      data: Buffer.concat([finite, encodeQ8_0Block(0xfc00, codes)]),
    }
    const q4: GgufTensor = {
      name: 'q4',
      dims: [32],
      type: 3,
      data: encodeQ4_1Block(0x3c00, 0x7e00, codes),
    }
    const checkpoint = await opening(encodeGguf(tensorFile(q8, q4)))
    const start = (name: string) => checkpoint.tensor(name).byteOffset
    const scale = await inputErrorOf(() => checkpoint.readGroups('q8'))
    expect(scale.location).toMatchObject({ offset: start('q8') + 34, field: 'q8' })
    const offset = await inputErrorOf(() => checkpoint.readGroups('q4'))
    expect(offset.location).toMatchObject({ offset: start('q4') + 2, field: 'q4' })
    for (const [name, block] of [
      ['q8', 34],
      ['q4', 0],
    ] as const) {
      const value = await inputErrorOf(() => checkpoint.readFloat32(name))
      expect(value.location).toMatchObject({ offset: start(name) + block, field: name })
    }
    const good = await checkpoint.readGroups('q8', { first: 0, count: 1 })
    expect(good.scales).toEqual(Uint16Array.of(0x3c00))
    await checkpoint.close()
  })

  it('alignments other than 32', async () => {
    const file: GgufFile = {
      fields: [['general.alignment', 'u32', 64]],
      tensors: [vector, { ...vector, name: 'w', data: encodeF32([1, 2, 3, 4, 5, 6, 7, 8]) }],
      alignment: 64,
    }
    const checkpoint = await opening(encodeGguf(file))
    expect(await checkpoint.readFloat32('w')).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))
    await checkpoint.close()
  })
})

describe('the model of a GGUF file', () => {
  function withField(key: string, ...field: GgufField | []): GgufFile {
    const file = tinyGguf()
    const others = file.fields.filter(([name]) => name !== key)
    return { ...file, fields: field.length === 0 ? others : [...others, field] }
  }

  it.each<[string, GgufField | [], string]>([
    ['llama.block_count', [], 'is missing'],
    ['llama.block_count', ['llama.block_count', 'u32', 0], ''],
    ['llama.block_count', ['llama.block_count', 'u64', 2 ** 40], ''],
    ['llama.embedding_length', ['llama.embedding_length', 'string', '32'], 'is "32", not number'],
    ['llama.embedding_length', ['llama.embedding_length', 'i32s', [32]], 'a list or an object'],
    ['llama.attention.head_count', ['llama.attention.head_count', 'u32', 3], 'do not divide'],
    ['llama.attention.head_count_kv', ['llama.attention.head_count_kv', 'u32', 3], 'do not divide'],
    ['llama.rope.dimension_count', ['llama.rope.dimension_count', 'u32', 4], 'heads of 8'],
    ['llama.attention.key_length', ['llama.attention.key_length', 'u32', 16], 'heads of 8'],
    ['llama.rope.freq_base', ['llama.rope.freq_base', 'f32', Number.NaN], 'is NaN, not number'],
  ])('%s of %j is refused by name', async (key, field, problem) => {
    const error = await refusal(encodeGguf(withField(key, ...field)))
    expect(error.location.field).toBe(key)
    expect(error.problem).toContain(problem)
  })

  it('a shape that contradicts the metadata is refused by the tensor', async () => {
    const field: GgufField = ['llama.feed_forward_length', 'u32', 96]
    const error = await refusal(encodeGguf(withField(field[0], ...field)))
    expect(error.location.field).toBe('blk.0.ffn_gate.weight')
  })

  it('of another architecture, or of an adapter, is none', async () => {
    const other = withField('general.architecture', 'general.architecture', 'string', 'gpt2')
    const adapter = withField('general.type', 'general.type', 'string', 'adapter')
    for (const file of [other, adapter]) {
      const checkpoint = await opening(encodeGguf(file))
      expect(checkpoint.config).toBeUndefined()
      await checkpoint.close()
    }
  })

  it('has a tied head when there is no output tensor', async () => {
    const file = tinyGguf()
    const tensors = file.tensors.filter((tensor) => tensor.name !== 'output.weight')
    const checkpoint = await opening(encodeGguf({ ...file, tensors }))
    expect(checkpoint.config?.tiedHead).toBe(true)
    expect(checkpoint.tensor('output').storedName).toBe('token_embd.weight')
    await checkpoint.close()
  })

  it('keeps 64-bit sizes and tells frequency scaling', async () => {
    const file = tinyGguf()
    const fields: GgufField[] = [
      ...file.fields.filter(([key]) => key !== 'llama.context_length'),
      ['llama.context_length', 'u64', 131072],
      ['llama.rope.scaling.type', 'string', 'yarn'],
    ]
    const checkpoint = await opening(encodeGguf({ ...file, fields }))
    expect(checkpoint.config).toMatchObject({ contextLength: 131072, ropeScaling: 'yarn' })
    await checkpoint.close()
    const plain: GgufField = ['llama.rope.scaling.type', 'string', 'none']
    const unscaled = await opening(encodeGguf({ ...file, fields: [...file.fields, plain] }))
    expect(unscaled.config).not.toHaveProperty('ropeScaling')
    await unscaled.close()
    const factors = { ...vector, name: 'rope_freqs.weight' }
    const other = await opening(encodeGguf({ ...file, tensors: [...file.tensors, factors] }))
    expect(other.config?.ropeScaling).toBe('rope_freqs')
    await other.close()
  })

  it('may have keys that nobody knows', async () => {
    const extra: GgufField[] = [
      ['some.text', 'raw', Buffer.concat([u32(8), ggufString('▁ß')])],
      ['__proto__', 'u32', 1],
    ]
    const file = tinyGguf()
    const checkpoint = await opening(encodeGguf({ ...file, fields: [...extra, ...file.fields] }))
    expect(checkpoint.config?.dim).toBe(32)
    await checkpoint.close()
  })
})
