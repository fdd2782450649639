import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { defineModule, input, output, sint, uint } from '../../src/hdl/index.js'
import { bitsOf32, numberOfBits32, round32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { fixedExp2Unit } from './exp2.js'
import { binary32 } from './float-format.js'
import { floatToFixed } from './float-to-fixed.js'
import { type PiecewiseQuadraticStage, piecewiseQuadraticStages } from './piecewise-quadratic.js'
import { floatReciprocalUnit } from './reciprocal.js'

/** F(u), as docs/arithmetic.md defines it. */
function tabulated(f: (x: number) => number, bits: number, segmentBits: number) {
  const rest = bits - segmentBits
  const segments = Array.from({ length: 2 ** segmentBits }, (_, i) => {
    const [f0, f1, f2] = [i, i + 0.5, i + 1].map((x) => f(x / 2 ** segmentBits) * 2 ** 25)
    return [
      Math.round(f0!),
      Math.round(-3 * f0! + 4 * f1! - f2!),
      Math.round(2 * f0! - 4 * f1! + 2 * f2!),
    ] as const
  })
  return (u: number) => {
    const [c0, c1, c2] = segments[Math.floor(u / 2 ** rest)]!
    const t = u % 2 ** rest
    return c0 + Math.floor(((c1 + Math.floor((c2 * t) / 2 ** rest)) * t) / 2 ** rest)
  }
}

const reciprocalF = tabulated((x) => 1 / (1 + x), 23, 7)
const exp2F = tabulated((x) => 2 ** x, 20, 6)

function expectedReciprocal(bits: number): number {
  const exponent = (bits >>> 23) - 127
  if (exponent === -127) return 0
  const value = (reciprocalF(bits & 0x7fffff) + 1) >> 1
  return bitsOf32(round32(value * 2 ** (-24 - exponent)))
}

function expectedExp2(power: number): number {
  const whole = Math.floor(power / 2 ** 20)
  const value = Math.min((exp2F(power - whole * 2 ** 20) + 2) >> 2, 2 ** 24 - 1)
  return bitsOf32(round32(value * 2 ** (whole - 23)))
}

/** Runs a module of one input and one output, of at most 32 bits each, on a value a cycle. */
function runAll(
  { engine }: ReturnType<typeof openModule>,
  latency: number,
  values: Int32Array | Uint32Array,
): Uint32Array {
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const cycles = values.length + latency
  const stimulus = new Uint32Array(cycles)
  stimulus.set(values)
  return engine.runVectors({ clockPort, cycles, stimulus }).subarray(latency)
}

const registerSets: PiecewiseQuadraticStage[][] = [
  ['coefficients'],
  ['slope', 'value'],
  [...piecewiseQuadraticStages],
]

describe('reciprocal', () => {
  function expectReciprocals(registers: PiecewiseQuadraticStage[], numbers: Uint32Array) {
    const simulation = openModule(floatReciprocalUnit(registers))
    const results = runAll(simulation, registers.length, numbers)
    for (const [i, number] of numbers.entries()) {
      if (results[i] !== expectedReciprocal(number)) {
        expect.fail(`1 / ${number.toString(16)} is ${results[i]!.toString(16)}`)
      }
    }
  }

  test.each(registerSets)('of every eleventh significand, registers %s', (...registers) => {
    const count = Math.floor(2 ** 23 / 11)
    expectReciprocals(
      registers,
      Uint32Array.from({ length: count }, (_, i) => 0x3f800000 + i * 11),
    )
  })

  test('of all exponents, at the ends of the segments', () => {
    const fractions = [0, 1, 2, 3, 0xffff, 0x10000, 0x3fffff, 0x400000, 0x7ffffe, 0x7fffff]
    const numbers = Array.from({ length: 255 }, (_, exponent) =>
      fractions.map((fraction) => exponent * 2 ** 23 + fraction),
    )
    expectReciprocals(['coefficients'], Uint32Array.from(numbers.flat()))
  })

  test('is within 2^-24 and a little more of the exact one', () => {
    for (let bits = 0x3f800000; bits < 0x40000000; bits += 997) {
      const product = numberOfBits32(bits) * numberOfBits32(expectedReciprocal(bits))
      expect(Math.abs(product - 1)).toBeLessThan(1.3 * 2 ** -23)
    }
  })
})

describe('exp2', () => {
  const wholeBits = 12
  function expectPowers(registers: PiecewiseQuadraticStage[], powers: Int32Array) {
    const simulation = openModule(fixedExp2Unit(wholeBits, registers))
    const results = runAll(simulation, registers.length, powers)
    for (const [i, power] of powers.entries()) {
      if (results[i] !== expectedExp2(power)) {
        expect.fail(`2^(${power} * 2^-20) is ${results[i]!.toString(16)}`)
      }
    }
  }

  test.each(registerSets)('of every fraction, registers %s', (...registers) => {
    expectPowers(
      registers,
      Int32Array.from({ length: 2 ** 20 }, (_, u) => u - 2 ** 20),
    )
  })

  test('of all whole parts', () => {
    const fractions = [0, 1, 0x3fff, 0x4000, 0xffffe, 0xfffff]
    const wholes = Array.from({ length: 4096 }, (_, i) => i - 2048)
    const powers = wholes.flatMap((whole) => fractions.map((u) => whole * 2 ** 20 + u))
    expectPowers(['value'], Int32Array.from(powers))
  })
})

describe('float to fixed', () => {
  const width = 31
  const converter = defineModule(
    'float_to_fixed_under_test',
    { number_i: input(uint(32)), fixed_o: output(sint(width)) },
    (m, { number_i, fixed_o }) =>
      fixed_o.assign(m.delayed('fixed', floatToFixed(binary32, number_i, 20, width))),
  )

  function expectFixed(numbers: Uint32Array, note: string) {
    const results = runAll(openModule(converter), 1, numbers)
    for (const [i, bits] of numbers.entries()) {
      const scaled = Math.floor(numberOfBits32(bits) * 2 ** 20)
      const expected = Math.min(2 ** 30 - 1, Math.max(-(2 ** 30), scaled))
      const result = (results[i]! << 1) >> 1
      if (result !== expected) {
        expect.fail(`${bits.toString(16)} is ${result}, not ${expected}; ${note}`)
      }
    }
  }

  test('of all exponents, at the ends of the significands', () => {
    const fractions = [0, 1, 0x400000, 0x7ffffe, 0x7fffff]
    const magnitudes = Array.from({ length: 255 }, (_, exponent) =>
      fractions.map((fraction) => exponent * 2 ** 23 + fraction),
    ).flat()
    const numbers = [...magnitudes, ...magnitudes.map((bits) => (bits | 0x80000000) >>> 0)]
    expectFixed(Uint32Array.from(numbers), 'ends')
  })

  test('of random numbers', () => {
    const random = new Random(5)
    const numbers = Uint32Array.from({ length: 200_000 }, () => {
      const exponent = random.integer(95, 140)
      const sign = random.integer(0, 1) * 2 ** 31
      return sign + exponent * 2 ** 23 + random.integer(0, 0x7fffff)
    })
    expectFixed(numbers, `seed ${random.seed}`)
  })
})
