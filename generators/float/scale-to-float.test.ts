import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { bitsOf32, round32 } from '../testing/binary32.js'
import { dyadicOf, roundExact } from '../testing/exact-float.js'
import { openModule } from '../testing/open-embedded.js'
import { binary16, binary32, widthOf } from './float-format.js'
import {
  floatScaler,
  type ScaleToFloatShape,
  type ScaleToFloatStage,
  scaleToFloatStages,
} from './scale-to-float.js'

describe('scaling of all operands of a small shape', () => {
  const shapes: ScaleToFloatShape[] = [
    {
      scale: { exponentBits: 2, fractionBits: 2 },
      integerBits: 5,
      exponentBits: 4,
      exponentOffset: 7,
      result: { exponentBits: 3, fractionBits: 2 },
    },
    {
      scale: { exponentBits: 3, fractionBits: 3 },
      integerBits: 4,
      exponentBits: 3,
      exponentOffset: 5,
      result: { exponentBits: 4, fractionBits: 1 },
    },
    {
      scale: { exponentBits: 2, fractionBits: 1 },
      integerBits: 3,
      exponentBits: 5,
      exponentOffset: 16,
      result: { exponentBits: 4, fractionBits: 7 },
    },
  ]
  test.each(shapes)('%j', (shape) => {
    const simulation = openModule(floatScaler(shape))
    const infinite = 2 ** shape.scale.exponentBits - 1
    const largest = 2 ** (shape.integerBits - 1) - 1
    for (let scale = 0; scale < 2 ** widthOf(shape.scale); scale++) {
      if (((scale >> shape.scale.fractionBits) & infinite) === infinite) continue
      simulation.poke('scale_i', scale)
      const factor = dyadicOf(shape.scale, BigInt(scale), false)
      const scaleIsNegative = scale >> (widthOf(shape.scale) - 1) === 1
      for (let integer = -largest; integer <= largest; integer++) {
        simulation.poke('integer_i', integer)
        for (let exponent = 0; exponent < 2 ** shape.exponentBits; exponent++) {
          simulation.poke('exponent_i', exponent)
          const product = {
            numerator: factor.numerator * BigInt(integer),
            exponent: factor.exponent + exponent - shape.exponentOffset,
          }
          const expected = roundExact(shape.result, product, scaleIsNegative !== integer < 0)
          const number = simulation.peekBits('number_o')
          if (number !== expected) {
            expect.fail(`${scale} * ${integer} * 2^${exponent} is ${number}, not ${expected}`)
          }
        }
      }
    }
  })
})

interface Operands {
  readonly scale: number
  readonly integer: number
  readonly exponent: number
}

const integerBits = 23
const mantissaBits = 12
const offset = 127 + mantissaBits - 2

function scaleAll(registers: readonly ScaleToFloatStage[], operands: readonly Operands[]) {
  const shape = {
    scale: binary16,
    integerBits,
    exponentBits: 8,
    exponentOffset: offset,
    result: binary32,
  }
  const { engine } = openModule(floatScaler(shape, registers))
  const latency = registers.length
  const cycles = operands.length + latency
  const stimulus = new Uint32Array(3 * cycles)
  for (const [i, { scale, integer, exponent }] of operands.entries()) {
    stimulus.set([scale, integer & (2 ** integerBits - 1), exponent], 3 * i)
  }
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  return engine.runVectors({ clockPort, cycles, stimulus }).subarray(latency)
}

function expectScaled(
  registers: readonly ScaleToFloatStage[],
  operands: readonly Operands[],
): void {
  const numbers = scaleAll(registers, operands)
  for (const [i, { scale, integer, exponent }] of operands.entries()) {
    const { numerator, exponent: power } = dyadicOf(binary16, BigInt(scale), false)
    const magnitude = Math.abs(Number(numerator)) * 2 ** power
    const signed = scale >> 15 === 1 ? -magnitude : magnitude
    const expected = bitsOf32(round32(signed * integer * 2 ** (exponent - offset)))
    if (numbers[i] !== expected) {
      expect.fail(
        `${scale} * ${integer} * 2^${exponent} is ${numbers[i]!.toString(16)}, not ${expected.toString(16)}`,
      )
    }
  }
}

describe('scaling to binary32', () => {
  const largest = 2 ** (integerBits - 1) - 1

  test.each([[['multiply']], [['normalise', 'round']], [[...scaleToFloatStages]]] as [
    ScaleToFloatStage[],
  ][])('of extreme operands, registers %s', (registers) => {
    const scales = [0, 1, 2, 0x3ff, 0x400, 0x401, 0x3bff, 0x3c00, 0x3fff, 0x7800, 0x7bfe, 0x7bff]
    const integers = [0, 1, 2, 3, largest >> 1, (largest >> 1) + 1, largest - 1, largest]
    const exponents = [1, 2, 3, 90, 100, 108, 109, 110, 111, 112, 113, 127, 200, 225, 240, 253, 254]
    const operands = scales.flatMap((magnitude) =>
      [magnitude, magnitude | 0x8000].flatMap((scale) =>
        integers.flatMap((integer) =>
          [integer, -integer || 0].flatMap((signed) =>
            exponents.map((exponent) => ({ scale, integer: signed, exponent })),
          ),
        ),
      ),
    )
    expectScaled(registers, operands)
  })

  test('of random operands, most of them near the ends of the range', () => {
    const random = new Random(11)
    const operands = Array.from({ length: 300_000 }, () => {
      const bits = random.integer(1, integerBits - 1)
      const exponent = random.integer(0, 2)
      return {
        scale: (random.integer(0, 1) << 15) | random.integer(0, 0x7bff),
        integer: (random.chance(0.5) ? 1 : -1) * random.integer(2 ** (bits - 1), 2 ** bits - 1),
        exponent:
          exponent === 0
            ? random.integer(1, 40)
            : exponent === 1
              ? random.integer(220, 254)
              : random.integer(1, 254),
      }
    })
    expectScaled([...scaleToFloatStages], operands)
  })

  test('just below the smallest normal number, where IEEE would round up to it', () => {
    const operands: Operands[] = []
    for (let significand = 1024; significand < 2048; significand++) {
      for (let power = 24; power <= 31; power++) {
        const integer = Math.floor(2 ** power / significand)
        const exponent = offset - 126 + 24 - power
        const scale = 0x400 | (significand - 1024)
        operands.push({ scale, integer, exponent }, { scale, integer: integer - 1, exponent })
      }
    }
    const smallestNormal = 2 ** -126
    const roundedUp = operands.filter(({ scale, integer, exponent }) => {
      const exact = ((scale & 0x3ff) + 1024) * integer * 2 ** (exponent - offset - 24)
      return exact < smallestNormal && Math.fround(exact) === smallestNormal
    })
    expect(roundedUp.length).toBeGreaterThan(10)
    expectScaled(['multiply'], operands)
  })
})
