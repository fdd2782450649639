import { describe, expect, it, onTestFinished } from 'vitest'
import { numberToFloat16 } from '../common/float16.js'
import type { Checkpoint } from './checkpoint.js'
import { modelConfigOf } from './float-model.js'
import { openCheckpoint } from './open-checkpoint.js'
import { tinyBitnetConfig, tinyBitnetTensors, tinyTrits } from './testing/bitnet-files.js'
import { encodeGguf } from './testing/encode-gguf.js'
import {
  type SafetensorsTensor,
  safetensorsFile,
  safetensorsParts,
} from './testing/encode-safetensors.js'
import { encodeF32 } from './testing/encode-values.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyConfig } from './testing/tiny-model.js'

const folder = temporaryFolder()
const role = { kind: 'feed_forward.w1', layer: 1 } as const
const name = 'layers.1.feed_forward.w1'
const storedName = 'model.layers.1.mlp.gate_proj.weight'

async function opening(tensors: readonly SafetensorsTensor[], config: object): Promise<Checkpoint> {
  const { header, data } = safetensorsParts(tensors)
  folder.write('config.json', JSON.stringify(config))
  const path = folder.write('model.safetensors', safetensorsFile(header, data))
  const checkpoint = await openCheckpoint(path)
  onTestFinished(() => checkpoint.close())
  return checkpoint
}

const numbers = (values: Float32Array) => [...values].map((value) => value + 0)

describe('packed trits of BitNet', () => {
  it.each([
    ['divides by the scale', {}, 3, 1 / 3],
    ['multiplies by the scale of autobitlinear', { linear_class: 'autobitlinear' }, 3, 3],
  ])('are a matrix of the model, which %s', async (_, settings, weightScale, scale) => {
    const quantization = { ...tinyBitnetConfig.quantization_config, ...settings }
    const config = { ...tinyBitnetConfig, quantization_config: quantization }
    const checkpoint = await opening(tinyBitnetTensors(weightScale), config)
    expect(modelConfigOf(checkpoint)).toMatchObject({ dim: 32, hiddenDim: 64 })
    expect(checkpoint.tensor(name).shape).toEqual([64, 32])
    const trits = tinyTrits(role)
    const values = [...trits].map((trit) => trit * Math.fround(scale) + 0)
    expect(numbers(await checkpoint.readFloat32(name))).toEqual(values)
    for (const [first, count] of [
      [15, 2],
      [63, 1],
      [10, 40],
    ] as const) {
      const rows = await checkpoint.readFloat32(name, { first, count })
      expect(numbers(rows)).toEqual(values.slice(32 * first, 32 * (first + count)))
    }
    const groups = await checkpoint.readGroups(name)
    expect(groups).toMatchObject({ rows: 64, columns: 32, bits: 'ternary', group: 32 })
    expect([...groups.codes]).toEqual([...trits].map((trit) => trit + 1))
    expect(new Set(groups.scales)).toEqual(new Set([numberToFloat16(scale)]))
  })

  const changed = (other: string, change: Partial<SafetensorsTensor>) =>
    tinyBitnetTensors(2).map((tensor) =>
      tensor.name === other ? { ...tensor, ...change } : tensor,
    )

  it.each([
    ['no scale', { name: 'unknown' }, /gate_proj\.weight: has no weight_scale$/],
    ['two scales', { shape: [2], dtype: 'F32', data: encodeF32([1, 1]) }, /has 2 values, not one$/],
    ['a scale of zero', { dtype: 'F32', data: encodeF32([0]) }, /is 0, no scale of weights$/],
    ['a negative scale', { dtype: 'F32', data: encodeF32([-1]) }, /is -1, no scale of weights$/],
    ['a scale that is no number', { dtype: 'F32', data: encodeF32([NaN]) }, /not finite$/],
    ['a scale whose inverse is none', { dtype: 'F32', data: encodeF32([1e-40]) }, /no scale of/],
    ['a scale in bytes', { dtype: 'U8', data: Buffer.of(1) }, /type U8 cannot be read/],
  ])('with %s are refused', async (_, change, message) => {
    const tensors = changed(`${storedName}_scale`, change)
    const error = await inputErrorOf(() => opening(tensors, tinyBitnetConfig))
    expect(error.message).toMatch(message)
  })

  it('with a fourth code are refused with its byte', async () => {
    const data = Buffer.alloc(16 * 32, 0b01_01_01_01)
    data[40] = 0b01_11_01_01
    const checkpoint = await opening(changed(storedName, { data }), tinyBitnetConfig)
    for (const read of [
      () => checkpoint.readFloat32(name),
      () => checkpoint.readGroups(name, { first: 33, count: 1 }),
    ]) {
      const error = await inputErrorOf(read)
      expect(error.problem).toBe('a code is 3, which is no trit')
      expect(error.location.offset).toBe(checkpoint.tensor(name).byteOffset + 40)
    }
  })

  it('with a scale beyond binary16 are read, but not imported', async () => {
    const checkpoint = await opening(tinyBitnetTensors(2 ** -20), tinyBitnetConfig)
    expect(Math.max(...(await checkpoint.readFloat32(name)))).toBe(2 ** 20)
    const error = await inputErrorOf(() => checkpoint.readGroups(name))
    expect(error.problem).toBe('its scale 1048576 is beyond binary16')
  })

  it('of another shape than the model has are refused', async () => {
    const part = { shape: [4, 32], data: Buffer.alloc(128) }
    const error = await inputErrorOf(() => opening(changed(storedName, part), tinyBitnetConfig))
    expect(error.problem).toBe("shape is [16, 32], but the model's sizes make it [64, 32]")
  })

  it('and their scales may be in different files', async () => {
    const tensors = tinyBitnetTensors(4)
    const isScale = ({ name: stored }: SafetensorsTensor) => stored.endsWith('_scale')
    const files = {
      'a.safetensors': tensors.filter((t) => !isScale(t)),
      'b.safetensors': tensors.filter(isScale),
    }
    const map: Record<string, string> = {}
    for (const [file, part] of Object.entries(files)) {
      const { header, data } = safetensorsParts(part)
      folder.write(file, safetensorsFile(header, data))
      for (const tensor of part) map[tensor.name] = file
    }
    folder.write('config.json', JSON.stringify(tinyBitnetConfig))
    const index = folder.write('model.safetensors.index.json', JSON.stringify({ weight_map: map }))
    const checkpoint = await openCheckpoint(index)
    onTestFinished(() => checkpoint.close())
    const expected = [...tinyTrits(role)].map((trit) => trit / 4 + 0)
    expect(numbers(await checkpoint.readFloat32(name))).toEqual(expected)
  })
})

