import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './open-checkpoint.js'
import {
  safetensorsFile,
  safetensorsParts,
  tinyHuggingFaceConfig,
  tinySafetensors,
  tinySafetensorsTensors,
} from './testing/encode-safetensors.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'

const folder = temporaryFolder()

function refusal(contents: Buffer) {
  return inputErrorOf(() => openCheckpoint(folder.write('model.safetensors', contents)))
}

function refusalOfHeader(header: string, dataBytes = 16) {
  return refusal(safetensorsFile(header, Buffer.alloc(dataBytes)))
}

describe('malformed safetensors files', () => {
  it('header lengths that lie', async () => {
    const { header, data } = safetensorsParts(tinySafetensorsTensors('F16'))
    for (const length of [2n ** 60n, 100_000_001n, 99_999_999n]) {
      const error = await refusal(safetensorsFile(header, data, length))
      expect(error.location.offset).toBe(length > 100_000_000n ? 0 : 8)
    }
    for (const length of [0, 1, header.length - 1, header.length + 1]) {
      await refusal(safetensorsFile(header, data, length))
    }
  })

  it.each([
    ['garbage', '{]'],
    ['a list', '[1]'],
    ['nesting without end', `{"a":${'['.repeat(50_000)}`],
    ['an entry that is no object', '{"a":3}'],
    ['an entry without type', '{"a":{"shape":[4],"data_offsets":[0,16]}}'],
    ['a negative size', '{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}'],
    ['a broken size', '{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}'],
    ['a size beyond 2^53', '{"a":{"dtype":"F32","shape":[1e30],"data_offsets":[0,16]}}'],
    ['one offset', '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0]}}'],
    ['metadata that is no text', '{"__metadata__":{"a":1}}'],
  ])('JSON with %s', async (_, header) => {
    await refusalOfHeader(header)
  })

  it('space before the opening brace', async () => {
    const error = await refusalOfHeader(' {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}')
    expect(error.problem).toBe('the header does not start with {')
  })

  it('bytes that are not UTF-8', async () => {
    const error = await refusal(safetensorsFile(Buffer.from('{"\xff":1}', 'latin1'), Buffer.of()))
    expect(error.problem).toContain('UTF-8')
  })

  it('repeated names and keys, at their place', async () => {
    const entry = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    const names = await refusalOfHeader(`{"a":${entry},"\\u0061":${entry}}`, 8)
    expect(names.location).toMatchObject({ offset: 8 + 5 + entry.length + 1, field: 'a' })
    const keys = await refusalOfHeader(
      '{"a":{"dtype":"F32","dtype":"F16","shape":[4],"data_offsets":[0,16]}}',
    )
    expect(keys.location.field).toBe('dtype')
  })

  it('unknown types by name', async () => {
    const error = await refusalOfHeader('{"a":{"dtype":"F3","shape":[4],"data_offsets":[0,16]}}')
    expect(error.message).toContain('a: unknown tensor type F3')
  })

  it.each([
    ['too short', '[0,12]'],
    ['reversed', '[16,0]'],
    ['too long', '[0,20]'],
  ])('a range that is %s for its shape', async (_, range) => {
    const error = await refusalOfHeader(`{"a":{"dtype":"F32","shape":[4],"data_offsets":${range}}}`)
    expect(error.problem).toContain('do not span the 16 bytes')
  })

  it('sizes that overflow together', async () => {
    const error = await refusalOfHeader(
      '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}',
    )
    expect(error.problem).toContain('too large')
  })

  it.each([
    ['an overlap', [0, 8], [4, 12], 12, 'b'],
    ['a gap', [0, 8], [12, 20], 20, 'b'],
    ['a tensor out of the file', [0, 8], [8, 16], 12, undefined],
    ['bytes that belong to none', [0, 8], [8, 16], 17, undefined],
  ])('%s', async (_, first, second, dataBytes, field) => {
    const entry = (range: readonly number[]) =>
      `{"dtype":"F32","shape":[2],"data_offsets":[${range.join(',')}]}`
    const error = await refusalOfHeader(`{"a":${entry(first)},"b":${entry(second)}}`, dataBytes)
    expect(error.location.field).toBe(field)
    expect(error.location.offset).toBeGreaterThan(8)
  })

  it('two names of one tensor', async () => {
    const tensors = ['model.norm.weight', 'norm'].map((name) => ({
      name,
      dtype: 'F32',
      shape: [2],
      data: Buffer.alloc(8),
    }))
    const { header, data } = safetensorsParts(tensors)
    const error = await refusal(safetensorsFile(header, data))
    expect(error.message).toContain('norm: is the same tensor as model.norm.weight')
  })

  it('values that are not finite, at their place', async () => {
    const { header } = safetensorsParts([
      { name: 'a', dtype: 'BF16', shape: [2, 2], data: Buffer.alloc(8) },
    ])
    const data = Buffer.alloc(8)
    data.writeUInt16LE(0x7f80, 4)
    const path = folder.write('infinite.safetensors', safetensorsFile(header, data))
    const checkpoint = await openCheckpoint(path)
    const error = await inputErrorOf(() => checkpoint.readFloat32('a'))
    expect(error.location).toMatchObject({ offset: 8 + header.length + 4, field: 'a' })
    await checkpoint.close()
  })

  it('accepts empty tensors and scalars', async () => {
    const { header, data } = safetensorsParts([
      { name: 'empty', dtype: 'F32', shape: [1e15, 0], data: Buffer.alloc(0) },
      { name: 'scalar', dtype: 'F16', shape: [], data: Buffer.from([0, 0x3c]) },
    ])
    const path = folder.write('small.safetensors', safetensorsFile(header, data))
    const checkpoint = await openCheckpoint(path)
    expect(await checkpoint.readFloat32('empty')).toEqual(new Float32Array(0))
    expect((await checkpoint.readRows('empty').next()).done).toBe(true)
    expect(await checkpoint.readFloat32('scalar')).toEqual(Float32Array.of(1))
    await checkpoint.close()
  })

  it('names with line breaks do not break the message', async () => {
    const { header, data } = safetensorsParts([
      { name: 'a\nb\u001b[2J', dtype: 'F32', shape: [2], data: Buffer.alloc(4) },
    ])
    const error = await refusal(safetensorsFile(header, data))
    expect(error.message).toContain('a\\u{a}b')
  })
})

