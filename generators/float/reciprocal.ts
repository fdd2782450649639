import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  sint,
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

export const reciprocalTable: TabulatedFunction = {
  name: 'reciprocal',
  argumentBits: binary32.fractionBits,
  segmentBits: 7,
  valueAt: (argument) => 1 / (1 + argument),
}

/**
 * The reciprocal of docs/arithmetic.md of a positive binary32 number, whose sign is not looked at; 0 for zero
 * and subnormals, and where the result would be below 2^-126.
 *
 * @returns the number, as many clock edges later as there are `registers`
 */
export function floatReciprocal(
  m: ModuleBuilder,
  number: UInt,
  registers: readonly PiecewiseQuadraticStage[],
): UInt {
  const { exponentBits, fractionBits } = binary32
  const { exponent, fraction } = fieldsOf(binary32, number)
  const value = piecewiseQuadratic(m, reciprocalTable, fraction, registers)
  // 2^23..2^24; the upper end is a power of two of one more.
  const rounded = value
    .add(1)
    .shr(1)
    .truncate(fractionBits + 2)
  const isPower = rounded.bit(fractionBits + 1)
  const late = new DelayLine(m, 'reciprocal_exponent', exponent).after(registers.length)
  const wide = exponentBits + 2
  const biased = sint(wide)
    .literal(2 * biasOf(binary32) - 1)
    .sub(late.toSigned())
    .add(cat(uint(1).literal(0), isPower).asSigned())
  const isZero = late.eq(0).or(biased.lt(1))
  const magnitude = cat(biased.bits(exponentBits - 1, 0), rounded.bits(fractionBits - 1, 0))
  return mux(isZero, magnitude.type.literal(0), magnitude).extend(widthOf(binary32))
}

const reciprocals = new Map<string, ReturnType<typeof defineReciprocal>>()

/** A module with the reciprocal of `number_i`; see {@link floatReciprocal}. One definition for equal parameters. */
export function floatReciprocalUnit(registers: readonly PiecewiseQuadraticStage[] = []) {
  const stages = piecewiseQuadraticStages.map((stage) => (registers.includes(stage) ? '1' : '0'))
  const name = `float_reciprocal_p${stages.join('')}`
  let reciprocal = reciprocals.get(name)
  if (reciprocal === undefined) {
    reciprocal = defineReciprocal(name, registers)
    reciprocals.set(name, reciprocal)
  }
  return reciprocal
}

function defineReciprocal(name: string, registers: readonly PiecewiseQuadraticStage[]) {
  const number = uint(widthOf(binary32))
  return defineModule(
    name,
    { number_i: input(number), reciprocal_o: output(number) },
    (m, { number_i, reciprocal_o }) => {
      m.unused(number_i)
      reciprocal_o.assign(floatReciprocal(m, number_i, registers))
    },
    {
      parameters: { registers: registers.join(' ') },
      documentation: 'Reciprocal of a positive binary32 number by a table of quadratic polynomials',
    },
  )
}
