import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './open-checkpoint.js'
import { encodeLlama2c, encodeLlama2cHeader } from './testing/encode-llama2c.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyConfig } from './testing/tiny-model.js'

const folder = temporaryFolder()
const whole = encodeLlama2c(tinyConfig)

function refusal(contents: Uint8Array) {
  return inputErrorOf(() => openCheckpoint(folder.write('model.bin', contents)))
}

describe('malformed llama2.c checkpoints', () => {
  it.each([
    [0, 'dim', 0],
    [1, 'hidden_dim', -4],
    [2, 'n_layers', 0],
    [3, 'n_heads', 0],
    [4, 'n_kv_heads', -1],
    [5, 'vocab_size', 0],
    [6, 'seq_len', 0],
  ])('header integer %d (%s) of %d', async (index, field, value) => {
    const contents = Buffer.from(whole)
    contents.writeInt32LE(value, 4 * index)
    const error = await refusal(contents)
    expect(error.location).toMatchObject({ offset: 4 * index, field })
  })

  it('heads that do not divide the width, or each other', async () => {
    const odd = await refusal(encodeLlama2cHeader([32, 64, 2, 5, 5, 7, 3]))
    expect(odd.location.field).toBe('n_heads')
    const uneven = await refusal(encodeLlama2cHeader([32, 64, 2, 4, 3, 7, 3]))
    expect(uneven.location.field).toBe('n_kv_heads')
  })

  it('sizes whose product no file can have', async () => {
    const huge = 2 ** 31 - 2
    const error = await refusal(encodeLlama2cHeader([huge, huge, huge, 1, 1, huge, huge]))
    expect(error.problem).toContain('implies')
  })

  it('one byte less or more than the header implies', async () => {
    const short = await refusal(whole.subarray(0, -1))
    expect(short.problem).toContain(`${whole.length - 1} bytes`)
    expect(short.problem).toContain(`implies ${whole.length}`)
    expect(short.hint).toContain('truncated')
    const long = await refusal(Buffer.concat([whole, Buffer.of(0)]))
    expect(long.hint).toContain('another format')
  })

  it('weights that are not finite, at their place in the file', async () => {
    const contents = Buffer.from(whole)
    contents.writeFloatLE(Number.NaN, 28 + 4 * 37)
    const checkpoint = await openCheckpoint(folder.write('nan.bin', contents))
    const error = await inputErrorOf(() => checkpoint.readFloat32('tok_embeddings'))
    expect(error.location).toMatchObject({ offset: 28 + 4 * 37, field: 'tok_embeddings' })
    await checkpoint.close()
  })

  it('later versions, by their number', async () => {
    const contents = Buffer.alloc(256)
    contents.writeUInt32LE(0x616b3432)
    contents.writeInt32LE(2, 4)
    const error = await refusal(contents)
    expect(error.problem).toBe('llama2.c version 2 is not supported')
    expect(error.location.offset).toBe(4)
  })
})
