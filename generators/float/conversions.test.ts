import { expect, test } from 'vitest'
import { float16ToNumber, isFiniteFloat16, numberToFloat16 } from '../../src/common/float16.js'
import { Random } from '../../src/common/random.js'
import { defineModule, input, output, sint, uint } from '../../src/hdl/index.js'
import { bitsOf32, numberOfBits32, round32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { binary16, binary32, type FloatFormat } from './float-format.js'
import { floatToInteger } from './float-to-integer.js'
import { narrowFloat } from './narrow-float.js'
import { scaleDown } from './scale-down.js'
import { widenFloat } from './widen-float.js'

const e4m3: FloatFormat = { exponentBits: 4, fractionBits: 3 }

function narrower(name: string, format: FloatFormat, largest: number) {
  return openModule(
    defineModule(
      name,
      {
        number_i: input(uint(32)),
        narrow_o: output(uint(1 + format.exponentBits + format.fractionBits)),
      },
      (_, { number_i, narrow_o }) =>
        narrow_o.assign(narrowFloat(binary32, number_i, format, largest)),
    ),
  )
}

/** Numbers at and beside every boundary between neighbours, and beyond both ends. */
function boundaries(values: readonly number[]): number[] {
  const [largest, below] = [values.at(-1)!, values.at(-2)!]
  const extended = [...values, 2 * largest - below]
  const halves = extended.slice(1).map((value, i) => (value + extended[i]!) / 2)
  const bits = [...values, ...halves].flatMap((value) => {
    const own = bitsOf32(value)
    return value === 0 ? [0] : [own - 1, own, own + 1]
  })
  return [...bits, 1, 0x7fffff, 0x800000, 0x7f7fffff, ...bits.map((b) => b + 2 ** 31)]
}

test('binary16 of binary32 at all boundaries', () => {
  const simulation = narrower('to_binary16_under_test', binary16, 0x7bff)
  const values = Array.from({ length: 0x7c00 }, (_, bits) => float16ToNumber(bits))
  for (const bits of boundaries(values)) {
    const value = numberOfBits32(bits)
    const clamped = Math.min(65504, Math.max(-65504, value))
    simulation.poke('number_i', bits)
    const result = simulation.peek('narrow_o')
    if (result !== numberToFloat16(clamped)) expect.fail(`${value} is ${result.toString(16)}`)
  }
})

test('E4M3 of binary32 at all boundaries', () => {
  const simulation = narrower('to_e4m3_under_test', e4m3, 0x7e)
  const valueOfCode = (bits: number) =>
    bits < 8 ? bits * 2 ** -9 : (8 + (bits & 7)) * 2 ** ((bits >> 3) - 10)
  const values = Array.from({ length: 0x7f }, (_, bits) => valueOfCode(bits))
  for (const bits of boundaries(values)) {
    const magnitude = Math.abs(numberOfBits32(bits))
    // The nearest value, the one of an even pattern among two.
    let best = 0
    for (const [candidate, value] of values.entries()) {
      const [near, far] = [Math.abs(value - magnitude), Math.abs(values[best]! - magnitude)]
      if (near < far || (near === far && candidate % 2 === 0)) best = candidate
    }
    simulation.poke('number_i', bits)
    const sign = bits >= 2 ** 31 ? 0x80 : 0
    const result = simulation.peek('narrow_o')
    if (result !== sign + best) expect.fail(`${magnitude} is ${result.toString(16)}`)
  }
})

test.each([0, -8])('binary32 of every binary16 times 2^%i', (power) => {
  const simulation = openModule(
    defineModule(
      `from_binary16_under_test_${-power}`,
      { number_i: input(uint(16)), wide_o: output(uint(32)) },
      (_, { number_i, wide_o }) => wide_o.assign(widenFloat(binary16, number_i, binary32, power)),
    ),
  )
  for (let bits = 0; bits < 2 ** 16; bits++) {
    if (!isFiniteFloat16(bits)) continue
    simulation.poke('number_i', bits)
    const result = simulation.peek('wide_o')
    if (result !== bitsOf32(float16ToNumber(bits) * 2 ** power)) expect.fail(`${bits} is ${result}`)
  }
})

test('binary32 divided by powers of two', () => {
  const simulation = openModule(
    defineModule(
      'scale_down_under_test',
      { number_i: input(uint(32)), places_i: input(uint(11)), scaled_o: output(uint(32)) },
      (_, { number_i, places_i, scaled_o }) =>
        scaled_o.assign(scaleDown(binary32, number_i, places_i)),
    ),
  )
  const numbers = [0, 2 ** 31, 0x00800000, 0x80ffffff, 0x3f800001, 0xc2345678, 0x7f7fffff]
  for (const bits of numbers) {
    simulation.poke('number_i', bits)
    for (let places = 0; places < 2048; places++) {
      simulation.poke('places_i', places)
      const expected = bitsOf32(round32(numberOfBits32(bits) * 2 ** -places))
      const result = simulation.peek('scaled_o')
      if (result !== expected) expect.fail(`${bits.toString(16)} * 2^-${places} is ${result}`)
    }
  }
})

test.each([
  [8, 133],
  [16, 141],
  [10, 1],
  [12, 130],
  [16, 254],
])('integers of %i bits with the top exponent %i', (width, top) => {
  const simulation = openModule(
    defineModule(
      `to_integer_w${width}_t${top}_under_test`,
      { number_i: input(uint(32)), integer_o: output(sint(width)) },
      (_, { number_i, integer_o }) =>
        integer_o.assign(floatToInteger(binary32, number_i, uint(8).literal(top), width)),
    ),
  )
  const random = new Random(top)
  const limit = 2 ** (width - 1) - 1
  for (let i = 0; i < 40_000; i++) {
    const exponent = Math.max(0, Math.min(254, top + random.integer(-width - 2, 2)))
    // Few bits: ties are frequent.
    const fraction = random.integer(0, 0x7fffff) & (random.chance(0.5) ? 0x7fffff : 0x7ff000)
    const bits = random.integer(0, 1) * 2 ** 31 + exponent * 2 ** 23 + fraction
    const scaled = numberOfBits32(bits) * 2 ** (127 + width - 2 - top)
    const floor = Math.floor(scaled)
    const up = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 !== 0)
    const expected = Math.max(-limit, Math.min(limit, up ? floor + 1 : floor))
    simulation.poke('number_i', bits)
    const result = simulation.peek('integer_o')
    if (result !== expected) {
      expect.fail(`${bits.toString(16)} is ${result}, not ${expected}; seed ${random.seed}`)
    }
  }
})
