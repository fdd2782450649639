import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { float16ToNumber, numberToFloat16 } from '../common/float16.js'
import type { Checkpoint } from './checkpoint.js'
import { FileBytes } from './file-bytes.js'
import { openCheckpoint } from './open-checkpoint.js'
import { encodeGguf } from './testing/encode-gguf.js'
import { encodeLlama2c } from './testing/encode-llama2c.js'
import {
  huggingFaceName,
  safetensorsFile,
  tinyHuggingFaceConfig,
  tinySafetensors,
} from './testing/encode-safetensors.js'
import { encodeQ8_0Block } from './testing/encode-values.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { expectSameValues } from './testing/expect-same-values.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { ggufName, type TinyStoredType, tinyGguf } from './testing/tiny-gguf.js'
import { tinyConfig, tinyTensors } from './testing/tiny-model.js'

const folder = temporaryFolder()

async function opened(path: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(path)
  onTestFinished(() => checkpoint.close())
  return checkpoint
}

async function openedGguf(type: TinyStoredType): Promise<Checkpoint> {
  return opened(folder.write(`${type}.gguf`, encodeGguf(tinyGguf(type))))
}

function safetensorsPath(dtype: 'F32' | 'F16' | 'BF16', config?: unknown): string {
  const name = `${dtype}${config === undefined ? '' : '-with-config'}`
  mkdirSync(join(folder.path, name), { recursive: true })
  if (config !== undefined) folder.write(join(name, 'config.json'), JSON.stringify(config))
  return folder.write(join(name, 'model.safetensors'), tinySafetensors(dtype))
}

describe('the three formats', () => {
  const llama2c = folder.write('tiny.bin', encodeLlama2c(tinyConfig))

  it.each([
    ['llama2.c', () => llama2c],
    ['GGUF', () => folder.write('tiny.gguf', encodeGguf(tinyGguf()))],
    ['safetensors', () => safetensorsPath('F32', tinyHuggingFaceConfig)],
  ] as const)('%s gives every tensor under every name, bit for bit', async (format, write) => {
    const checkpoint = await opened(write())
    expect(checkpoint.format).toBe(format)
    for (const { name, role, shape, values } of tinyTensors()) {
      expect(checkpoint.tensor(name).shape).toEqual(shape)
      for (const spelling of [name, ggufName(role), huggingFaceName(role)]) {
        expectSameValues(await checkpoint.readFloat32(spelling), values)
      }
    }
  })

  it('agree on the model, but for the rotation pairs', async () => {
    const gguf = await openedGguf('F32')
    const safetensors = await opened(safetensorsPath('F32', tinyHuggingFaceConfig))
    expect((await opened(llama2c)).config).toEqual(tinyConfig)
    expect(gguf.config).toEqual(tinyConfig)
    expect(safetensors.config).toEqual({ ...tinyConfig, ropePairs: 'half-split' })
  })

  it('are told apart by their contents, not by their names', async () => {
    const misnamed = folder.write('misnamed.txt', encodeGguf(tinyGguf()))
    expect((await opened(misnamed)).format).toBe('GGUF')
    const llama2cAsGguf = folder.write('llama2c.gguf', encodeLlama2c(tinyConfig))
    expect((await opened(llama2cAsGguf)).format).toBe('llama2.c')
  })

  it('safetensors without config.json describe no model', async () => {
    const checkpoint = await opened(safetensorsPath('F16'))
    expect(checkpoint.config).toBeUndefined()
    expect(await checkpoint.readTokenizer()).toBeUndefined()
  })

  it('a tied head is the embedding', async () => {
    const path = folder.write('tied.bin', encodeLlama2c({ ...tinyConfig, tiedHead: true }))
    const checkpoint = await opened(path)
    expect(checkpoint.config?.tiedHead).toBe(true)
    expect(checkpoint.tensor('lm_head.weight')).toBe(checkpoint.tensor('tok_embeddings'))
  })
})

describe('stored types', () => {
  it.each(['F16', 'BF16'] as const)(
    '%s values widen exactly, from GGUF and safetensors',
    async (type) => {
      const { name, values } = tinyTensors().find((tensor) => tensor.shape.length === 2)!
      const expected = type === 'F16' ? values : values.map(truncatedToBF16)
      expect(await (await openedGguf(type)).readFloat32(name)).toEqual(expected)
      expect(await (await opened(safetensorsPath(type))).readFloat32(name)).toEqual(expected)
    },
  )

  it.each([
    ['Q4_0', 4, 8, undefined],
    ['Q4_1', 4, 0, 0.3],
    ['Q8_0', 8, 128, undefined],
  ] as const)('%s gives its groups and their values', async (type, bits, zeroPoint, offset) => {
    const checkpoint = await openedGguf(type)
    const groups = await checkpoint.readGroups('layers.1.feed_forward.w2')
    expect(groups).toMatchObject({ rows: 32, columns: 64, bits, group: 32, zeroPoint })
    const stored = Array.from({ length: 64 }, (_, i) => (Math.floor(i / 32) + 5 * (i % 32)) % 16)
    const codes = bits === 8 ? stored.map((code) => code + 128) : stored
    expect([...groups.codes.subarray(0, 64)]).toEqual(codes)
    expect(groups.scales).toEqual(new Uint16Array(64).fill(numberToFloat16(-0.125)))
    expect(groups.offsets).toEqual(
      offset === undefined ? undefined : new Uint16Array(64).fill(numberToFloat16(offset)),
    )
    const values = await checkpoint.readFloat32('layers.1.feed_forward.w2', { first: 0, count: 1 })
    const offsetValue = offset === undefined ? 0 : 0.300048828125
    const expected = codes.map((code) => Math.fround(-0.125 * (code - zeroPoint) + offsetValue))
    expect([...values]).toEqual(expected)
  })

  it('reads groups of some rows as a part of all', async () => {
    const checkpoint = await openedGguf('Q4_1')
    const all = await checkpoint.readGroups('layers.0.attention.wk')
    const some = await checkpoint.readGroups('layers.0.attention.wk', { first: 3, count: 2 })
    expect(some.rows).toBe(2)
    expect(some.codes).toEqual(all.codes.subarray(3 * 32, 5 * 32))
    expect(some.scales).toEqual(all.scales.subarray(3, 5))
  })

  it('types without groups, and types that are only listed, are refused by name', async () => {
    const file = tinyGguf()
    const tensors = [...file.tensors]
    tensors[0] = { ...tensors[0]!, name: 'listed', dims: [32], type: 6, data: Buffer.alloc(22) }
    const checkpoint = await opened(folder.write('q5.gguf', encodeGguf({ ...file, tensors })))
    expect(checkpoint.tensor('listed').storedType.name).toBe('Q5_0')
    const unreadable = await inputErrorOf(() => checkpoint.readFloat32('listed'))
    expect(unreadable.message).toContain('Q5_0')
    expect(unreadable.hint).toContain('Q4_0')
    const ungrouped = await inputErrorOf(() => checkpoint.readGroups('norm'))
    expect(ungrouped.message).toContain('F32 is not stored in groups')
  })
})

