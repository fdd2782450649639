import { defineModule, input, output, type SInt, sint, uint, vec } from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { DelayLine } from '../common/delay-line.js'
import {
  rangeOfProduct,
  rangeOfRepeatedSum,
  signedWidth,
  symmetric,
  symmetricOfWidth,
} from '../common/signed-range.js'
import { biasOf, binary32, widthOf } from '../float/float-format.js'
import { floatToFixed } from '../float/float-to-fixed.js'
import { floatScaler } from '../float/scale-to-float.js'
import { cacheFormats } from './cache-format.js'
import type { HUnitParameters } from './parameters.js'

/** Bits of a score: signed, of 2^-20. */
export const scoreBits = 31
export const scorePointBits = 20

/** Bits of the whole part of a score. */
export const wholeBits = scoreBits - scorePointBits

const scores = new Map<string, ReturnType<typeof defineAttentionScore>>()

/**
 * The score `z` of a query head and a key (docs/arithmetic.md, Attention), five edges after them: products; their
 * sum; its scaling, of two stages; fixed point.
 */
export function attentionScore(parameters: HUnitParameters) {
  const { headSize, mantissaBits, kvFormat } = parameters
  const name = `attention_score_d${headSize}_m${mantissaBits}_${kvFormat}`
  let score = scores.get(name)
  if (score === undefined) {
    score = defineAttentionScore(name, parameters)
    scores.set(name, score)
  }
  return score
}

function defineAttentionScore(name: string, { headSize, mantissaBits, kvFormat }: HUnitParameters) {
  const { integerBits, largestInteger, scale, scalePower } = cacheFormats[kvFormat]
  const product = rangeOfProduct(symmetricOfWidth(mantissaBits), symmetric(BigInt(largestInteger)))
  const productBits = signedWidth(product)
  const dotBits = signedWidth(rangeOfRepeatedSum(headSize, product))
  return defineModule(
    name,
    {
      query_i: input(vec(sint(mantissaBits), headSize)),
      query_exponent_i: input(uint(binary32.exponentBits)),
      key_i: input(vec(sint(integerBits), headSize)),
      key_scale_i: input(uint(widthOf(scale))),
      score_o: output(sint(scoreBits)),
    },
    (m, { query_i, query_exponent_i, key_i, key_scale_i, score_o }) => {
      const products = query_i.map((mantissa, i) =>
        m.delayed(`product${i}`, mantissa.mul(key_i.at(i)).truncate(productBits)),
      )
      const sum = balancedTree<SInt>(products, (a, b) => a.add(b))
      const dot = m.delayed(
        'dot',
        sum.width < dotBits ? sum.extend(dotBits) : sum.truncate(dotBits),
      )
      const shape = {
        scale,
        integerBits: dotBits,
        exponentBits: binary32.exponentBits,
        exponentOffset: biasOf(binary32) + mantissaBits - 2 - scalePower,
        result: binary32,
      }
      const { number_o } = m.instance('u_scale', floatScaler(shape, ['multiply', 'normalise']), {
        scale_i: new DelayLine(m, 'key_scale', key_scale_i).after(2),
        integer_i: dot,
        exponent_i: new DelayLine(m, 'query_exponent', query_exponent_i).after(2),
      })
      const fixed = floatToFixed(binary32, number_o, scorePointBits, scoreBits)
      score_o.assign(m.delayed('score', fixed))
    },
    {
      parameters: { headSize, mantissaBits, kvFormat },
      documentation: `Dot product of an aligned query head and a key of ${headSize} codes, in units of 2^-${scorePointBits}`,
    },
  )
}
