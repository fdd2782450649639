import {
  type Bool,
  bool,
  type ModuleBuilder,
  mux,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'
import { binary32, widthOf } from '../float/float-format.js'
import { floatMultiplier } from '../float/float-multiplier.js'
import { type HUnitParameters, headBeats, queryHeads } from './parameters.js'

const number32 = uint(widthOf(binary32))

/** The final sums of the query heads of a key/value head. */
export interface FinalSums {
  readonly valid: Bool
  /** They are those of the last key/value head. */
  readonly isLast: Bool
  /** `headSize` weighted sums of each query head. */
  readonly weightedSums: readonly (readonly UInt[])[]
  /** The reciprocal of the sum of the weights, of each query head. */
  readonly reciprocals: readonly UInt[]
}

export interface MixStream {
  readonly valid: Bool
  readonly data: readonly UInt[]
  readonly isLast: Bool
}

/** Sends final sums, divided by the sum of the weights, in beats; the first beat two edges after they are valid. */
export function mixStream(
  m: ModuleBuilder,
  parameters: HUnitParameters,
  sums: FinalSums,
): MixStream {
  const { vectorLanes } = parameters
  const beats = headBeats(parameters)
  const mixBeats = queryHeads(parameters) * beats
  const kept = m.register('final_sum', vec(vec(number32, vectorLanes), mixBeats))
  const factors = m.register('final_reciprocal', vec(number32, queryHeads(parameters)))
  const isLastHead = m.register('mixes_last_head', bool)
  const sends = m.register('sends', bool, { reset: false })
  const beat = new Counter(m, 'mix_beat', mixBeats)
  const isLastBeat = beat.is(mixBeats - 1)
  m.when(sends, () => beat.advance(isLastBeat, () => sends.next(false)))
  m.when(sums.valid, () => {
    const flat = sums.weightedSums.flat()
    for (const [i, lanes] of kept.elements.entries()) {
      for (const [lane, register] of lanes.elements.entries()) {
        register.next(flat[i * vectorLanes + lane]!)
      }
    }
    for (const [i, factor] of factors.elements.entries()) factor.next(sums.reciprocals[i]!)
    isLastHead.next(sums.isLast)
    sends.next(true)
  })
  const numbers: Vec<UInt> = mixBeats === 1 ? kept.at(0) : kept.select(beat.value)
  const factor = factors.elements
    .slice(1)
    .reduce<UInt>(
      (before, own, i) => mux(beat.value.lt((i + 1) * beats), before, own),
      factors.at(0),
    )
  const data = numbers.map(
    (number, lane) =>
      m.instance(`u_mix${lane}`, floatMultiplier(binary32, ['multiply']), {
        a_i: number,
        b_i: factor,
      }).product_o,
  )
  return {
    valid: m.delayed('mix_valid', sends, { reset: false }),
    data,
    isLast: m.delayed('mix_last', sends.and(isLastBeat).and(isLastHead), { reset: false }),
  }
}
