import { type ModuleBuilder, RomContents, type SInt, type UInt } from '../../src/hdl/index.js'
import { endOfStage } from '../common/pipeline.js'
import { type SignedRange, signedWidth } from '../common/signed-range.js'

/** A function on [0, 1) for which {@link piecewiseQuadratic} holds a table; see docs/arithmetic.md. */
export interface TabulatedFunction {
  readonly name: string
  /** B: the argument is `u / 2^B`. */
  readonly argumentBits: number
  /** k: there are `2^k` segments. */
  readonly segmentBits: number
  /** Its value for 0 to 1, both included; not negative. */
  readonly valueAt: (argument: number) => number
}

/** The polynomial of a segment in units of 2^-25: `c0 + (c1 + c2 t) t` for t from 0 to 1. */
export interface SegmentCoefficients {
  readonly c0: number
  readonly c1: number
  readonly c2: number
}

/** Bits below the point of coefficients and results. */
export const tabulatedFractionBits = 25

/** Coefficients that meet the function at the beginning, the middle and the end of each segment. */
export function segmentCoefficients({
  segmentBits,
  valueAt,
}: TabulatedFunction): SegmentCoefficients[] {
  const segments = 2 ** segmentBits
  const unitsAt = (argument: number) => valueAt(argument) * 2 ** tabulatedFractionBits
  return Array.from({ length: segments }, (_, segment) => {
    const begin = unitsAt(segment / segments)
    const middle = unitsAt((segment + 0.5) / segments)
    const end = unitsAt((segment + 1) / segments)
    return {
      c0: Math.round(begin),
      c1: Math.round(-3 * begin + 4 * middle - end),
      c2: Math.round(2 * begin - 4 * middle + 2 * end),
    }
  })
}

/**
 * Stages of an evaluation, in order; each may end in a register: coefficients read; slope `c1 + c2 t`; value
 * `c0 + slope t`.
 */
export const piecewiseQuadraticStages = ['coefficients', 'slope', 'value'] as const
export type PiecewiseQuadraticStage = (typeof piecewiseQuadraticStages)[number]

/**
 * `F(u)` of docs/arithmetic.md: a table of quadratic polynomials, evaluated with two multipliers. Every product
 * is rounded down before it is added.
 *
 * @param argument `argumentBits` bits
 * @returns the value in units of 2^-25, as many clock edges later as there are `registers`
 */
export function piecewiseQuadratic(
  m: ModuleBuilder,
  tabulated: TabulatedFunction,
  argument: UInt,
  registers: readonly PiecewiseQuadraticStage[],
): UInt {
  const { name, argumentBits, segmentBits } = tabulated
  const table = coefficientTable(tabulated)
  const { offset, linear } = table
  const restBits = argumentBits - segmentBits
  const word = m
    .rom(`${name}_table`, table.contents)
    .read(argument.bits(argumentBits - 1, restBits))
  const read = endOfStage(m, `${name}_coefficients`, registers.includes('coefficients'), {
    c0: word.bits(offset - 1, 0),
    c1: word.bits(offset + linear - 1, offset),
    c2: word.bits(word.width - 1, offset + linear),
    rest: argument.bits(restBits - 1, 0),
  })

  const bend = read.c2.asSigned().mul(read.rest.toSigned()).shr(restBits)
  const sloped = endOfStage(m, `${name}_slope`, registers.includes('slope'), {
    slope: exactSum(read.c1.asSigned(), bend, table.slope),
    c0: read.c0,
    rest: read.rest,
  })

  const rise = sloped.slope.mul(sloped.rest.toSigned()).shr(restBits)
  const { value } = endOfStage(m, `${name}_value`, registers.includes('value'), {
    value: exactSum(sloped.c0.toSigned(), rise, table.value + 1)
      .asUnsigned()
      .truncate(table.value),
  })
  return value
}

/** `a + b` in a width that is known to hold it. */
function exactSum(a: SInt, b: SInt, width: number): SInt {
  const sum = a.add(b)
  return sum.width < width ? sum.extend(width) : sum.truncate(width)
}

/** The words `{c2, c1, c0}` and the bits of everything that is computed from them. */
function coefficientTable(tabulated: TabulatedFunction) {
  const segments = segmentCoefficients(tabulated)
  const restBits = tabulated.argumentBits - tabulated.segmentBits
  const last = 2 ** restBits - 1
  // A product with t is monotonic in t: its ends are those of t.
  const slopes = segments.flatMap(({ c1, c2 }) => [
    c1,
    c1 + Math.floor((c2 * last) / 2 ** restBits),
  ])
  const values = segments.flatMap(({ c0 }, segment) => [
    c0,
    ...slopes
      .slice(2 * segment, 2 * segment + 2)
      .map((slope) => c0 + Math.floor((slope * last) / 2 ** restBits)),
  ])
  const offset = signedWidth(rangeOf(segments.map(({ c0 }) => c0))) - 1
  const linear = signedWidth(rangeOf(segments.map(({ c1 }) => c1)))
  const quadratic = signedWidth(rangeOf(segments.map(({ c2 }) => c2)))
  const words = segments.map(
    ({ c0, c1, c2 }) =>
      BigInt(c0) |
      (BigInt.asUintN(linear, BigInt(c1)) << BigInt(offset)) |
      (BigInt.asUintN(quadratic, BigInt(c2)) << BigInt(offset + linear)),
  )
  return {
    contents: RomContents.fromWords(offset + linear + quadratic, words),
    offset,
    linear,
    quadratic,
    slope: signedWidth(rangeOf(slopes)),
    value: signedWidth(rangeOf(values)) - 1,
  }
}

function rangeOf(values: readonly number[]): SignedRange {
  return { min: BigInt(Math.min(...values)), max: BigInt(Math.max(...values)) }
}
