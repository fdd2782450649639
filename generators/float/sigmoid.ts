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
import { floatToFixed } from './float-to-fixed.js'
import { normaliseLeft } from './normalise.js'
import {
  type PiecewiseQuadraticStage,
  piecewiseQuadratic,
  piecewiseQuadraticStages,
  type TabulatedFunction,
} from './piecewise-quadratic.js'

export const sigmoidTable: TabulatedFunction = {
  name: 'sigmoid',
  argumentBits: 20,
  segmentBits: 7,
  valueAt: (argument) => 1 / (1 + Math.exp(-16 * argument)),
}

/** Bits of the argument below the point. */
const pointBits = 16

/**
 * The sigmoid of docs/arithmetic.md. Its value, an integer in units of 2^-24, is exact as a binary32 number, so
 * that a binary32 product with it is rounded once.
 *
 * @returns a binary32 number between 2^-24 and 1 - 2^-24, as many clock edges later as there are `registers`
 */
export function floatSigmoid(
  m: ModuleBuilder,
  number: UInt,
  registers: readonly PiecewiseQuadraticStage[],
): UInt {
  const { fractionBits } = binary32
  const units = fractionBits + 1
  const { argumentBits } = sigmoidTable
  const { negative } = fieldsOf(binary32, number)
  const magnitude = number.bits(widthOf(binary32) - 2, 0).extend(widthOf(binary32))
  const fixedBits = units + 2
  const argument = floatToFixed(binary32, magnitude, pointBits, fixedBits)
    .asUnsigned()
    .truncate(fixedBits - 1)
    .saturate(argumentBits)
  const value = piecewiseQuadratic(m, sigmoidTable, argument, registers)
  const positive = value.add(1).shr(1).saturate(units)
  const isNegative = new DelayLine(m, 'sigmoid_negative', negative).after(registers.length)
  const complement = positive.type.literal(0).sub(positive).asUnsigned().truncate(units)
  const { normalised, leadingZeros } = normaliseLeft(mux(isNegative, complement, positive))
  m.unused(normalised)
  const exponent = uint(binary32.exponentBits)
    .literal(biasOf(binary32) - 1)
    .sub(leadingZeros)
    .bits(binary32.exponentBits - 1, 0)
  return cat(exponent, normalised.bits(fractionBits - 1, 0)).extend(widthOf(binary32))
}

const sigmoids = new Map<string, ReturnType<typeof defineSigmoid>>()

/** A module with the sigmoid of `number_i`; see {@link floatSigmoid}. One definition for equal parameters. */
export function floatSigmoidUnit(registers: readonly PiecewiseQuadraticStage[] = []) {
  const stages = piecewiseQuadraticStages.map((stage) => (registers.includes(stage) ? '1' : '0'))
  const name = `float_sigmoid_p${stages.join('')}`
  let sigmoid = sigmoids.get(name)
  if (sigmoid === undefined) {
    sigmoid = defineSigmoid(name, registers)
    sigmoids.set(name, sigmoid)
  }
  return sigmoid
}

function defineSigmoid(name: string, registers: readonly PiecewiseQuadraticStage[]) {
  const number = uint(widthOf(binary32))
  return defineModule(
    name,
    { number_i: input(number), sigmoid_o: output(number) },
    (m, { number_i, sigmoid_o }) => sigmoid_o.assign(floatSigmoid(m, number_i, registers)),
    {
      parameters: { registers: registers.join(' ') },
      documentation: 'Sigmoid of a binary32 number by a table of quadratic polynomials',
    },
  )
}
