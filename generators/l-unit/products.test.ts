import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { codeOffset, type ProductForm, sumOfProducts } from './products.js'

interface Shape {
  readonly bits: number
  readonly lanes: number
  readonly mantissaBits: number
}

const sumBits = 40

function productModule(form: ProductForm, { bits, lanes, mantissaBits }: Shape) {
  return defineModule(
    `sum_of_products_${form}`,
    {
      code_i: input(vec(uint(bits), lanes)),
      mantissa_i: input(vec(sint(mantissaBits), lanes)),
      sum_o: output(sint(sumBits)),
    },
    (m, { code_i, mantissa_i, sum_o }) => {
      const operands = { codes: code_i.elements, mantissas: mantissa_i.elements }
      sum_o.assign(sumOfProducts(m, form, operands, false).extend(sumBits))
    },
  )
}

function expectedSum(
  form: ProductForm,
  bits: number,
  codes: number[],
  mantissas: number[],
): number {
  const offset = codeOffset(form, bits)
  return codes.reduce((sum, code, lane) => sum + (code - offset) * mantissas[lane]!, 0)
}

/** Every pair of codes and mantissas of one lane, lane by lane numbers in mixed radix. */
function* everyLane({ bits, mantissaBits }: Shape): Generator<[number, number]> {
  for (let code = 0; code < 2 ** bits; code++) {
    for (let m = -(2 ** (mantissaBits - 1)); m < 2 ** (mantissaBits - 1); m++) yield [code, m]
  }
}

describe.each(['digits', 'multiply'] as const)('%s', (form) => {
  test.each([
    { bits: 2, lanes: 1, mantissaBits: 13 },
    { bits: 4, lanes: 1, mantissaBits: 12 },
    { bits: 8, lanes: 1, mantissaBits: 8 },
  ])('every code and mantissa: $bits bits, $mantissaBits bits', (shape) => {
    const simulation = openModule(productModule(form, shape))
    for (const [code, mantissa] of everyLane(shape)) {
      simulation.poke('code_i', [code])
      simulation.poke('mantissa_i', [mantissa])
      const sum = simulation.peek('sum_o')
      if (sum !== expectedSum(form, shape.bits, [code], [mantissa])) {
        expect.fail(`${code} times ${mantissa} is ${sum}`)
      }
    }
  })

  test('every pair of lanes of a small shape', () => {
    const shape = { bits: 2, lanes: 2, mantissaBits: 3 }
    const simulation = openModule(productModule(form, shape))
    for (const [codeA, a] of everyLane(shape)) {
      for (const [codeB, b] of everyLane(shape)) {
        simulation.poke('code_i', [codeA, codeB])
        simulation.poke('mantissa_i', [a, b])
        expect(simulation.peek('sum_o')).toBe(expectedSum(form, 2, [codeA, codeB], [a, b]))
      }
    }
  })

  test.each([1, 2, 4, 8, 32])('random and extreme values of %i lanes', (lanes) => {
    const random = new Random(lanes)
    for (const bits of [2, 4, 8]) {
      const shape = { bits, lanes, mantissaBits: 12 }
      const simulation = openModule(productModule(form, shape))
      for (let round = 0; round < 60; round++) {
        const isExtreme = round < 30
        const codes = Array.from({ length: lanes }, () =>
          isExtreme ? random.integer(0, 1) * (2 ** bits - 1) : random.integer(0, 2 ** bits - 1),
        )
        const mantissas = Array.from({ length: lanes }, () =>
          isExtreme ? (random.chance(0.5) ? 2047 : -2047) : random.integer(-2047, 2047),
        )
        simulation.poke('code_i', codes)
        simulation.poke('mantissa_i', mantissas)
        expect(simulation.peek('sum_o')).toBe(expectedSum(form, bits, codes, mantissas))
      }
    }
  })
})

/** What two bits select: the sign of a zero has no effect. */
const trits = [0, 1, 0, -1] as const

describe('select', () => {
  test.each([1, 3, 16])('every pair of bits and mantissa in one of %i lanes', (lanes) => {
    const shape = { bits: 2, lanes, mantissaBits: lanes === 1 ? 12 : 5 }
    const simulation = openModule(productModule('select', shape))
    const random = new Random(lanes)
    for (const [code, mantissa] of everyLane(shape)) {
      const codes = Array.from({ length: lanes }, () => random.integer(0, 3))
      const mantissas = Array.from({ length: lanes }, () => random.integer(-15, 15))
      const lane = random.integer(0, lanes - 1)
      codes[lane] = code
      mantissas[lane] = mantissa
      simulation.poke('code_i', codes)
      simulation.poke('mantissa_i', mantissas)
      const expected = codes.reduce((sum, bits, i) => sum + trits[bits]! * mantissas[i]!, 0)
      if (simulation.peek('sum_o') !== expected) {
        expect.fail(`${codes} times ${mantissas} is ${simulation.peek('sum_o')}`)
      }
    }
  })
})
