import { describe, expect, it, onTestFinished } from 'vitest'
import { type Checkpoint, openCheckpoint } from '../checkpoint/index.js'
import { encodeGguf } from '../checkpoint/testing/encode-gguf.js'
import { encodeTq1Block, encodeTq2Block } from '../checkpoint/testing/encode-values.js'
import { inputErrorOf } from '../checkpoint/testing/expect-input-error.js'
import { temporaryFolder } from '../checkpoint/testing/temporary-folder.js'
import { numberToFloat16 } from '../common/float16.js'
import { Random } from '../common/random.js'
import { quantizeTensor } from './quantize-tensor.js'

const folder = temporaryFolder()
const types = [
  ['TQ1_0', 34, encodeTq1Block],
  ['TQ2_0', 35, encodeTq2Block],
] as const

async function opened(type: number, rowLength: number, data: Buffer): Promise<Checkpoint> {
  const blockBytes = type === 34 ? 54 : 66
  const rows = (data.length / blockBytes) * (256 / rowLength)
  const tensors = [{ name: 'w', dims: [rowLength, rows], type, data }]
  const checkpoint = await openCheckpoint(
    folder.write(`${type}.gguf`, encodeGguf({ fields: [], tensors })),
  )
  onTestFinished(() => checkpoint.close())
  return checkpoint
}

describe.each(types)('%s', (_, type, encode) => {
  const scales = [0.5, -0.25, 3, 2 ** -20]
  const random = new Random(type)
  const trits = Array.from({ length: 1024 }, () => random.integer(-1, 1))
  const codes = trits.map((trit) => trit + 1)
  const data = Buffer.concat(
    scales.map((scale, i) => encode(numberToFloat16(scale), codes.slice(256 * i, 256 * (i + 1)))),
  )

  it('gives trits times the scale of their block, by rows as well', async () => {
    const checkpoint = await opened(type, 512, data)
    const expected = trits.map((trit, i) => trit * scales[i >> 8]!)
    const numbers = (values: Float32Array) => [...values].map((value) => value + 0)
    expect(numbers(await checkpoint.readFloat32('w'))).toEqual(expected.map((value) => value + 0))
    const second = await checkpoint.readFloat32('w', { first: 1, count: 1 })
    expect(numbers(second)).toEqual(expected.slice(512).map((value) => value + 0))
  })

  it('is imported trit for trit into groups of any size, and into no other format', async () => {
    const checkpoint = await opened(type, 512, data)
    for (const group of [32, 64, 128] as const) {
      const { matrix, origin } = await quantizeTensor(checkpoint, 'w', { group })
      expect([origin, matrix.bits, matrix.group]).toEqual(['imported', 'ternary', group])
      expect([...matrix.codes]).toEqual(codes)
      expect([...matrix.scales]).toEqual(
        scales.flatMap((scale) => Array(256 / group).fill(numberToFloat16(scale))),
      )
    }
    const error = await inputErrorOf(() => quantizeTensor(checkpoint, 'w', { bits: 2 }))
    expect(error.problem).toContain('2 bits in groups of 64 would round it a second time')
    expect(error.hint).toContain('ternary in groups of 256')
  })

  it('with a scale that is no number is refused with its place', async () => {
    const broken = Buffer.concat([data.subarray(0, -2), Buffer.of(0, 0x7c)])
    const checkpoint = await opened(type, 512, broken)
    const { byteOffset } = checkpoint.tensor('w')
    const error = await inputErrorOf(() => checkpoint.readGroups('w'))
    expect(error.problem).toBe('scale of a group is not finite')
    expect(error.location.offset).toBe(byteOffset + data.length - 2)
  })
})

it('TQ1_0: trits of a byte from its highest digit on, in the order of the blocks of ggml', async () => {
  const block = Buffer.alloc(54)
  // 2 1 0 2 1 in base 3 is 196, and 196 * 256 / 243 is 206.5 before it is rounded up.
  block[0] = 207
  // 0 1 2 0, and a fifth digit of 0, is 45.
  block[51] = 48
  block.writeUInt16LE(0x3c00, 52)
  const values = await (await opened(34, 256, block)).readFloat32('w')
  const others = (at: number) => ![0, 32, 64, 96, 128, 243, 247, 251, 255].includes(at)
  expect([0, 32, 64, 96, 128].map((at) => values[at])).toEqual([1, 0, -1, 1, 0])
  expect([243, 247, 251, 255].map((at) => values[at])).toEqual([-1, 0, 1, -1])
  expect(values.filter((_, at) => others(at)).every((value) => value === -1)).toBe(true)
})

it('TQ2_0: the fourth code is refused with the block that has it', async () => {
  const codes = new Uint8Array(256).fill(1)
  const data = Buffer.concat([
    encodeTq2Block(0x3c00, codes),
    encodeTq2Block(0x3c00, codes.with(77, 3)),
  ])
  const checkpoint = await opened(35, 256, data)
  const error = await inputErrorOf(() => quantizeTensor(checkpoint, 'w'))
  expect(error.problem).toBe('a code is 3, which is no trit')
  expect(error.location.offset).toBe(checkpoint.tensor('w').byteOffset + 66)
})
