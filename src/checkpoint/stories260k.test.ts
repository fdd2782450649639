import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Checkpoint } from './checkpoint.js'
import { openCheckpoint } from './open-checkpoint.js'
import { openTokenizer } from './open-tokenizer.js'
import { expectSameValues } from './testing/expect-same-values.js'

const shared = process.env.ROMULUS_SHARED
const note = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

describe.skipIf(shared === undefined)(`stories260K${note}`, () => {
  const folder = join(shared ?? '', 'models', 'stories260K')
  const open: Checkpoint[] = []
  let reference: Checkpoint

  async function opened(name: string): Promise<Checkpoint> {
    const checkpoint = await openCheckpoint(join(folder, name))
    open.push(checkpoint)
    return checkpoint
  }

  beforeAll(async () => {
    reference = await opened('stories260K.bin')
  })
  afterAll(() => Promise.all(open.map((checkpoint) => checkpoint.close())))

  function modelTensors(): string[] {
    const names = reference.tensors.map((tensor) => tensor.name)
    return [...names.filter((name) => !name.startsWith('freq_')), 'output']
  }

  it('is described alike by llama2.c and GGUF, but for what the conversion changed', async () => {
    const gguf = await opened('stories260K.gguf')
    expect(reference.config).toMatchObject({ dim: 64, hiddenDim: 172, layers: 5, heads: 8 })
    expect(gguf.config).toEqual({ ...reference.config, contextLength: 2048, tiedHead: false })
  })

  it('has equal tensors in llama2.c and F32 GGUF, under either name', async () => {
    const gguf = await opened('stories260K.gguf')
    expect(modelTensors()).toHaveLength(48)
    for (const name of modelTensors()) {
      const values = await reference.readFloat32(name)
      expectSameValues(await gguf.readFloat32(name), values)
      expectSameValues(await reference.readFloat32(gguf.tensor(name).storedName), values)
    }
  })

  // Q8_0 errs by half a step of 1/127 of the largest weight. Q4_0 has the codes -8 to 7 of a step of 1/8: the weight
  // opposite to the largest one may lose a whole step. Both scales are rounded to binary16, at most 2^-11 off.
  it.each([
    ['Q8_0', 0.5 / 127 + 2 ** -11],
    ['Q4_0', 1 / 8 + 2 ** -11],
  ])('has close tensors in %s', async (type, bound) => {
    const gguf = await opened(`stories260K-${type}.gguf`)
    const types = new Set<string>()
    for (const name of modelTensors()) {
      types.add(gguf.tensor(name).storedType.name)
      const exact = await reference.readFloat32(name)
      const stored = await gguf.readFloat32(name)
      const largest = exact.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      const error = exact.reduce((max, value, i) => Math.max(max, Math.abs(value - stored[i]!)), 0)
      expect(error).toBeLessThanOrEqual(bound * largest)
    }
    expect([...types].sort()).toEqual([...new Set(['F16', 'F32', type, 'Q8_0'])].sort())
  })

  it('has one tokenizer in two files', async () => {
    const [llama2c, gguf] = await Promise.all([
      openTokenizer(join(folder, 'tok512.bin')),
      openTokenizer(join(folder, 'stories260K.gguf')),
    ])
    const text = readFileSync(join(shared ?? '', 'text', 'tinystories_sample.txt'), 'utf8')
    const tokens = llama2c.encode(text)
    expect(gguf.encode(text)).toEqual(tokens)
    expect(llama2c.decode(tokens)).toBe(text)
    expect(gguf.decode(tokens)).toBe(text)
    expect(tokens.length).toBeLessThan(text.length / 2)
  })

  it('counts the predicted tokens of the loss measurement: 1,242 in stories of at most 256', async () => {
    const tokenizer = await openTokenizer(join(folder, 'tok512.bin'))
    const text = readFileSync(join(shared ?? '', 'text', 'tinystories_sample.txt'), 'utf8')
    const stories = text.split('<|endoftext|>').map((story) => story.trim())
    const lengths = stories
      .filter((story) => story !== '')
      .map((story) => Math.min(256, tokenizer.encode(story).length))
    expect(lengths).toHaveLength(5)
    expect(lengths.reduce((sum, length) => sum + length - 1, 0)).toBe(1242)
  })
})

describe.skipIf(shared === undefined)(`the PEFT adapter${note}`, () => {
  it('opens as safetensors without a model', async () => {
    const path = join(shared ?? '', 'adapters', 'tinyllama-v0-q_proj', 'adapter_model.safetensors')
    const checkpoint = await openCheckpoint(path)
    expect(checkpoint.config).toBeUndefined()
    const name = 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'
    expect(checkpoint.tensor(name).shape).toEqual([8, 64])
    expect(await checkpoint.readFloat32(name)).toHaveLength(512)
    await checkpoint.close()
  })
})
