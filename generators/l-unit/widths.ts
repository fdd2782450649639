import { codeWidth } from '../../src/common/code-bits.js'
import {
  rangeOfProduct,
  rangeOfRepeatedSum,
  type SignedRange,
  signedWidth,
  symmetric,
  symmetricOfWidth,
  unsignedOfWidth,
} from '../common/signed-range.js'
import type { LUnitParameters } from './parameters.js'
import { codeOffset } from './products.js'

/** An aligned activation: M bits, the most negative value left out. */
export function mantissaRange({ mantissaBits }: LUnitParameters): SignedRange {
  return symmetricOfWidth(mantissaBits)
}

/** A code as it is multiplied, times an activation. */
export function productRange(parameters: LUnitParameters): SignedRange {
  if (parameters.bits === 'ternary') return mantissaRange(parameters)
  const { min, max } = unsignedOfWidth(parameters.bits)
  const offset = BigInt(codeOffset(parameters.products, parameters.bits))
  return rangeOfProduct({ min: min - offset, max: max - offset }, mantissaRange(parameters))
}

/** The sum of a group's activations, S, and its negative. */
export function sumRange(parameters: LUnitParameters): SignedRange {
  return rangeOfRepeatedSum(parameters.group, mantissaRange(parameters))
}

/**
 * The integer accumulator of a group. It starts at `-z * S` and adds the products `q_i * m_i`, so after any
 * subset of them it holds the sum of `(q_i - z) * m_i` over that subset and of `-z * m_i` over the rest;
 * both factors are at most `2^B - 1` in magnitude (also when an offset is taken off `q_i` and `z`), so no
 * intermediate value is larger than the bound of `d_g`, and the start value is one of them. With ternary codes it starts at 0
 * and each product is in the range of an activation.
 */
export function groupRange(parameters: LUnitParameters): SignedRange {
  if (parameters.bits === 'ternary') return sumRange(parameters)
  const factor = symmetric(unsignedOfWidth(parameters.bits).max)
  const term = rangeOfProduct(factor, mantissaRange(parameters))
  return rangeOfRepeatedSum(parameters.group, term)
}

export interface LUnitWidths {
  readonly code: number
  /** The sum of the products of one ROM word. */
  readonly beat: number
  /** S of a group. */
  readonly sum: number
  /** `d_g` of a group. */
  readonly group: number
}

/** The narrowest widths that hold every value, from the ranges. */
export function lUnitWidths(parameters: LUnitParameters): LUnitWidths {
  const { bits, lanes } = parameters
  return {
    code: codeWidth(bits),
    beat: signedWidth(rangeOfRepeatedSum(lanes, productRange(parameters))),
    sum: signedWidth(sumRange(parameters)),
    group: signedWidth(groupRange(parameters)),
  }
}
