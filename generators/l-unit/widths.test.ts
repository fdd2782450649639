import { describe, expect, test } from 'vitest'
import { type LUnitParameters, lUnitParameters } from './parameters.js'
import { groupRange, lUnitWidths } from './widths.js'

const shapes = ([32, 64, 128] as const).flatMap((group) =>
  [10, 12, 16].map((mantissaBits) => ({ group, mantissaBits })),
)
const formats = ([8, 4, 2] as const).flatMap((bits) =>
  shapes.map((shape) => ({ ...lUnitParameters({ bits, ...shape }), bits })),
)

/** `d_g` of a group in which all codes and all activations are equal. */
function uniformDot({ group }: LUnitParameters, code: number, zeroPoint: number, mantissa: number) {
  return BigInt(group) * BigInt(code - zeroPoint) * BigInt(mantissa)
}

describe.each(formats)('INT$bits, groups of $group, $mantissaBits-bit mantissas', (parameters) => {
  const { bits, group, mantissaBits } = parameters
  const widths = lUnitWidths(parameters)
  const mantissa = 2 ** (mantissaBits - 1) - 1
  const code = 2 ** bits - 1

  test('widths are those of the arithmetic page', () => {
    expect(widths.group).toBe(mantissaBits + bits + Math.log2(group))
    expect(widths.sum).toBe(mantissaBits + Math.log2(group))
  })

  test('the extreme groups reach the ends of the accumulator range, and one bit less is too few', () => {
    const extremes = [
      uniformDot(parameters, code, 0, mantissa),
      uniformDot(parameters, 0, code, mantissa),
    ]
    const { min, max } = groupRange(parameters)
    expect(extremes).toEqual([max, min])
    expect(BigInt.asIntN(widths.group, max)).toBe(max)
    expect(BigInt.asIntN(widths.group - 1, max)).not.toBe(max)
  })

  test('no order of the products leaves the range on the way from -z * S', () => {
    const { min, max } = groupRange(parameters)
    for (const [firstHalf, secondHalf] of [
      [0, code],
      [code, 0],
      [code, code],
    ] as const) {
      for (const zeroPoint of [0, code]) {
        for (const sign of [1, -1]) {
          const mantissas = Array.from({ length: group }, (_, i) =>
            BigInt(i % 2 === 0 ? mantissa : sign * mantissa),
          )
          const sum = mantissas.reduce((total, m) => total + m, 0n)
          let accumulator = BigInt(-zeroPoint) * sum
          for (const [i, m] of mantissas.entries()) {
            expect(accumulator >= min && accumulator <= max).toBe(true)
            accumulator += BigInt(i < group / 2 ? firstHalf : secondHalf) * m
          }
          expect(accumulator >= min && accumulator <= max).toBe(true)
        }
      }
    }
  })
})

test.each(shapes)('ternary, groups of $group, $mantissaBits-bit mantissas', (shape) => {
  const parameters = lUnitParameters({ bits: 'ternary', ...shape })
  const mantissa = 2 ** (shape.mantissaBits - 1) - 1
  expect(lUnitWidths(parameters).group).toBe(shape.mantissaBits + Math.log2(shape.group))
  expect(groupRange(parameters)).toEqual({
    min: uniformDot(parameters, 0, 1, mantissa),
    max: uniformDot(parameters, 2, 1, mantissa),
  })
})
