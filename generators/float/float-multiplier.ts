import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  repeat,
  type SInt,
  sint,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { endOfStage } from '../common/pipeline.js'
import {
  biasOf,
  type FloatFields,
  type FloatFormat,
  fieldsOf,
  formatName,
  widthOf,
} from './float-format.js'
import { roundToFormat } from './round.js'

/** Stages of a multiplication, in order; each may end in a register: significands multiplied; rounded. */
export const floatMultiplyStages = ['multiply', 'round'] as const

export type FloatMultiplyStage = (typeof floatMultiplyStages)[number]

/**
 * The product of two numbers, rounded to nearest with ties to even. Subnormal operands count as zero, an exact
 * product below the smallest normal number becomes zero of its sign, one beyond the largest finite number that
 * number. The sign is negative when the operands' signs differ, for zeros too. Operands are finite.
 *
 * @returns the product, as many clock edges later as there are `registers`
 */
export function floatMultiply(
  m: ModuleBuilder,
  format: FloatFormat,
  a: UInt,
  b: UInt,
  registers: readonly FloatMultiplyStage[],
): UInt {
  const [fieldsA, fieldsB] = [fieldsOf(format, a), fieldsOf(format, b)]
  const multiplied = endOfStage(m, 'multiply', registers.includes('multiply'), {
    product: significandOf(fieldsA).mul(significandOf(fieldsB)),
    exponents: fieldsA.exponent.add(fieldsB.exponent),
    negative: fieldsA.negative.xor(fieldsB.negative),
    is_zero: fieldsA.exponent.reduceOr().and(fieldsB.exponent.reduceOr()).not(),
  })
  const { product } = multiplied
  const top = product.width - 1
  const isTwoOrMore = product.bit(top)
  const significand = mux(isTwoOrMore, product, product.bits(top - 1, 0).shl(1))
  const exponent = biasedExponent(format, multiplied.exponents, isTwoOrMore.asUInt())
  const { product: rounded } = endOfStage(m, 'round', registers.includes('round'), {
    product: roundToFormat(
      format,
      { negative: multiplied.negative, exponent, significand },
      multiplied.is_zero,
    ),
  })
  return rounded
}

/** `exponents - bias + carry`: the carry enters below the lowest bit of the subtraction. */
function biasedExponent(format: FloatFormat, exponents: UInt, carry: UInt): SInt {
  const width = exponents.width + 1
  const one = uint(1).literal(1)
  const unbiased = sint(width).literal(-biasOf(format))
  return cat(exponents.extend(width), one).add(cat(unbiased, carry)).bits(width, 1).asSigned()
}

function significandOf({ exponent, fraction }: FloatFields): UInt {
  const isNormal = exponent.reduceOr()
  return cat(isNormal, fraction.and(repeat(isNormal, fraction.width)))
}

const multipliers = new Map<string, ReturnType<typeof defineFloatMultiplier>>()

/** A module with the product of `a_i` and `b_i`; see {@link floatMultiply}. One definition for equal parameters. */
export function floatMultiplier(
  format: FloatFormat,
  registers: readonly FloatMultiplyStage[] = [],
) {
  const stages = floatMultiplyStages.map((stage) => (registers.includes(stage) ? '1' : '0'))
  const name = `float_multiply_${formatName(format)}_p${stages.join('')}`
  let multiplier = multipliers.get(name)
  if (multiplier === undefined) {
    multiplier = defineFloatMultiplier(name, format, registers)
    multipliers.set(name, multiplier)
  }
  return multiplier
}

function defineFloatMultiplier(
  name: string,
  format: FloatFormat,
  registers: readonly FloatMultiplyStage[],
) {
  const number = uint(widthOf(format))
  return defineModule(
    name,
    { a_i: input(number), b_i: input(number), product_o: output(number) },
    (m, { a_i, b_i, product_o }) => product_o.assign(floatMultiply(m, format, a_i, b_i, registers)),
    {
      parameters: { ...format, registers: registers.join(' ') },
      documentation: `Product of two ${formatName(format)} numbers: ties to even, subnormals are zero, saturating`,
    },
  )
}