describe("BitNet's own architectures are refused by name where a model is wanted", () => {
  const problem = (what: string) =>
    `is a ${what} model, not one of the LLaMA family (BitNet's sub-norms and squared ReLU are not built)`

  async function refusal(checkpoint: Checkpoint): Promise<string> {
    const error = await inputErrorOf(async () => modelConfigOf(checkpoint))
    return error.message.replace(`${checkpoint.path}: `, '')
  }

  it('in safetensors, whose projections can still be read', async () => {
    const config = {
      ...tinyBitnetConfig,
      architectures: ['BitNetForCausalLM'],
      model_type: 'bitnet',
      hidden_act: 'relu2',
    }
    const checkpoint = await opening(tinyBitnetTensors(1), config)
    expect(await refusal(checkpoint)).toBe(problem('bitnet'))
    expect((await checkpoint.readGroups(name)).rows).toBe(64)
  })

  it('in GGUF', async () => {
    const fields = [['general.architecture', 'string', 'bitnet-25']] as const
    const path = folder.write('bitnet.gguf', encodeGguf({ fields, tensors: [] }))
    const checkpoint = await openCheckpoint(path)
    onTestFinished(() => checkpoint.close())
    expect(await refusal(checkpoint)).toBe(problem('bitnet-25'))
  })

  it('by their sub-norms, though they call themselves llama', async () => {
    const norm = {
      name: 'model.layers.0.mlp.ffn_layernorm.weight',
      dtype: 'F32',
      shape: [tinyConfig.hiddenDim],
      data: encodeF32(new Float32Array(tinyConfig.hiddenDim)),
    }
    const checkpoint = await opening([...tinyBitnetTensors(1), norm], tinyBitnetConfig)
    expect(await refusal(checkpoint)).toBe(problem('BitNet'))
  })

  it('by their activation', async () => {
    const config = { ...tinyBitnetConfig, hidden_act: 'relu2' }
    const error = await inputErrorOf(() => opening(tinyBitnetTensors(1), config))
    expect(error.message).toMatch(/hidden_act: is relu2, but only silu is supported$/)
  })
})
