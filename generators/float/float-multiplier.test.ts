import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { bitsOf32, numberOfBits32, round32 } from '../testing/binary32.js'
import { dyadicOf, roundExact } from '../testing/exact-float.js'
import { openModule } from '../testing/open-embedded.js'
import { binary32, type FloatFormat, widthOf } from './float-format.js'
import { type FloatMultiplyStage, floatMultiplier } from './float-multiplier.js'

describe('multiplication of all pairs of a small format', () => {
  const formats: FloatFormat[] = [
    { exponentBits: 2, fractionBits: 1 },
    { exponentBits: 3, fractionBits: 2 },
    { exponentBits: 2, fractionBits: 4 },
    { exponentBits: 4, fractionBits: 2 },
    { exponentBits: 5, fractionBits: 1 },
  ]
  test.each(formats)('e$exponentBits m$fractionBits', (format) => {
    const simulation = openModule(floatMultiplier(format))
    const infinite = (1 << format.exponentBits) - 1
    const signAt = widthOf(format) - 1
    const patterns = Array.from({ length: 2 ** widthOf(format) }, (_, bits) => bits).filter(
      (bits) => ((bits >> format.fractionBits) & infinite) !== infinite,
    )
    for (const a of patterns) {
      simulation.poke('a_i', a)
      const x = dyadicOf(format, BigInt(a), true)
      for (const b of patterns) {
        simulation.poke('b_i', b)
        const y = dyadicOf(format, BigInt(b), true)
        const exact = {
          numerator: x.numerator * y.numerator,
          exponent: x.exponent + y.exponent,
        }
        const product = simulation.peekBits('product_o')
        if (product !== roundExact(format, exact, a >> signAt !== b >> signAt)) {
          expect.fail(`${a} * ${b} is ${product}`)
        }
      }
    }
  })
})

function expectProducts(
  registers: readonly FloatMultiplyStage[],
  pairs: Uint32Array,
  note: string,
): void {
  const { engine } = openModule(floatMultiplier(binary32, registers))
  const latency = registers.length
  const count = pairs.length / 2
  const stimulus = new Uint32Array(2 * (count + latency))
  stimulus.set(pairs)
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const products = engine
    .runVectors({ clockPort, cycles: count + latency, stimulus })
    .subarray(latency)
  for (let i = 0; i < count; i++) {
    const [a, b] = [pairs[2 * i]!, pairs[2 * i + 1]!]
    const expected = bitsOf32(round32(numberOfBits32(a) * numberOfBits32(b)))
    if (products[i] !== expected) {
      const hex = [a, b, products[i]!, expected].map((bits) => bits.toString(16))
      expect.fail(`${hex[0]} * ${hex[1]} is ${hex[2]}, not ${hex[3]}; ${note}`)
    }
  }
}

describe('binary32 multiplication', () => {
  test.each([[['multiply']], [['round']], [['multiply', 'round']]] as [FloatMultiplyStage[]][])(
    'of special values, registers %s',
    (registers) => {
      const specials = [
        0, 1, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x1fffffff, 0x20000000,
        0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff, 0x40000000, 0x5f7fffff, 0x5f800000,
        0x7e800000, 0x7f000000, 0x7f7ffffe, 0x7f7fffff,
      ].flatMap((bits) => [bits, (bits | 0x80000000) >>> 0])
      const pairs = specials.flatMap((a) => specials.flatMap((b) => [a, b]))
      expectProducts(registers, Uint32Array.from(pairs), 'special values')
    },
  )

  test('of random values, many near the ends of the range, many with few digits', () => {
    const random = new Random(8)
    const pairs = new Uint32Array(2 * 400_000)
    const fraction = () =>
      random.chance(0.3)
        ? (random.integer(0, 0xfff) << random.integer(0, 11)) & 0x7fffff
        : random.integer(0, 0x7fffff)
    const number = (exponent: number) =>
      ((random.integer(0, 1) << 31) | (exponent << 23) | fraction()) >>> 0
    for (let i = 0; i < pairs.length; i += 2) {
      const exponent = random.integer(0, 254)
      const sum = random.chance(0.3)
        ? random.integer(124, 130)
        : random.chance(0.4)
          ? random.integer(378, 384)
          : random.integer(0, 508)
      pairs[i] = number(exponent)
      pairs[i + 1] = number(Math.min(254, Math.max(0, sum - exponent)))
    }
    expectProducts(['multiply'], pairs, `seed ${random.seed}`)
  })
})
