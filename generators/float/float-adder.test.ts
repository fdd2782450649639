import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { bitsOf32, numberOfBits32, round32 } from '../testing/binary32.js'
import { addExact, dyadicOf, roundExact } from '../testing/exact-float.js'
import { openModule } from '../testing/open-embedded.js'
import { type FloatAddStage, floatAdder, floatAddStages } from './float-adder.js'
import { binary32, type FloatFormat, widthOf } from './float-format.js'

/** Every finite pattern of a format. */
function finitePatterns(format: FloatFormat): bigint[] {
  const { exponentBits, fractionBits } = format
  const infinite = (1 << exponentBits) - 1
  return Array.from({ length: 2 ** widthOf(format) }, (_, bits) => BigInt(bits)).filter(
    (bits) => ((Number(bits) >> fractionBits) & infinite) !== infinite,
  )
}

function expectedSum(format: FloatFormat, a: bigint, b: bigint): bigint {
  const signAt = BigInt(widthOf(format) - 1)
  const bothNegative = a >> signAt === 1n && b >> signAt === 1n
  const sum = addExact(dyadicOf(format, a, true), dyadicOf(format, b, true))
  return roundExact(format, sum, bothNegative)
}

describe('addition of all pairs of a small format', () => {
  const formats: FloatFormat[] = [
    { exponentBits: 2, fractionBits: 1 },
    { exponentBits: 3, fractionBits: 2 },
    { exponentBits: 2, fractionBits: 4 },
    { exponentBits: 4, fractionBits: 2 },
    { exponentBits: 5, fractionBits: 1 },
  ]
  test.each(formats)('e$exponentBits m$fractionBits', (format) => {
    const simulation = openModule(floatAdder(format))
    const patterns = finitePatterns(format)
    for (const a of patterns) {
      simulation.poke('a_i', a)
      for (const b of patterns) {
        simulation.poke('b_i', b)
        const sum = simulation.peekBits('sum_o')
        if (sum !== expectedSum(format, a, b)) expect.fail(`${a} + ${b} is ${sum}`)
      }
    }
  })
})

/** Adds pairs in a pipelined adder, a pair a cycle. */
function addPairs(registers: readonly FloatAddStage[], pairs: Uint32Array): Uint32Array {
  const { engine } = openModule(floatAdder(binary32, registers))
  const latency = registers.length
  const count = pairs.length / 2
  const stimulus = new Uint32Array(2 * (count + latency))
  stimulus.set(pairs)
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  return engine.runVectors({ clockPort, cycles: count + latency, stimulus }).subarray(latency)
}

function expectSums(registers: readonly FloatAddStage[], pairs: Uint32Array, note: string): void {
  const sums = addPairs(registers, pairs)
  for (let i = 0; i < sums.length; i++) {
    const [a, b] = [pairs[2 * i]!, pairs[2 * i + 1]!]
    const expected = bitsOf32(round32(numberOfBits32(a) + numberOfBits32(b)))
    if (sums[i] !== expected) {
      const hex = [a, b, sums[i]!, expected].map((bits) => bits.toString(16))
      expect.fail(`${hex[0]} + ${hex[1]} is ${hex[2]}, not ${hex[3]}; ${note}`)
    }
  }
}

describe('binary32 addition', () => {
  const registerSets: FloatAddStage[][] = [['sum'], ['align', 'normalise'], [...floatAddStages]]

  test.each(registerSets)('of special values, registers %s', (...registers) => {
    const specials = [
      0, 1, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000, 0x33800000, 0x34000000,
      0x3f7fffff, 0x3f800000, 0x3f800001, 0x4b7fffff, 0x4b800000, 0x7e800000, 0x7f000000,
      0x7f7ffffe, 0x7f7fffff,
    ].flatMap((bits) => [bits, (bits | 0x80000000) >>> 0])
    const pairs = specials.flatMap((a) => specials.flatMap((b) => [a, b]))
    expectSums(registers, Uint32Array.from(pairs), 'special values')
  })

  test('of random values, near and far exponents', () => {
    const seed = 7
    const random = new Random(seed)
    const finite = (exponent: number) =>
      ((random.integer(0, 1) << 31) | (exponent << 23) | random.integer(0, 0x7fffff)) >>> 0
    const pairs = new Uint32Array(2 * 400_000)
    for (let i = 0; i < pairs.length; i += 2) {
      const exponent = random.chance(0.2) ? random.integer(0, 30) : random.integer(0, 254)
      const distance = random.chance(0.1) ? random.integer(-254, 254) : random.integer(-28, 28)
      pairs[i] = finite(exponent)
      pairs[i + 1] = finite(Math.min(254, Math.max(0, exponent + distance)))
      // Nearly equal magnitudes: long cancellation.
      if (random.chance(0.1)) pairs[i + 1] = (pairs[i]! ^ (0x80000000 | random.integer(0, 7))) >>> 0
    }
    expectSums(['align', 'sum', 'normalise'], pairs, `seed ${seed}`)
  })
})
