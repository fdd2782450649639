import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Adapter, LowRankUpdate } from '../checkpoint/index.js'
import { inputErrorOf } from '../checkpoint/testing/expect-input-error.js'
import { float16ToNumber, isFiniteFloat16 } from '../common/float16.js'
import { type AdapterRank, adapterRankChoices, quantizeAdapter } from './adapter.js'
import { groupsPerRow, type QuantizedMatrix } from './quantized-matrix.js'

const [inputs, outputs, group] = [40, 5, 32] as const

/** An adapter of one projection, in the second of two layers. */
function adapterOf(update: LowRankUpdate): Adapter {
  return { path: 'some.safetensors', format: 'PEFT', layers: [{}, { 'attention.wv': update }] }
}

function quantized(update: LowRankUpdate, rank: AdapterRank) {
  const { layers } = quantizeAdapter(adapterOf(update), { rank, group })
  expect(layers[0]).toEqual({})
  return layers[1]!['attention.wv']!
}

function expectSymmetric(
  matrix: QuantizedMatrix<number>,
  exact: (row: number, column: number) => number,
): void {
  const { rows, columns, codes, scales } = matrix
  expect(codes).toHaveLength(rows * columns)
  expect(scales).toHaveLength(rows * groupsPerRow(matrix))
  expect(matrix.zeroPoints).toEqual(new Uint8Array(scales.length).fill(128))
  expect(scales.every((bits) => isFiniteFloat16(bits) && float16ToNumber(bits) >= 0)).toBe(true)
  for (const [i, code] of codes.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const at = row * groupsPerRow(matrix) + Math.floor(column / matrix.group)
    const scale = float16ToNumber(scales[at]!)
    expect(code).toBeGreaterThan(0)
    const wrong = Math.abs(exact(row, column) - scale * (code - 128))
    expect(wrong).toBeLessThanOrEqual(0.5000001 * scale)
  }
}

const magnitudes = fc.constantFrom(0, 1e-9, 1e-6, 1e-3, 1, 1e4)

test('every weight is within half a scale, alpha / r is in B, and the rest of the rank is zero', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...adapterRankChoices.slice(0, 2)),
      fc.integer({ min: 1, max: 8 }),
      fc.float({ min: -4, max: 4, noNaN: true }),
      fc.infiniteStream(fc.tuple(fc.float({ min: -1, max: 1, noNaN: true }), magnitudes)),
      (chipRank, rank, scale, numbers) => {
        const draw = (count: number) =>
          Float32Array.from({ length: count }, () => {
            const [number, magnitude] = numbers.next().value!
            return number * magnitude
          })
        const update = { rank, scale, a: draw(rank * inputs), b: draw(outputs * rank) }
        const { a, b } = quantized(update, chipRank)
        expect(a).toMatchObject({ rows: chipRank, columns: inputs, bits: 8, group })
        expectSymmetric(a, (row, column) => (row < rank ? update.a[row * inputs + column]! : 0))
        expect(b).toMatchObject({ rows: outputs, columns: chipRank, bits: 8, group: chipRank })
        expectSymmetric(b, (row, column) =>
          column < rank ? Math.fround(scale * update.b[row * rank + column]!) : 0,
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('rows beyond the rank have code 128 and scale 0', () => {
  const update = { rank: 1, scale: 1, a: new Float32Array(inputs).fill(1), b: Float32Array.of(1) }
  const { a, b } = quantized(update, 8)
  expect(a.codes.subarray(inputs)).toEqual(new Uint8Array(7 * inputs).fill(128))
  expect(a.scales.subarray(2)).toEqual(new Uint16Array(14))
  expect([...b.codes]).toEqual([255, 128, 128, 128, 128, 128, 128, 128])
})

test('a rank above the chip and weights beyond binary16 are refused by name', async () => {
  const filled = (rank: number, a: number, b: number, scale = 1) => ({
    rank,
    scale,
    a: new Float32Array(rank * inputs).fill(a),
    b: new Float32Array(outputs * rank).fill(b),
  })
  const refusal = (update: LowRankUpdate) => inputErrorOf(async () => quantized(update, 8))
  const place = 'some.safetensors: layers.1.attention.wv'
  expect((await refusal(filled(9, 1, 1))).message).toBe(
    `${place}: its rank is 9, that of the chip 8`,
  )
  expect((await refusal(filled(8, 1e8, 1))).message).toBe(
    `${place}, A: weights of row 0 need a scale beyond binary16`,
  )
  expect((await refusal(filled(8, 1, 3e38, 9))).message).toMatch(`${place}, B: weights of row 0`)
})
