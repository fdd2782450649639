import {
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  output,
  type SInt,
  sint,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { endOfStage } from '../common/pipeline.js'
import { signedWidth } from '../common/signed-range.js'
import { biasOf, type FloatFormat, fieldsOf, formatName, widthOf } from './float-format.js'
import { normaliseLeft } from './normalise.js'
import { roundToFormat } from './round.js'

/**
 * Stages of a scaling, in order; each may end in a register: significand times integer; leading zeros
 * removed; rounded.
 */
export const scaleToFloatStages = ['multiply', 'normalise', 'round'] as const
export type ScaleToFloatStage = (typeof scaleToFloatStages)[number]

export interface ScaleToFloatShape {
  /** Format of the scale; its subnormals count. */
  readonly scale: FloatFormat
  /** Bits of the signed integer, whose most negative value does not occur. */
  readonly integerBits: number
  /** Bits of the unsigned exponent. */
  readonly exponentBits: number
  /** What is subtracted from the exponent. */
  readonly exponentOffset: number
  readonly result: FloatFormat
}

export interface ScaleToFloatOperands {
  readonly scale: UInt
  readonly integer: SInt
  readonly exponent: UInt
}

/**
 * `scale * integer * 2^(exponent - exponentOffset)`, the exact product rounded once: to nearest with ties to
 * even, an exact value below the smallest normal number to zero of its sign, beyond the largest finite number to
 * that number. The sign is that of the scale times that of the integer, for zeros too.
 *
 * @returns the number, as many clock edges later as there are `registers`
 */
export function scaleToFloat(
  m: ModuleBuilder,
  shape: ScaleToFloatShape,
  operands: ScaleToFloatOperands,
  registers: readonly ScaleToFloatStage[],
): UInt {
  const { scale: scaleFormat, integerBits, result } = shape
  const scale = fieldsOf(scaleFormat, operands.scale)
  const isNormal = scale.exponent.reduceOr()
  const significand = cat(isNormal, scale.fraction)
  const scaleExponent = cat(
    scale.exponent.bits(scaleFormat.exponentBits - 1, 1),
    scale.exponent.bit(0).or(isNormal.not()),
  )
  const magnitude = operands.integer.abs().truncate(integerBits - 1)
  const multiplied = endOfStage(m, 'multiply', registers.includes('multiply'), {
    product: significand.mul(magnitude),
    exponent: scaleExponent.add(operands.exponent),
    negative: scale.negative.xor(operands.integer.isNegative()),
  })

  const guardBits = 2
  const productBits = multiplied.product.width
  const spare = Math.max(0, result.fractionBits + 1 + guardBits - productBits)
  const { normalised, leadingZeros } = normaliseLeft(multiplied.product.shl(spare))
  const exponent = resultExponent(shape, multiplied.exponent, leadingZeros, productBits)
  const normal = endOfStage(m, 'normalise', registers.includes('normalise'), {
    significand: normalised,
    exponent,
    negative: multiplied.negative,
    is_zero: multiplied.product.reduceOr().not(),
  })
  const { number } = endOfStage(m, 'round', registers.includes('round'), {
    number: roundToFormat(result, normal, normal.is_zero),
  })
  return number
}

/** `exponents - leadingZeros + constant` in as many bits as its range needs. */
function resultExponent(
  { scale, exponentBits, exponentOffset, result }: ScaleToFloatShape,
  exponents: UInt,
  leadingZeros: UInt,
  productBits: number,
): SInt {
  const constant =
    productBits - 1 - biasOf(scale) - scale.fractionBits - exponentOffset + biasOf(result)
  const largestSum = 2 ** scale.exponentBits - 1 + 2 ** exponentBits - 1
  const width = signedWidth({
    min: BigInt(constant - 2 ** leadingZeros.width + 1),
    max: BigInt(constant + largestSum),
  })
  const wide = Math.max(width, result.exponentBits + 2, exponents.width + 1)
  const biased = exponents.toSigned().extend(wide).add(sint(wide).literal(constant)).truncate(wide)
  return biased.sub(leadingZeros.toSigned()).truncate(wide)
}

const scalers = new Map<string, ReturnType<typeof defineScaler>>()

/** A module that computes {@link scaleToFloat}. One definition for equal parameters. */
export function floatScaler(
  shape: ScaleToFloatShape,
  registers: readonly ScaleToFloatStage[] = [],
) {
  const { scale, integerBits, exponentBits, exponentOffset, result } = shape
  const stages = scaleToFloatStages.map((stage) => (registers.includes(stage) ? '1' : '0')).join('')
  const name = `scale_${formatName(scale)}_i${integerBits}_x${exponentBits}o${exponentOffset}_to_${formatName(result)}_p${stages}`
  let scaler = scalers.get(name)
  if (scaler === undefined) {
    scaler = defineScaler(name, shape, registers)
    scalers.set(name, scaler)
  }
  return scaler
}

function defineScaler(
  name: string,
  shape: ScaleToFloatShape,
  registers: readonly ScaleToFloatStage[],
) {
  return defineModule(
    name,
    {
      scale_i: input(uint(widthOf(shape.scale))),
      integer_i: input(sint(shape.integerBits)),
      exponent_i: input(uint(shape.exponentBits)),
      number_o: output(uint(widthOf(shape.result))),
    },
    (m, { scale_i, integer_i, exponent_i, number_o }) => {
      const operands = { scale: scale_i, integer: integer_i, exponent: exponent_i }
      number_o.assign(scaleToFloat(m, shape, operands, registers))
    },
    {
      parameters: {
        scale: formatName(shape.scale),
        integerBits: shape.integerBits,
        exponentBits: shape.exponentBits,
        exponentOffset: shape.exponentOffset,
        result: formatName(shape.result),
        registers: registers.join(' '),
      },
      documentation: `scale_i * integer_i * 2^(exponent_i - ${shape.exponentOffset}) as ${formatName(shape.result)}, rounded once`,
    },
  )
}
