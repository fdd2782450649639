import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import { biasOf, binary32, fieldsOf, widthOf } from './float-format.js'
import {
  type PiecewiseQuadraticStage,
  piecewiseQuadratic,
  piecewiseQuadraticStages,
  type TabulatedFunction,
} from './piecewise-quadratic.js'

/** `1 / sqrt(1 + u)` in its lower half, for even exponents, `1 / sqrt(2 (1 + u))` in its upper half. */
export const reciprocalSquareRootTable: TabulatedFunction = {
  name: 'rsqrt',
  argumentBits: binary32.fractionBits + 1,
  segmentBits: 8,
  valueAt: (argument) =>
    argument <= 0.5 ? 1 / Math.sqrt(1 + 2 * argument) : 1 / Math.sqrt(2 * (2 * argument)),
}

/**
 * The reciprocal square root of docs/arithmetic.md of a positive normal binary32 number.
 *
 * @returns the number, as many clock edges later as there are `registers`
 */
export function floatReciprocalSquareRoot(
  m: ModuleBuilder,
  number: UInt,
  registers: readonly PiecewiseQuadraticStage[],
): UInt {
  const { fractionBits } = binary32
  const { exponent, fraction } = fieldsOf(binary32, number)
  // The bias is odd: a biased exponent is even where the exponent is odd.
  const isOdd = exponent.bit(0).not()
  const value = piecewiseQuadratic(m, reciprocalSquareRootTable, cat(isOdd, fraction), registers)
  // 2^23 - 1 .. 2^24: below and above a binade by one value each.
  const rounded = value
    .add(1)
    .shr(1)
    .truncate(fractionBits + 2)
  const binade = rounded.bits(fractionBits + 1, fractionBits)
  const below = rounded.bits(fractionBits - 2, 0).shl(1)
  const late = new DelayLine(m, 'rsqrt_exponent', exponent).after(registers.length)
  const half = late.add(1).shr(1)
  const bias = biasOf(binary32)
  const biased = half.type
    .literal(bias - 2 + (bias + 1) / 2)
    .sub(half)
    .asUnsigned()
    .add(binade)
    .bits(binary32.exponentBits - 1, 0)
  return cat(biased, mux(binade.eq(0), below, rounded.bits(fractionBits - 1, 0))).extend(
    widthOf(binary32),
  )
}

const units = new Map<string, ReturnType<typeof defineReciprocalSquareRoot>>()

/**
 * A module with the reciprocal square root of `number_i`; see {@link floatReciprocalSquareRoot}. One definition
 * for equal parameters.
 */
export function floatReciprocalSquareRootUnit(registers: readonly PiecewiseQuadraticStage[] = []) {
  const stages = piecewiseQuadraticStages.map((stage) => (registers.includes(stage) ? '1' : '0'))
  const name = `float_rsqrt_p${stages.join('')}`
  let unit = units.get(name)
  if (unit === undefined) {
    unit = defineReciprocalSquareRoot(name, registers)
    units.set(name, unit)
  }
  return unit
}

function defineReciprocalSquareRoot(name: string, registers: readonly PiecewiseQuadraticStage[]) {
  const number = uint(widthOf(binary32))
  return defineModule(
    name,
    { number_i: input(number), root_o: output(number) },
    (m, { number_i, root_o }) => {
      m.unused(number_i)
      root_o.assign(floatReciprocalSquareRoot(m, number_i, registers))
    },
    {
      parameters: { registers: registers.join(' ') },
      documentation:
        'Reciprocal square root of a positive binary32 number by a table of quadratic polynomials',
    },
  )
}
