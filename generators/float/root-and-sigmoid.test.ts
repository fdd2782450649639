import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { rsqrt, sigmoid } from '../../src/golden/index.js'
import { bitsOf32, numberOfBits32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { type PiecewiseQuadraticStage, piecewiseQuadraticStages } from './piecewise-quadratic.js'
import { floatReciprocalSquareRootUnit } from './reciprocal-square-root.js'
import { floatSigmoidUnit } from './sigmoid.js'

/** Runs a module of one input and one output on a number a cycle. */
function expectResults(
  { engine }: ReturnType<typeof openModule>,
  latency: number,
  numbers: Uint32Array,
  expected: (number: number) => number,
): void {
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const cycles = numbers.length + latency
  const stimulus = new Uint32Array(cycles)
  stimulus.set(numbers)
  const results = engine.runVectors({ clockPort, cycles, stimulus }).subarray(latency)
  for (const [i, number] of numbers.entries()) {
    const wanted = bitsOf32(expected(numberOfBits32(number)))
    if (results[i] !== wanted) {
      const hex = [number, results[i]!, wanted].map((bits) => bits.toString(16))
      expect.fail(`of ${hex[0]} it is ${hex[1]}, not ${hex[2]}`)
    }
  }
}

const registerSets: PiecewiseQuadraticStage[][] = [['slope'], [...piecewiseQuadraticStages]]

describe('reciprocal square root', () => {
  test.each(registerSets)(
    'of every 23rd significand of both parities, registers %s',
    (...registers) => {
      const count = Math.floor(2 ** 24 / 23)
      const numbers = Uint32Array.from({ length: count }, (_, i) => 0x3f800000 + 23 * i)
      expectResults(
        openModule(floatReciprocalSquareRootUnit(registers)),
        registers.length,
        numbers,
        rsqrt,
      )
    },
  )

  test('of all exponents, at the ends of the segments', () => {
    const fractions = [0, 1, 2, 0xffff, 0x10000, 0x3fffff, 0x400000, 0x7ffffe, 0x7fffff]
    const numbers = Array.from({ length: 254 }, (_, exponent) =>
      fractions.map((fraction) => (exponent + 1) * 2 ** 23 + fraction),
    )
    const module = floatReciprocalSquareRootUnit(['coefficients'])
    expectResults(openModule(module), 1, Uint32Array.from(numbers.flat()), rsqrt)
  })
})

describe('sigmoid', () => {
  const expected = (x: number) => sigmoid(x) * 2 ** -24

  test.each(registerSets)(
    'of every seventh argument of the table, registers %s',
    (...registers) => {
      const numbers = Uint32Array.from({ length: 2 * Math.floor(2 ** 20 / 7) }, (_, i) =>
        bitsOf32((i % 2 === 0 ? 1 : -1) * 7 * (i >> 1) * 2 ** -16),
      )
      expectResults(openModule(floatSigmoidUnit(registers)), registers.length, numbers, expected)
    },
  )

  test('of random numbers, zeros, subnormal and very large ones', () => {
    const random = new Random(9)
    const numbers = Uint32Array.from({ length: 200_000 }, () => {
      const exponent = random.chance(0.2) ? random.integer(0, 254) : random.integer(105, 133)
      return random.integer(0, 1) * 2 ** 31 + exponent * 2 ** 23 + random.integer(0, 0x7fffff)
    })
    numbers.set([0, 0x80000000, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x41800000, 0xc1800000])
    expectResults(openModule(floatSigmoidUnit(['value'])), 1, numbers, expected)
  })
})