describe('rows', () => {
  it('reads any rows as a part of all', async () => {
    const checkpoint = await openedGguf('F16')
    const all = await checkpoint.readFloat32('output')
    for (const [first, count] of [
      [0, 7],
      [2, 3],
      [6, 1],
      [7, 0],
    ] as const) {
      const some = await checkpoint.readFloat32('output', { first, count })
      expect(some).toEqual(all.subarray(32 * first, 32 * (first + count)))
    }
  })

  it.each([
    [0, 8],
    [-1, 1],
    [7, 1],
    [0.5, 1],
    [0, Number.NaN],
  ])('has no rows %d + %d', async (first, count) => {
    const checkpoint = await openedGguf('F32')
    await expect(checkpoint.readFloat32('output', { first, count })).rejects.toThrow(RangeError)
  })

  it('streams a tensor of several megabytes in blocks', async () => {
    const rows = 1500
    const columns = 512
    const values = Float32Array.from({ length: rows * columns }, (_, i) => i % 8191)
    const header = JSON.stringify({
      big: { dtype: 'F32', shape: [rows, columns], data_offsets: [0, values.byteLength] },
    })
    const path = join(folder.path, 'big.safetensors')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.from(values.buffer)]))
    const checkpoint = await opened(path)
    const streamed = new Float32Array(values.length)
    let next = 0
    let blocks = 0
    for await (const block of checkpoint.readRows('big')) {
      expect(block.first).toBe(next)
      expect(block.values.length).toBe(block.count * columns)
      streamed.set(block.values, next * columns)
      next += block.count
      blocks++
    }
    expect(next).toBe(rows)
    expect(blocks).toBeGreaterThan(1)
    expectSameValues(streamed, values)
    expectSameValues(await checkpoint.readFloat32('big'), values)
  })
})

describe('stored groups of more than a megabyte', () => {
  it('are whole blocks in every piece that is read', async () => {
    const rows = 1100
    const columns = 1024
    const blocks = (rows * columns) / 32
    const data = Buffer.concat(
      Array.from({ length: blocks }, (_, block) =>
        encodeQ8_0Block(
          numberToFloat16((block % 1000) + 1),
          new Int8Array(32).fill((block % 255) - 127),
        ),
      ),
    )
    const file = { fields: [], tensors: [{ name: 'big', dims: [columns, rows], type: 8, data }] }
    const checkpoint = await opened(folder.write('big-q8.gguf', encodeGguf(file)))
    const expected = Float32Array.from(
      { length: rows * columns },
      (_, i) => ((Math.floor(i / 32) % 1000) + 1) * ((Math.floor(i / 32) % 255) - 127),
    )
    expectSameValues(await checkpoint.readFloat32('big'), expected)
    const { codes, scales } = await checkpoint.readGroups('big')
    const fault = expected.findIndex(
      (value, i) => float16ToNumber(scales[i >> 5]!) * (codes[i]! - 128) !== value,
    )
    expect(fault).toBe(-1)
  })
})

describe('a file of six gigabytes', () => {
  it('is opened by its header and read by its rows', async () => {
    const rows = 400_000
    const columns = 4096
    const header = JSON.stringify({
      'lm_head.weight': {
        dtype: 'F32',
        shape: [rows, columns],
        data_offsets: [0, 4 * rows * columns],
      },
    })
    const path = folder.write('huge.safetensors', safetensorsFile(header, Buffer.alloc(0)))
    truncateSync(path, 8 + header.length + 4 * rows * columns)
    const reads = vi.spyOn(FileBytes.prototype, 'read')
    onTestFinished(() => reads.mockRestore())
    const checkpoint = await opened(path)
    const lastRow = { first: rows - 1, count: 1 }
    expectSameValues(await checkpoint.readFloat32('output', lastRow), new Float32Array(columns))
    const bytesRead = reads.mock.calls.reduce((sum, [, length]) => sum + length, 0)
    expect(bytesRead).toBeLessThan(2 * header.length + 100 + 4 * columns)
    await expect(checkpoint.readFloat32('output')).rejects.toThrow(RangeError)
  })
})

function truncatedToBF16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)
  bits[0]! &= 0xffff0000
  return new Float32Array(bits.buffer)[0]!
}
