import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredGroups } from '../checkpoint/index.js'
import { float16ToNumber, isFiniteFloat16, numberToFloat16 } from '../common/float16.js'
import { importGroups } from './import-groups.js'
import { dequantize } from './quantized-matrix.js'

const patterns = fc.integer({ min: 0, max: 0xffff }).filter(isFiniteFloat16)

function storedGroups(
  bits: 4 | 8,
  zeroPoint: number,
  offset: (scale: number) => fc.Arbitrary<number> | undefined,
): fc.Arbitrary<StoredGroups> {
  const group = patterns.chain((scale) =>
    fc.record({
      scale: fc.constant(scale),
      offset: offset(scale) ?? fc.constant(undefined),
      codes: fc.array(fc.nat(2 ** bits - 1), { minLength: 32, maxLength: 32 }),
    }),
  )
  return fc.array(group, { minLength: 1, maxLength: 4 }).map((groups) => ({
    rows: 1,
    columns: 32 * groups.length,
    bits,
    group: 32,
    codes: Uint8Array.from(groups.flatMap(({ codes }) => codes)),
    scales: Uint16Array.from(groups, ({ scale }) => scale),
    zeroPoint,
    ...(offset(0) === undefined
      ? {}
      : { offsets: Uint16Array.from(groups, (entry) => entry.offset ?? 0) }),
  }))
}

/** The stored values from the definition of the block types. */
function storedValues({ codes, scales, zeroPoint, offsets }: StoredGroups): number[] {
  return [...codes].map((code, i) => {
    const group = Math.floor(i / 32)
    const offset = offsets === undefined ? 0 : float16ToNumber(offsets[group]!)
    return Math.fround(float16ToNumber(scales[group]!) * (code - zeroPoint) + offset)
  })
}

function expectEqualNumbers(actual: Float32Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  expect(actual.every((value, i) => value === expected[i])).toBe(true)
}

/** An offset of a whole number of steps, where binary16 has it. */
function steps(scale: number, count: number): number | undefined {
  const offset = float16ToNumber(scale) * count
  if (Math.abs(offset) > 65504) return undefined
  const bits = numberToFloat16(offset)
  return float16ToNumber(bits) === offset ? bits : undefined
}

describe('import of stored groups', () => {
  it.each([
    ['Q4_0', storedGroups(4, 8, () => undefined)],
    ['Q8_0', storedGroups(8, 128, () => undefined)],
  ])('%s: codes, scales and zero-points stay as they are', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (stored) => {
        const matrix = importGroups(stored, 32)
        expect(matrix).toMatchObject({ rows: 1, columns: stored.columns, group: 32 })
        expect(matrix.codes).toEqual(stored.codes)
        expect(matrix.scales).toEqual(stored.scales)
        expect(new Set(matrix.zeroPoints)).toEqual(new Set([stored.zeroPoint]))
        expect(matrix).not.toHaveProperty('offsets')
        expectEqualNumbers(dequantize(matrix), storedValues(stored))
      }),
    )
  })

  it('Q4_1 with any offsets: the values stay', () => {
    fc.assert(
      fc.property(
        storedGroups(4, 0, () => patterns),
        (stored) => {
          const matrix = importGroups(stored, 32)
          expect(matrix.codes).toEqual(stored.codes)
          expect(matrix.scales).toEqual(stored.scales)
          expectEqualNumbers(dequantize(matrix), storedValues(stored))
        },
      ),
    )
  })

  it('Q4_1 with offsets of whole steps down: they become zero-points', () => {
    const offsets = (scale: number) =>
      fc.constantFrom(
        ...Array.from({ length: 16 }, (_, zeroPoint) => steps(scale, -zeroPoint)).filter(
          (bits) => bits !== undefined,
        ),
      )
    fc.assert(
      fc.property(storedGroups(4, 0, offsets), (stored) => {
        const matrix = importGroups(stored, 32)
        expect(matrix).not.toHaveProperty('offsets')
        for (const [group, scale] of stored.scales.entries()) {
          const offset = float16ToNumber(stored.offsets![group]!)
          expect(-float16ToNumber(scale) * matrix.zeroPoints[group]! === offset).toBe(true)
        }
        expectEqualNumbers(dequantize(matrix), storedValues(stored))
      }),
    )
  })

  it.each([
    ['above zero', 0.5, 0.5, 0],
    ['out of the zero-point’s range', 0.5, -8, 0],
    ['between two steps', 0.5, -1.25, 0],
    ['of a group without step', 0, -1, 0],
  ])('an offset %s stays an offset', (_, scale, offset, zeroPoint) => {
    const stored = {
      rows: 1,
      columns: 64,
      bits: 4 as const,
      group: 32,
      codes: new Uint8Array(64).fill(3),
      scales: Uint16Array.of(numberToFloat16(scale), numberToFloat16(0.25)),
      zeroPoint: 0,
      offsets: Uint16Array.of(numberToFloat16(offset), numberToFloat16(-1)),
    }
    const matrix = importGroups(stored, 32)
    expect(matrix.offsets).toEqual(Uint16Array.of(numberToFloat16(offset), 0))
    expect([...matrix.zeroPoints]).toEqual([zeroPoint, 4])
    expect(dequantize(matrix)[0]).toBe(3 * scale + offset)
    expect(dequantize(matrix)[32]).toBe(-0.25)
  })

  it('parts of ternary groups have the scale of the whole', () => {
    const stored: StoredGroups = {
      rows: 2,
      columns: 512,
      bits: 'ternary',
      group: 256,
      codes: Uint8Array.from({ length: 1024 }, (_, i) => i % 3),
      scales: Uint16Array.of(1, 0x8002, 3, 0x7bff),
      zeroPoint: 1,
    }
    for (const [group, parts] of [
      [32, 8],
      [128, 2],
    ] as const) {
      const matrix = importGroups(stored, group)
      const scales = [1, 0x8002, 3, 0x7bff].flatMap((scale) => Array(parts).fill(scale))
      expect([...matrix.scales]).toEqual(scales)
      expect(matrix).toMatchObject({ bits: 'ternary', group, codes: stored.codes })
      expect(new Set(matrix.zeroPoints)).toEqual(new Set([1]))
    }
  })
})
