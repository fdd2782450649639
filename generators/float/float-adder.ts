import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  repeat,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { endOfStage } from '../common/pipeline.js'
import {
  type FloatFields,
  type FloatFormat,
  fieldsOf,
  formatName,
  widthOf,
} from './float-format.js'
import { normaliseLeft, shiftRightJamming } from './normalise.js'
import { roundToFormat } from './round.js'

/**
 * Stages of an addition, in order; each may end in a register: operands ordered and aligned; significands
 * added; leading zeros removed. Rounding follows the last of them.
 */
export const floatAddStages = ['align', 'sum', 'normalise'] as const
export type FloatAddStage = (typeof floatAddStages)[number]

/** A significand carries guard, round and sticky bits below its fraction. */
const extraBits = 3

/**
 * The sum of two numbers, rounded to nearest with ties to even. Subnormal operands count as zero, a
 * subnormal sum becomes zero of its sign, a sum beyond the largest finite number becomes that number.
 * An exact zero is positive unless both operands are negative. Operands are finite.
 *
 * @returns the sum, as many clock edges later as there are `registers`
 */
export function floatAdd(
  m: ModuleBuilder,
  format: FloatFormat,
  a: UInt,
  b: UInt,
  registers: readonly FloatAddStage[],
): UInt {
  const { exponentBits, fractionBits } = format
  const [fieldsA, fieldsB] = [fieldsOf(format, a), fieldsOf(format, b)]
  const magnitudeBits = exponentBits + fractionBits
  const swap = a.bits(magnitudeBits - 1, 0).lt(b.bits(magnitudeBits - 1, 0))
  const larger = fieldsOf(format, mux(swap, b, a))
  const smaller = fieldsOf(format, mux(swap, a, b))
  const distance = larger.exponent.sub(smaller.exponent).truncate(exponentBits).asUnsigned()
  const aligned = endOfStage(m, 'align', registers.includes('align'), {
    larger: significandOf(larger),
    smaller: shiftRightJamming(significandOf(smaller), distance),
    exponent: larger.exponent,
    negative: larger.negative,
    subtract: fieldsA.negative.xor(fieldsB.negative),
    both_negative: fieldsA.negative.and(fieldsB.negative),
  })

  const sumBits = fractionBits + 2 + extraBits
  const addend = aligned.smaller.extend(sumBits).xor(repeat(aligned.subtract, sumBits))
  const carryIn = cat(aligned.larger.extend(sumBits), uint(1).literal(1)).add(
    cat(addend, aligned.subtract),
  )
  const added = endOfStage(m, 'sum', registers.includes('sum'), {
    value: carryIn.shr(1).truncate(sumBits),
    exponent: aligned.exponent,
    negative: aligned.negative,
    both_negative: aligned.both_negative,
  })

  const { normalised, leadingZeros } = normaliseLeft(added.value)
  const exponent = added.exponent.add(1).sub(leadingZeros)
  const isZero = added.value.reduceOr().not()
  const rounding = endOfStage(m, 'normalise', registers.includes('normalise'), {
    significand: normalised,
    exponent,
    is_zero: isZero,
    negative: mux(isZero, added.both_negative, added.negative),
  })
  return roundToFormat(format, rounding, rounding.is_zero)
}

/** Hidden bit, fraction and extra bits; zero for zeros and subnormals. */
function significandOf({ exponent, fraction }: FloatFields): UInt {
  const isNormal = exponent.reduceOr()
  const flushed = fraction.and(repeat(isNormal, fraction.width))
  return cat(isNormal, flushed).shl(extraBits)
}

const adders = new Map<string, ReturnType<typeof defineFloatAdder>>()

/** A module with the sum of `a_i` and `b_i`; see {@link floatAdd}. One definition for equal parameters. */
export function floatAdder(format: FloatFormat, registers: readonly FloatAddStage[] = []) {
  const stages = floatAddStages.map((stage) => (registers.includes(stage) ? '1' : '0')).join('')
  const name = `float_add_${formatName(format)}_p${stages}`
  let adder = adders.get(name)
  if (adder === undefined) {
    adder = defineFloatAdder(name, format, registers)
    adders.set(name, adder)
  }
  return adder
}

function defineFloatAdder(name: string, format: FloatFormat, registers: readonly FloatAddStage[]) {
  const number = uint(widthOf(format))
  return defineModule(
    name,
    { a_i: input(number), b_i: input(number), sum_o: output(number) },
    (m, { a_i, b_i, sum_o }) => sum_o.assign(floatAdd(m, format, a_i, b_i, registers)),
    {
      parameters: { ...format, registers: registers.join(' ') },
      documentation: `Sum of two ${formatName(format)} numbers: ties to even, subnormals are zero, saturating`,
    },
  )
}
