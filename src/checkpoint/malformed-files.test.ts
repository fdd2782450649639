import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { InputError } from '../common/input-error.js'
import { FileBytes } from './file-bytes.js'
import { storedGroupFormat } from './grouped-types.js'
import { openCheckpoint } from './open-checkpoint.js'
import { openTokenizer } from './open-tokenizer.js'
import { tinyBitnetConfig, tinyBitnetTensors } from './testing/bitnet-files.js'
import { encodeGguf } from './testing/encode-gguf.js'
import { encodeLlama2c, encodeLlama2cTokenizer } from './testing/encode-llama2c.js'
import {
  safetensorsFile,
  safetensorsParts,
  tinyHuggingFaceConfig,
  tinySafetensors,
} from './testing/encode-safetensors.js'
import { encodeF32, encodeQ4_1Block, encodeTq2Block } from './testing/encode-values.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyGguf, tinyModelFields, tinyTokenizerFields } from './testing/tiny-gguf.js'
import { tinyConfig } from './testing/tiny-model.js'

const folder = temporaryFolder()

/** Everything that a checkpoint offers; faults of the file are expected, all others come through. */
async function readEverything(path: string): Promise<void> {
  await allowInputError(async () => {
    const checkpoint = await openCheckpoint(path)
    try {
      for (const tensor of checkpoint.tensors) {
        await allowInputError(() => checkpoint.readFloat32(tensor.name))
        if (storedGroupFormat(tensor) !== undefined) {
          await allowInputError(() => checkpoint.readGroups(tensor.storedName))
        }
      }
      await allowInputError(async () => (await checkpoint.readTokenizer())?.encode('ab b'))
    } finally {
      await checkpoint.close()
    }
  })
}

async function readTokenizer(path: string): Promise<void> {
  await allowInputError(async () => (await openTokenizer(path)).encode('ab b'))
}

async function allowInputError(action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  }
}

const smallConfig = { ...tinyConfig, dim: 4, hiddenDim: 3, layers: 1, heads: 1, kvHeads: 1 }

const smallGguf = encodeGguf({
  fields: [...tinyModelFields.slice(0, 1), ...tinyTokenizerFields].map((field) =>
    field[0] === 'general.architecture' ? [field[0], 'string', 'other'] : field,
  ),
  tensors: [
    { name: 'blk.0.attn_norm.weight', dims: [8], type: 0, data: encodeF32(new Float32Array(8)) },
    {
      name: 'blk.0.attn_q.weight',
      dims: [32, 2],
      type: 3,
      data: Buffer.concat([0, 1].map(() => encodeQ4_1Block(0x3c00, 0x4000, new Uint8Array(32)))),
    },
    {
      name: 'blk.0.attn_k.weight',
      dims: [256],
      type: 35,
      data: encodeTq2Block(0x3c00, new Uint8Array(256)),
    },
  ],
})

const smallSafetensors = (() => {
  const { header, data } = safetensorsParts([
    { name: 'model.norm.weight', dtype: 'F32', shape: [4], data: encodeF32([1, 2, 3, 4]) },
    { name: 'lm_head.weight', dtype: 'BF16', shape: [2, 4], data: Buffer.alloc(16) },
  ])
  return safetensorsFile(header, data)
})()

const packedModel = (() => {
  const { header, data } = safetensorsParts(tinyBitnetTensors(2))
  return safetensorsFile(header, data)
})()

const smallTokenizer = encodeLlama2cTokenizer(
  ['<unk>', '<s>', '</s>', '<0x41>', ' ', 'b', ' b'].map((text, i) => ({ text, score: -i })),
)

describe('a file cut at any length is refused', () => {
  it.each([
    ['small.bin', encodeLlama2c(smallConfig)],
    ['small.gguf', smallGguf],
    ['small.safetensors', smallSafetensors],
  ] as const)('%s', async (name, contents) => {
    const path = folder.write(name, contents)
    const whole = await openCheckpoint(path)
    const lastByte = Math.max(...whole.tensors.map((t) => t.byteOffset + t.byteLength))
    await whole.close()
    for (let length = lastByte - 1; length >= 0; length--) {
      truncateSync(path, length)
      const error = await inputErrorOf(() => openCheckpoint(path))
      if (length > 0) expect(error.location.offset ?? error.location.field).toBeDefined()
    }
  })
})

