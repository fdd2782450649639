import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { formatReport, measureFormats } from './format-errors.js'
import { numberFormats } from './number-formats.js'
import { updateKinds } from './random-updates.js'

const measurement = { seed: 4, cases: 3, inputs: 128, outputs: 64, rank: 8, group: 32 } as const

/** The positive numbers of a format whose highest exponents hold `last` mantissas. */
function positiveNumbers(
  exponents: number,
  mantissas: number,
  bias: number,
  last = mantissas,
): Float32Array {
  return Float32Array.from({ length: exponents * mantissas - (mantissas - last) }, (_, i) => {
    const [exponent, mantissa] = [Math.floor(i / mantissas), i % mantissas]
    return exponent === 0
      ? (mantissa * 2 ** (1 - bias)) / mantissas
      : (1 + mantissa / mantissas) * 2 ** (exponent - bias)
  })
}

test.each([
  ['E4M3, power of two a matrix', positiveNumbers(16, 8, 7, 7), 448],
  ['E5M2, power of two a matrix', positiveNumbers(31, 4, 15), 57344],
] as const)(
  '%s: the numbers of the OCP format are kept, others go to the nearest',
  (name, numbers, largest) => {
    expect(Math.max(...numbers)).toBe(largest)
    const { stored } = numberFormats.find((format) => format.name === name)!
    const kept = (a: Float32Array) => [
      ...Float32Array.from(stored({ rank: 1, scale: 1, a, b: a }, measurement).a),
    ]
    expect(kept(numbers)).toEqual([...numbers])
    const between = numbers.map((number, i) => number + ((numbers[i + 1] ?? number) - number) / 3)
    expect(kept(between)).toEqual([...numbers])
  },
)

test('all formats are measured, INT8 with scales of groups is best, E5M2 worst', () => {
  const { formats } = formatReport.parse(measureFormats(measurement))
  expect(formats.map(({ name }) => name)).toEqual(numberFormats.map(({ name }) => name))
  const [chosen] = formats
  expect(chosen!.bytesPerWeight).toBeCloseTo(1 + (2 * (8 * 4 + 64)) / (8 * 192), 12)
  for (const { name } of updateKinds) {
    const errors = formats.map((format) => format.errors[name]!)
    const [first, , ...others] = errors
    expect(first).toBeGreaterThan(0.002)
    expect(first, `seed ${measurement.seed}, ${name}`).toBeLessThan(Math.min(...others))
    if (name === 'heavy-tailed') continue
    expect(errors.at(-1), `seed ${measurement.seed}, ${name}`).toBe(Math.max(...errors))
  }
})

test('random numbers have more outliers where their kind says so', () => {
  const random = new Random(5)
  const outliers = (name: string) => {
    const kind = updateKinds.find((kind) => kind.name === name)!
    const { x } = kind.draw(random, { inputs: 20_000, outputs: 1, rank: 1 })
    const deviation = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length)
    return x.filter((value) => Math.abs(value) > 4 * deviation).length / x.length
  }
  expect(outliers('Gaussian')).toBeLessThan(0.0005)
  expect(outliers('heavy-tailed')).toBeGreaterThan(0.003)
})
