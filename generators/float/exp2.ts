import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type SInt,
  sint,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import { biasOf, binary32, largestExponent, widthOf } from './float-format.js'
import {
  type PiecewiseQuadraticStage,
  piecewiseQuadratic,
  piecewiseQuadraticStages,
  type TabulatedFunction,
} from './piecewise-quadratic.js'

export const exp2Table: TabulatedFunction = {
  name: 'exp2',
  argumentBits: 20,
  segmentBits: 6,
  valueAt: (argument) => 2 ** argument,
}

/**
 * Two to the power of a fixed-point number, as docs/arithmetic.md defines it; powers below 2^-126 become zero,
 * those beyond the largest binary32 number that number.
 *
 * @param power signed, in units of 2^-20
 * @returns a binary32 number, as many clock edges later as there are `registers`
 */
export function fixedExp2(
  m: ModuleBuilder,
  power: SInt,
  registers: readonly PiecewiseQuadraticStage[],
): UInt {
  const { exponentBits, fractionBits } = binary32
  const { argumentBits } = exp2Table
  const value = piecewiseQuadratic(m, exp2Table, power.bits(argumentBits - 1, 0), registers)
  const significand = value
    .add(2)
    .shr(2)
    .saturate(fractionBits + 1)
  m.unused(significand)

  const whole = new DelayLine(m, 'exp2_whole', power.shr(argumentBits).asUnsigned())
    .after(registers.length)
    .asSigned()
  const width = Math.max(whole.width, exponentBits + 1) + 1
  const biased = whole.extend(width).add(biasOf(binary32)).truncate(width)
  const magnitude = cat(biased.bits(exponentBits - 1, 0), significand.bits(fractionBits - 1, 0))
  const largest = uint(magnitude.width).literal(
    (largestExponent(binary32) + 1) * 2 ** fractionBits - 1,
  )
  const inRange = mux(biased.gt(largestExponent(binary32)), largest, magnitude)
  return mux(biased.lt(1), uint(magnitude.width).literal(0), inRange).extend(widthOf(binary32))
}

const powers = new Map<string, ReturnType<typeof defineExp2>>()

/**
 * A module with 2 to the power of `power_i`, of `wholeBits` bits, sign included, above the point and 20 below it;
 * see {@link fixedExp2}. One definition for equal parameters.
 */
export function fixedExp2Unit(
  wholeBits: number,
  registers: readonly PiecewiseQuadraticStage[] = [],
) {
  const stages = piecewiseQuadraticStages.map((stage) => (registers.includes(stage) ? '1' : '0'))
  const name = `fixed_exp2_i${wholeBits}_p${stages.join('')}`
  let power = powers.get(name)
  if (power === undefined) {
    power = defineExp2(name, wholeBits, registers)
    powers.set(name, power)
  }
  return power
}

function defineExp2(
  name: string,
  wholeBits: number,
  registers: readonly PiecewiseQuadraticStage[],
) {
  return defineModule(
    name,
    {
      power_i: input(sint(wholeBits + exp2Table.argumentBits)),
      number_o: output(uint(widthOf(binary32))),
    },
    (m, { power_i, number_o }) => number_o.assign(fixedExp2(m, power_i, registers)),
    {
      parameters: { wholeBits, registers: registers.join(' ') },
      documentation:
        'Power of two of a fixed-point number as binary32, by a table of quadratic polynomials',
    },
  )
}