describe('config.json beside safetensors', () => {
  let folders = 0

  function openWith(config: string) {
    const name = `with-config-${folders++}`
    mkdirSync(join(folder.path, name))
    folder.write(join(name, 'config.json'), config)
    return openCheckpoint(folder.write(join(name, 'model.safetensors'), tinySafetensors()))
  }

  it.each([
    ['hidden_size', undefined, 'is missing'],
    ['hidden_size', '32', 'is "32", not number'],
    ['num_hidden_layers', 1e12, ''],
    ['num_attention_heads', 5, ''],
    ['num_key_value_heads', 3, ''],
    ['head_dim', 16, 'only heads of 8'],
    ['rms_norm_eps', -1, ''],
  ])('%s of %j is refused by name', async (field, value, problem) => {
    const error = await inputErrorOf(() =>
      openWith(JSON.stringify({ ...tinyHuggingFaceConfig, [field]: value })),
    )
    expect(error.location.field).toBe(field)
    expect(error.location.file).toMatch(/config\.json$/)
    expect(error.problem).toContain(problem)
  })

  it('a shape that contradicts it is refused by the tensor', async () => {
    const error = await inputErrorOf(() =>
      openWith(JSON.stringify({ ...tinyHuggingFaceConfig, intermediate_size: 96 })),
    )
    expect(error.location.field).toBe('model.layers.0.mlp.gate_proj.weight')
    expect(error.problem).toBe("shape is [64, 32], but the model's sizes make it [96, 32]")
  })

  it('a layer that it does not have is refused', async () => {
    const error = await inputErrorOf(() =>
      openWith(JSON.stringify({ ...tinyHuggingFaceConfig, num_hidden_layers: 1 })),
    )
    expect(error.problem).toBe('the model has only 1 layers')
  })

  it('garbage, repeated keys and absurd length are refused', async () => {
    await inputErrorOf(() => openWith('{'))
    await inputErrorOf(() => openWith('{"model_type":"llama","model_type":"llama"}'))
    const long = await inputErrorOf(() => openWith(' '.repeat(2 ** 20 + 1)))
    expect(long.problem).toBe('1048577 bytes are more than the 1048576 read at most')
    await inputErrorOf(() => openWith('3'))
  })

  it('of another kind of model describes none', async () => {
    const checkpoint = await openWith('{"model_type":"gpt2"}')
    expect(checkpoint.config).toBeUndefined()
    await checkpoint.close()
  })

  it('tells rotation base and scaling in both spellings', async () => {
    const scaling = { rope_type: 'llama3', factor: 32 }
    const older = await openWith(
      JSON.stringify({ ...tinyHuggingFaceConfig, rope_theta: 500000, rope_scaling: scaling }),
    )
    expect(older.config).toMatchObject({ ropeBase: 500000, ropeScaling: 'llama3' })
    const { rope_theta: _, ...rest } = tinyHuggingFaceConfig
    const newer = await openWith(
      JSON.stringify({ ...rest, rope_parameters: { rope_type: 'default', rope_theta: 500000 } }),
    )
    expect(newer.config?.ropeBase).toBe(500000)
    expect(newer.config).not.toHaveProperty('ropeScaling')
    await Promise.all([older.close(), newer.close()])
  })
})
