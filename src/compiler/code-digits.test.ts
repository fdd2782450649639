import { expect, test } from 'vitest'
import type { CodeBits } from '../common/code-bits.js'
import { codeInRom, codeOfRom, digitsOfCode, digitWeight, romDigit } from './code-digits.js'

test.each([
  [8, 8, 1],
  [8, 2, 4],
  [4, 8, undefined],
  [8, 'ternary', 8],
  [2, 'ternary', 2],
  ['ternary', 'ternary', 1],
  ['ternary', 2, undefined],
] as const)('codes of %s bits on L-Units of %s have %s digits', (bits, digitBits, digits) => {
  expect(digitsOfCode(bits, digitBits)).toBe(digits)
})

/** What a ternary ROM code stands for. */
const trits = new Map([
  [0b00, 0],
  [0b01, 1],
  [0b11, -1],
])

test('the signed digits of a code less its zero-point add up to it', () => {
  for (const bits of [2, 4, 8] as const) {
    for (let code = 0; code < 2 ** bits; code++) {
      for (const zeroPoint of [0, 1, 2 ** (bits - 1), 2 ** bits - 1]) {
        let sum = 0
        for (let digit = 0; digit < bits; digit++) {
          const trit = trits.get(romDigit(code, zeroPoint, 'ternary', bits, digit))!
          sum += trit * digitWeight('ternary', bits, digit)
        }
        expect(sum).toBe(code - zeroPoint)
      }
    }
  }
})

test.each([2, 4, 8, 'ternary'] satisfies CodeBits[])(
  'codes of %s bits come back from ROM',
  (bits) => {
    for (const code of [0, 1, 2]) expect(codeOfRom(codeInRom(code, bits), bits)).toBe(code)
  },
)

test('a zero trit is zero with either sign', () => {
  expect([0b00, 0b10].map((stored) => codeOfRom(stored, 'ternary'))).toEqual([1, 1])
})
