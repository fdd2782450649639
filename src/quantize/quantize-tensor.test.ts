import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Checkpoint, openCheckpoint } from '../checkpoint/index.js'
import { encodeGguf } from '../checkpoint/testing/encode-gguf.js'
import { safetensorsFile, safetensorsParts } from '../checkpoint/testing/encode-safetensors.js'
import { encodeF32 } from '../checkpoint/testing/encode-values.js'
import { inputErrorOf } from '../checkpoint/testing/expect-input-error.js'
import { expectSameValues } from '../checkpoint/testing/expect-same-values.js'
import { temporaryFolder } from '../checkpoint/testing/temporary-folder.js'
import { type TinyStoredType, tinyGguf } from '../checkpoint/testing/tiny-gguf.js'
import { quantizeMatrix } from './quantize-matrix.js'
import { quantizeTensor } from './quantize-tensor.js'
import { dequantize, quantizationError } from './quantized-matrix.js'

const folder = temporaryFolder()

async function opened(path: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(path)
  onTestFinished(() => checkpoint.close())
  return checkpoint
}

function openedTiny(type: TinyStoredType): Promise<Checkpoint> {
  return opened(folder.write(`${type}.gguf`, encodeGguf(tinyGguf(type))))
}

const name = 'layers.1.feed_forward.w2'

describe('tensor of a checkpoint', () => {
  it.each([
    ['Q4_0', 4],
    ['Q4_1', 4],
    ['Q8_0', 8],
  ] as const)('%s is imported with its own values', async (type, bits) => {
    const checkpoint = await openedTiny(type)
    const { tensor, matrix, origin } = await quantizeTensor(checkpoint, name)
    expect(origin).toBe('imported')
    expect(tensor.storedName).toBe('blk.1.ffn_down.weight')
    expect(matrix).toMatchObject({ rows: 32, columns: 64, bits, group: 32 })
    expectSameValues(dequantize(matrix), await checkpoint.readFloat32(name))
    const asked = await quantizeTensor(checkpoint, name, { bits, group: 32, requantize: true })
    expect(asked.origin).toBe('imported')
  })

  it('without groups is quantised, to 4 bits in groups of 64 unless told otherwise', async () => {
    const checkpoint = await openedTiny('F32')
    const values = await checkpoint.readFloat32(name)
    const { matrix, origin } = await quantizeTensor(checkpoint, name)
    expect(origin).toBe('quantized')
    expect(matrix).toEqual(quantizeMatrix(values, 32, 64, { bits: 4, group: 64 }))
    const other = await quantizeTensor(checkpoint, name, { bits: 8, group: 32, clipping: 'none' })
    expect(other.matrix).toEqual(quantizeMatrix(values, 32, 64, { bits: 8, group: 32 }, 'none'))
  })

  it('stored in groups is rounded a second time only when asked to', async () => {
    const checkpoint = await openedTiny('Q4_0')
    for (const format of [{ group: 64 }, { bits: 2 }, { bits: 8 }] as const) {
      const error = await inputErrorOf(() => quantizeTensor(checkpoint, name, format))
      expect(error.problem).toContain('stored as Q4_0')
      expect(error.hint).toContain('4 bits in groups of 32')
      expect(error.location.field).toBe('blk.1.ffn_down.weight')
    }
    const options = { group: 64, requantize: true } as const
    const { matrix, origin } = await quantizeTensor(checkpoint, name, options)
    expect(origin).toBe('requantized')
    const values = await checkpoint.readFloat32(name)
    expect(matrix).toEqual(quantizeMatrix(values, 32, 64, { bits: 4, group: 64 }))
  })

  it('that is no matrix is refused', async () => {
    const checkpoint = await openedTiny('F32')
    const error = await inputErrorOf(() => quantizeTensor(checkpoint, 'norm'))
    expect(error.problem).toBe('shape [32] is not that of a weight matrix')
    const { header, data } = safetensorsParts([
      { name: 'cube', dtype: 'F32', shape: [2, 2, 2], data: Buffer.alloc(32) },
      { name: 'empty', dtype: 'F32', shape: [2, 0], data: Buffer.alloc(0) },
    ])
    const others = await opened(folder.write('others.safetensors', safetensorsFile(header, data)))
    for (const other of ['cube', 'empty']) {
      const refused = await inputErrorOf(() => quantizeTensor(others, other))
      expect(refused.problem).toContain('is not that of a weight matrix')
    }
  })

  it('names tensor, row and column of weights that do not fit', async () => {
    const data = encodeF32(Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? 1e30 : 0)))
    const file = { fields: [], tensors: [{ name: 'big', dims: [32, 2], type: 0, data }] }
    const checkpoint = await opened(folder.write('big.gguf', encodeGguf(file)))
    const error = await inputErrorOf(() => quantizeTensor(checkpoint, 'big'))
    expect(error.location.field).toBe('big, row 1, column 0')
    expect(error.location.file).toBe(checkpoint.path)
  })
})

const shared = process.env.ROMULUS_SHARED
const note = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

describe.skipIf(shared === undefined)(`stories260K${note}`, () => {
  const model = (file: string) => opened(join(shared ?? '', 'models', 'stories260K', file))

  it('has less error in every projection with search than without', async () => {
    const checkpoint = await model('stories260K.bin')
    for (const tensor of checkpoint.tensors) {
      if (tensor.shape.length !== 2 || !tensor.name.startsWith('layers.')) continue
      const values = await checkpoint.readFloat32(tensor.name)
      const searched = await quantizeTensor(checkpoint, tensor.name)
      const plain = await quantizeTensor(checkpoint, tensor.name, { clipping: 'none' })
      const error = quantizationError(values, searched.matrix)
      expect(error.squared).toBeLessThan(quantizationError(values, plain.matrix).squared)
      expect(error.relative).toBeLessThan(0.12)
    }
  })

  it.each(['Q4_0', 'Q8_0'])('%s is imported bit for bit', async (type) => {
    const checkpoint = await model(`stories260K-${type}.gguf`)
    let negative = 0
    for (const tensor of checkpoint.tensors) {
      if (tensor.storedType.name !== type) continue
      const { matrix, origin } = await quantizeTensor(checkpoint, tensor.storedName)
      expect(origin).toBe('imported')
      expectSameValues(dequantize(matrix), await checkpoint.readFloat32(tensor.name))
      negative += matrix.scales.filter((scale) => scale >= 0x8000).length
    }
    if (type === 'Q4_0') expect(negative).toBeGreaterThan(0)
  })
})
