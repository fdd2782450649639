/**
 * Arithmetic on literal widths in the type system. Each operation gives `number` when an operand is not
 * a literal, so generators with computed widths compile and are checked at run time alone.
 * Literals up to 4,999 are carried, by tuples built a decimal digit at a time; larger ones count as
 * `number`, because no tuple has more than 10,000 elements.
 */

type Digit = {
  '0': []
  '1': [0]
  '2': [0, 0]
  '3': [0, 0, 0]
  '4': [0, 0, 0, 0]
  '5': [0, 0, 0, 0, 0]
  '6': [0, 0, 0, 0, 0, 0]
  '7': [0, 0, 0, 0, 0, 0, 0]
  '8': [0, 0, 0, 0, 0, 0, 0, 0]
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0]
}

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]

type Unary<
  S extends string,
  Sum extends 0[] = [],
> = S extends `${infer D extends keyof Digit}${infer Rest}`
  ? Unary<Rest, [...TenTimes<Sum>, ...Digit[D]]>
  : Sum

type Length<T> = T extends { length: infer N extends number } ? N : never

type IsCarried<A extends number> = number extends A
  ? false
  : `${A}` extends `${infer First}${string}${string}${string}${infer Rest}`
    ? [First, Rest] extends ['1' | '2' | '3' | '4', '']
      ? true
      : false
    : true

export type Add<A extends number, B extends number> =
  IsCarried<A> extends false
    ? number
    : IsCarried<B> extends false
      ? number
      : Length<[...Unary<`${A}`>, ...Unary<`${B}`>]>

/** `A - B`, or `never` when B is larger. */
export type Subtract<A extends number, B extends number> =
  IsCarried<A> extends false
    ? number
    : IsCarried<B> extends false
      ? number
      : Unary<`${A}`> extends [...Unary<`${B}`>, ...infer Rest]
        ? Length<Rest>
        : never

export type Max<A extends number, B extends number> =
  IsCarried<A> extends false
    ? number
    : IsCarried<B> extends false
      ? number
      : Unary<`${A}`> extends [...Unary<`${B}`>, ...0[]]
        ? A
        : B

/** The width of a sum: `max(A, B) + 1`. */
export type SumWidth<A extends number, B extends number> = Add<Max<A, B>, 1>

/** The width of an operand; a plain number takes the other operand's, W. */
export type OperandWidth<O, W extends number> = O extends { readonly width: infer V extends number }
  ? V
  : W

/** Sum of a tuple of widths, for concatenations. */
export type Total<T extends readonly number[]> = T extends readonly [
  infer A extends number,
  ...infer Rest extends number[],
]
  ? Add<A, Total<Rest>>
  : T extends readonly []
    ? 0
    : number

/** An error message in the type system. */
export interface TypeMessage<M extends string> {
  readonly [message]: M
}
declare const message: unique symbol

/** `unknown` when V and W are equal or one of them is not a literal; otherwise a message type. */
export type SameWidth<V extends number, W extends number> = number extends V
  ? unknown
  : number extends W
    ? unknown
    : [V, W] extends [W, V]
      ? unknown
      : TypeMessage<`width mismatch: ${W} bits expected, ${V} bits given; extend, truncate or saturate`>