describe('a mutated file', () => {
  afterEach(() => vi.restoreAllMocks())

  const kinds: readonly [string, Buffer, (path: string) => Promise<void>][] = [
    ['mutated.bin', encodeLlama2c(smallConfig), readEverything],
    ['mutated-model.bin', encodeLlama2c(tinyConfig), readEverything],
    ['mutated.gguf', smallGguf, readEverything],
    ['mutated-model.gguf', encodeGguf(tinyGguf('Q4_1')), readEverything],
    ['mutated.safetensors', smallSafetensors, readEverything],
    [join('described', 'model.safetensors'), tinySafetensors('F16'), readEverything],
    [join('packed', 'model.safetensors'), packedModel, readEverything],
    ['mutated-tokenizer.bin', smallTokenizer, readTokenizer],
  ]
  mkdirSync(join(folder.path, 'described'))
  folder.write(join('described', 'config.json'), JSON.stringify(tinyHuggingFaceConfig))
  mkdirSync(join(folder.path, 'packed'))
  folder.write(join('packed', 'config.json'), JSON.stringify(tinyBitnetConfig))

  it.each(kinds)(
    '%s gives nothing but InputError, within its own size of memory',
    async (name, original, read) => {
      const reads = vi.spyOn(FileBytes.prototype, 'read')
      const path = join(folder.path, name)
      await fc.assert(
        fc.asyncProperty(mutation(original), async (contents) => {
          writeFileSync(path, contents)
          reads.mockClear()
          await read(path)
          const served = reads.mock.calls.filter(
            ([offset, length]) => offset + length <= contents.length,
          )
          const bytesRead = served.reduce((sum, [, length]) => sum + length, 0)
          expect(bytesRead).toBeLessThanOrEqual(8 * contents.length + 4096)
        }),
        { numRuns: 100 },
      )
    },
  )

  it('config.json, mutated, gives nothing but InputError', async () => {
    mkdirSync(join(folder.path, 'configured'))
    const path = folder.write(join('configured', 'model.safetensors'), tinySafetensors('F16'))
    const config = join(folder.path, 'configured', 'config.json')
    await fc.assert(
      fc.asyncProperty(
        mutation(Buffer.from(JSON.stringify(tinyHuggingFaceConfig))),
        async (contents) => {
          writeFileSync(config, contents)
          await readEverything(path)
        },
      ),
      { numRuns: 100 },
    )
  })
})

const extremes = [0, 1, -1, 0x7f, 0x80, 0xff, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]

/** The contents with some bytes and 64-bit words replaced, most of them near the start, and sometimes cut or extended. */
function mutation(original: Buffer): fc.Arbitrary<Buffer> {
  const anywhere = fc.nat(original.length - 1)
  const place = fc.oneof(anywhere, fc.nat(Math.min(400, original.length - 1)))
  const word = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.constantFrom(...extremes.map((value) => BigInt.asUintN(64, BigInt(value)))),
    fc.bigInt({ min: 0n, max: 64n }).map((shift) => BigInt.asUintN(64, 1n << shift)),
  )
  const change = fc.oneof(
    fc.record({ at: place, value: fc.nat(255), bytes: fc.constant(1) }),
    fc.record({ at: place, value: word, bytes: fc.constantFrom(4, 8) }),
  )
  const length = fc.oneof(
    { weight: 4, arbitrary: fc.constant(original.length) },
    { weight: 1, arbitrary: anywhere },
    { weight: 1, arbitrary: fc.nat(64).map((extra) => original.length + extra) },
  )
  return fc
    .record({ changes: fc.array(change, { minLength: 1, maxLength: 4 }), length })
    .map(({ changes, length }) => {
      const contents = Buffer.alloc(Math.max(length, original.length))
      original.copy(contents)
      for (const { at, value, bytes } of changes) {
        const word = Buffer.alloc(8)
        word.writeBigUInt64LE(BigInt(value))
        word.copy(contents, at, 0, bytes)
      }
      return contents.subarray(0, length)
    })
}

describe('what is no readable file', () => {
  it('a folder, a device, a missing file, a file as a folder, a link to itself', async () => {
    const folderError = await inputErrorOf(() => openCheckpoint(folder.path))
    expect(folderError.problem).toBe('is a directory, not a file')
    const device = await inputErrorOf(() => openCheckpoint('/dev/null'))
    expect(device.problem).toBe('is not a regular file')
    const missing = await inputErrorOf(() => openCheckpoint(join(folder.path, 'missing.gguf')))
    expect(missing.problem).toBe('no such file')
    const file = folder.write('file', 'text')
    const inside = await inputErrorOf(() => openCheckpoint(join(file, 'model.gguf')))
    expect(inside.problem).toBe('no such file')
    const loop = join(folder.path, 'loop.gguf')
    symlinkSync(loop, loop)
    const endless = await inputErrorOf(() => openCheckpoint(loop))
    expect(endless.problem).toBe('too many symbolic links')
  })

  it('an empty file, and text', async () => {
    const empty = await inputErrorOf(() => openCheckpoint(folder.write('empty.gguf', '')))
    expect(empty.problem).toBe('the file is empty')
    const text = await inputErrorOf(() => openCheckpoint(folder.write('text.txt', 'x'.repeat(99))))
    expect(text.problem).toBe('is no checkpoint of a known format')
    const json = await inputErrorOf(() => openCheckpoint(folder.write('other.json', '{"a": 1}')))
    expect(json).toMatchObject({ problem: 'is missing', location: { field: 'weight_map' } })
    await inputErrorOf(() => openTokenizer(folder.write('empty-tokenizer.bin', '')))
  })

  const root = process.getuid?.() === 0
  it.skipIf(root)(
    `a file without permission${root ? ' (skipped: running as root)' : ''}`,
    async () => {
      const path = folder.write('secret.gguf', smallGguf)
      chmodSync(path, 0)
      const error = await inputErrorOf(() => openCheckpoint(path))
      expect(error.problem).toBe('permission denied')
    },
  )

  it('a file that shrinks between opening and reading', async () => {
    const path = folder.write('shrinking.safetensors', smallSafetensors)
    const checkpoint = await openCheckpoint(path)
    truncateSync(path, smallSafetensors.length - 4)
    const error = await inputErrorOf(() => checkpoint.readFloat32('output'))
    expect(error.problem).toBe('the file became shorter while it was read')
    await checkpoint.close()
  })
})
