import { describe, expect, test } from 'vitest'
import { type Bool, cat, mux, type SInt, sint, type UInt, uint, vec } from '../index.js'
import { type Same, typeTrue } from './testing/type-equality.js'
import type { Add, Max, SameWidth, Subtract, Total } from './width-arithmetic.js'

const a = uint(8).literal(5)
const b = uint(3).literal(2)
const s = sint(8).literal(-5)
const t = sint(12).literal(7)
const someWidth: number = 8
const any = uint(someWidth).literal(1)

/** The run-time width must be what the type says. */
function widthIs<W extends number>(value: { readonly width: W }, width: W): void {
  expect(value.width).toBe(width)
}

describe('widths of unsigned results are part of their types', () => {
  test('sums, differences and products grow', () => {
    typeTrue<Same<ReturnType<typeof sum>, UInt<9>>>()
    const sum = () => a.add(b)
    widthIs<9>(sum(), 9)
    const difference = a.sub(b)
    typeTrue<Same<typeof difference, SInt<9>>>()
    widthIs<9>(difference, 9)
    const product = a.mul(b)
    typeTrue<Same<typeof product, UInt<11>>>()
    widthIs<11>(product, 11)
    const more = a.add(1)
    typeTrue<Same<typeof more, UInt<9>>>()
    widthIs<9>(more, 9)
  })

  test('selections, concatenations and shifts by constants', () => {
    const bits = a.bits(6, 2)
    typeTrue<Same<typeof bits, UInt<5>>>()
    widthIs<5>(bits, 5)
    const joined = cat(a, b, a.bit(0))
    typeTrue<Same<typeof joined, UInt<12>>>()
    widthIs<12>(joined, 12)
    const up = a.shl(4)
    typeTrue<Same<typeof up, UInt<12>>>()
    widthIs<12>(up, 12)
    const down = a.shr(3)
    typeTrue<Same<typeof down, UInt<5>>>()
    widthIs<5>(down, 5)
  })

  test('conversions', () => {
    typeTrue<Same<ReturnType<typeof a.asSigned>, SInt<8>>>()
    const wide = a.toSigned()
    typeTrue<Same<typeof wide, SInt<9>>>()
    widthIs<9>(wide, 9)
    widthIs<20>(a.extend(20), 20)
    widthIs<4>(a.truncate(4), 4)
    widthIs<4>(a.saturate(4), 4)
    typeTrue<Same<ReturnType<typeof a.reduceXor>, Bool>>()
  })

  test('a width that is no literal makes results of width number', () => {
    const sum = a.add(any)
    typeTrue<Same<typeof sum, UInt<number>>>()
    const joined = cat(a, any)
    typeTrue<Same<typeof joined, UInt<number>>>()
  })
})

test('widths of signed results are part of their types', () => {
  const sum = s.add(t)
  typeTrue<Same<typeof sum, SInt<13>>>()
  widthIs<13>(sum, 13)
  const product = s.mul(t)
  typeTrue<Same<typeof product, SInt<20>>>()
  widthIs<20>(product, 20)
  const negative = s.neg()
  typeTrue<Same<typeof negative, SInt<9>>>()
  widthIs<9>(negative, 9)
  const size = s.abs()
  typeTrue<Same<typeof size, UInt<8>>>()
  const down = t.shr(5)
  typeTrue<Same<typeof down, SInt<7>>>()
  widthIs<7>(down, 7)
  const bits = t.bits(11, 4)
  typeTrue<Same<typeof bits, UInt<8>>>()
})

test('unequal literal widths and mixed signs are compile errors, and faults at run time', () => {
  // @ts-expect-error bitwise operands have equal widths
  expect(() => a.and(b)).toThrow(/and of uint\(8\) and uint\(3\)/)
  // @ts-expect-error
  expect(() => a.xor(uint(9).literal(0))).toThrow(/WIDTH/)
  // @ts-expect-error a sum has one sign
  expect(() => a.add(s)).toThrow(/SIGN/)
  // @ts-expect-error
  expect(() => s.lt(a)).toThrow(/SIGN/)
  // @ts-expect-error the arms of a mux have one type
  expect(() => mux(a.eq(1), a, b)).toThrow(/WIDTH/)
  // @ts-expect-error
  expect(() => mux(a.eq(1), a, s)).toThrow(/SIGN/)
  // @ts-expect-error a condition is a Bool
  expect(() => mux(a, a, a)).toThrow(/CONDITION/)
  // @ts-expect-error a shift amount is unsigned
  expect(() => a.shiftLeft(s)).toThrow(/SIGN/)
  // @ts-expect-error vectors of other elements
  expect(() => mux(a.eq(1), vec(uint(2), 2).literal([0, 1]), [a, a])).toThrow(/WIDTH/)
})

test('widths of type number are checked at run time alone', () => {
  expect(a.and(any).width).toBe(8)
  const other: number = 9
  expect(() => a.and(uint(other).literal(0))).toThrow(/WIDTH/)
  expect(mux(a.eq(1), any, a).width).toBe(8)
})

test('a signal of literal width is a signal of any width', () => {
  const widthOf = (value: UInt) => value.width
  expect(widthOf(a)).toBe(8)
  const sumOf = (values: readonly UInt[]) => values.reduce((x, y) => x.add(y))
  expect(sumOf([a, b, a.mul(a)]).width).toBe(17)
  const signedWidthOf = (value: SInt) => value.width
  expect(signedWidthOf(s)).toBe(8)
})

test('arithmetic on widths in the type system', () => {
  typeTrue<Same<Add<8, 1>, 9>>()
  typeTrue<Same<Add<999, 4001>, 5000>>()
  typeTrue<Same<Add<4999, 4999>, 9998>>()
  typeTrue<Same<Add<number, 1>, number>>()
  typeTrue<Same<Add<65_536, 1>, number>>()
  typeTrue<Same<Subtract<12, 5>, 7>>()
  typeTrue<Same<Subtract<5, 12>, never>>()
  typeTrue<Same<Max<12, 5>, 12>>()
  typeTrue<Same<Max<5, 12>, 12>>()
  typeTrue<Same<Total<[1, 2, 3]>, 6>>()
  typeTrue<Same<Total<[]>, 0>>()
  typeTrue<Same<SameWidth<8, 8>, unknown>>()
  typeTrue<Same<SameWidth<number, 8>, unknown>>()
  // @ts-expect-error unequal widths give a message type
  typeTrue<Same<SameWidth<7, 8>, unknown>>()
})
