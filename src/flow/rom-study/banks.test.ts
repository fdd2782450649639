import { expect, test } from 'vitest'
import { openCheckpoint } from '../../checkpoint/index.js'
import type { RomContents } from '../../hdl/index.js'
import { quantizeTensor } from '../../quantize/index.js'
import { bundledModel } from '../chip/bundled-model.js'
import { drawnSources } from './drawn-banks.js'
import { modelSources } from './model-banks.js'

const sources = [...modelSources('bundled', bundledModel()), ...drawnSources(5)]
const source = (name: string) => sources.find((each) => each.name === name)!

/** The codes of the first words, the first code lowest. */
function codesOf(contents: RomContents, bits: number, words = contents.depth): number[] {
  const { width } = contents
  return Array.from({ length: words }, (_, address) =>
    Array.from({ length: width / bits }, (_, lane) =>
      Number(BigInt.asUintN(bits, contents.word(address) >> BigInt(lane * bits))),
    ),
  ).flat()
}

async function firstProjection<T>(
  read: (checkpoint: Awaited<ReturnType<typeof openCheckpoint>>, name: string) => Promise<T>,
): Promise<T> {
  const checkpoint = await openCheckpoint(bundledModel())
  try {
    return await read(checkpoint, 'layers.0.attention.wq')
  } finally {
    await checkpoint.close()
  }
}

test('the words of two L-Units stand side by side, each with its own rows', async () => {
  const contents = await source('bundled-int4').contents(128, 8)
  expect([contents.width, contents.depth]).toEqual([128, 8])
  const { matrix } = await firstProjection((checkpoint, name) =>
    quantizeTensor(checkpoint, name, { bits: 4, group: 64 }),
  )
  const row = (index: number) => [...matrix.codes.subarray(index * 64, index * 64 + 16)]
  expect(codesOf(contents, 4, 1)).toEqual([...row(0), ...row(1)])
})

test('trits of a model', async () => {
  const contents = await source('bundled-ternary').contents(32, 4)
  const weights = await firstProjection((checkpoint, name) => checkpoint.readFloat32(name))
  const scale = weights.reduce((sum, weight) => sum + Math.abs(weight), 0) / weights.length
  const expected = [...weights.subarray(0, 64)].map((weight) =>
    Math.max(-1, Math.min(1, Math.round(weight / scale))),
  )
  const values = new Map([0, 1, undefined, -1].map((value, code) => [code, value] as const))
  expect(codesOf(contents, 2).map((code) => values.get(code))).toEqual(
    expected.map((value) => value + 0),
  )
})

test('drawn ternary has the zeros and signs that it says', async () => {
  const codes = codesOf(await source('drawn-ternary').contents(64, 512), 2)
  const share = (code: number) => codes.filter((each) => each === code).length / codes.length
  expect(share(0)).toBeCloseTo(0.422, 1.7)
  expect(share(1)).toBeCloseTo(0.289, 1.7)
  expect(share(2)).toBe(0)
})

test('drawn INT4 uses the middle codes most, and the outermost ones', async () => {
  const codes = codesOf(await source('drawn-int4').contents(64, 256), 4)
  const count = (code: number) => codes.filter((each) => each === code).length
  expect(Math.min(count(7), count(8))).toBeGreaterThan(3 * Math.max(count(1), count(14)))
  expect(Math.min(count(0), count(15))).toBeGreaterThan(0)
})

test.each(sources.map(({ name }) => name))('%s is the same each time', async (name) => {
  const { contents } = source(name)
  const [first, second] = [await contents(32, 16), await contents(32, 16)]
  expect(first.hash).toBe(second.hash)
})

test('another seed draws other banks', async () => {
  for (const [index, other] of drawnSources(6).entries()) {
    const [a, b] = [drawnSources(5)[index]!, other]
    expect((await a.contents(32, 16)).hash).not.toBe((await b.contents(32, 16)).hash)
  }
})

test.each([
  ['bundled-int4', 30, 16, /--widths: 30 bits are no whole number of 4-bit codes/],
  ['bundled-int4', 96, 16, /--widths: 96 bits are no whole number of words of 16 codes/],
  ['bundled-int2', 256, 100_000, /model\.safetensors: its projections fill \d+ words/],
  ['drawn-ternary', 33, 16, /--widths: 33 bits/],
])('%s of width %i and depth %i is refused', async (name, width, depth, message) => {
  await expect(source(name).contents(width, depth)).rejects.toThrow(message)
})
