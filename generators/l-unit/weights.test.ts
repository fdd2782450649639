import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/common/input-error.js'
import { lUnitParameters } from './parameters.js'
import { checkWeights, type LUnitWeights, lUnitContents, weightsOfUnit } from './weights.js'

const parameters = lUnitParameters({ group: 32, lanes: 16 })

function numbered(rows: number, columns: number): LUnitWeights {
  const groups = Math.ceil(columns / 32)
  return {
    rows,
    columns,
    codes: Uint8Array.from({ length: rows * columns }, (_, i) => i % 16),
    scales: Uint16Array.from({ length: rows * groups }, (_, i) => i),
    zeroPoints: Uint8Array.from({ length: rows * groups }, (_, i) => i % 16),
  }
}

describe('weights that cannot be built are refused', () => {
  const weights = numbered(3, 40)
  const cases: [string, Partial<LUnitWeights>, RegExp][] = [
    ['no rows', { rows: 0 }, /weights: 0 x 40 is no shape/],
    ['too few codes', { codes: new Uint8Array(5) }, /codes: 5 values where 120 are needed/],
    ['too many scales', { scales: new Uint16Array(7) }, /scales: 7 values where 6 are needed/],
    ['a wide code', { codes: weights.codes.with(41, 16) }, /codes: 16 in row 1 is not in 0 to 15/],
    [
      'a wide zero-point',
      { zeroPoints: weights.zeroPoints.with(5, 99) },
      /zeroPoints: 99 in row 2/,
    ],
    [
      'an infinite scale',
      { scales: weights.scales.with(2, 0x7c00) },
      /scales: 31744 in row 1 is no/,
    ],
    [
      'offsets that the parameters deny',
      { offsets: new Uint16Array(6) },
      /offsets: 6 values where 0/,
    ],
    ['a NaN scale', { scales: weights.scales.with(0, 0xfe00) }, /scales: 65024 in row 0 is no/],
  ]
  test.each(cases)('%s', (_, part, message) => {
    const check = () => checkWeights(parameters, { ...weights, ...part })
    expect(check).toThrow(InputError)
    expect(check).toThrow(message)
  })
})

test('offsets that are missing or infinite are refused', () => {
  const withOffsets = { ...parameters, offsets: true }
  const weights = numbered(3, 40)
  expect(() => checkWeights(withOffsets, weights)).toThrow(/offsets: 0 values where 6 are needed/)
  const offsets = new Uint16Array(6).with(3, 0xfc00)
  expect(() => checkWeights(withOffsets, { ...weights, offsets })).toThrow(
    /offsets: 64512 in row 1 is no finite/,
  )
})

test('rows are dealt to the units in turn, and missing ones are zero', () => {
  const weights = numbered(5, 40)
  const part = weightsOfUnit(parameters, weights, 1, 2)
  expect(part.rows).toBe(3)
  expect([...part.scales]).toEqual([2, 3, 6, 7, 0, 0])
  expect(part.codes.subarray(40, 80)).toEqual(weights.codes.subarray(120, 160))
  expect(part.codes.subarray(80).every((code) => code === 0)).toBe(true)
})

test('offsets are dealt with their rows, and lie above the zero-points', () => {
  const offsets = Uint16Array.from({ length: 10 }, (_, i) => 0xa000 + i)
  const weights = { ...numbered(5, 40), offsets }
  const withOffsets = { ...parameters, offsets: true, pipeline: [] }
  const part = weightsOfUnit(withOffsets, weights, 1, 2)
  expect([...part.offsets!]).toEqual([0xa002, 0xa003, 0xa006, 0xa007, 0, 0])
  const { scales } = lUnitContents(withOffsets, weights)
  expect(scales.width).toBe(36)
  expect(scales.word(3)).toBe(0xa003_3_0003n)
})

test('ROM words lie in the order in which the sequencer reads them', () => {
  const { codes, scales } = lUnitContents({ ...parameters, pipeline: [] }, numbered(2, 40))
  // Row 0: two beats of group 0, one of the short group 1; then row 1.
  expect(codes.depth).toBe(6)
  expect(codes.word(0)).toBe(0xfedcba9876543210n)
  expect(codes.word(2)).toBe(0x76543210n)
  expect(codes.word(3)).toBe(0x76543210fedcba98n)
  expect([0, 1, 2, 3].map((address) => scales.word(address))).toEqual([
    0x00000n,
    0x10001n,
    0x20002n,
    0x30003n,
  ])
})

test('weights in ROM without zero-points are refused', () => {
  const symmetric = lUnitParameters({ zeroPoints: false })
  expect(() => checkWeights(symmetric, numbered(3, 40))).toThrow(
    /zeroPoints: weights in ROM have zero-points/,
  )
})

const ternary = lUnitParameters({ bits: 'ternary', group: 32, lanes: 8, pipeline: [] })

function ternaryWeights(codes: readonly number[]): LUnitWeights {
  const rows = codes.length / 8
  return {
    rows,
    columns: 8,
    codes: Uint8Array.from(codes),
    scales: Uint16Array.from({ length: rows }, (_, row) => 0x3c00 + row),
    zeroPoints: new Uint8Array(rows).fill(1),
  }
}

test('a trit has a bit that it is not zero and one that it is negative; a scale word is a scale', () => {
  const { codes, scales } = lUnitContents(ternary, ternaryWeights([0, 1, 2, 1, 2, 0, 1, 2]))
  expect([codes.width, codes.word(0)]).toEqual([16, 0b01_00_11_01_00_01_00_11n])
  expect([scales.width, scales.word(0)]).toEqual([16, 0x3c00n])
})

test('rows that fill up ternary L-Units are zeros', () => {
  const part = weightsOfUnit(ternary, ternaryWeights(Array(24).fill(2)), 1, 2)
  expect(part.rows).toBe(2)
  expect(lUnitContents(ternary, part).codes.word(1)).toBe(0n)
})

test.each([
  ['a fourth code', { codes: new Uint8Array(8).fill(3) }, /codes: 3 in row 0 is not in 0 to 2/],
  ['a zero-point', { zeroPoints: Uint8Array.of(2) }, /zeroPoints: 2 in row 0 is not in 1 to 1/],
])('ternary weights with %s are refused', (_, part, message) => {
  const weights = { ...ternaryWeights([0, 0, 0, 0, 0, 0, 0, 0]), ...part }
  expect(() => checkWeights(ternary, weights)).toThrow(message)
})
