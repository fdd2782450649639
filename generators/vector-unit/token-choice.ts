import {
  type Bool,
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  repeat,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { number32 } from '../l-unit/datapath.js'
import { beatsOf, type VectorUnitParameters } from './parameters.js'

/**
 * The first of the largest logits, which come a beat of all vector units at a time; those beyond the vocabulary do not count. The token is
 * there two clock edges after the last beat.
 */
export function tokenChoice(parameters: VectorUnitParameters) {
  const { vocabulary } = parameters
  const lanes = parameters.columns * parameters.vectorLanes
  const beats = beatsOf(parameters).vocabulary
  const tokenType = indexType(vocabulary)
  const laneType = indexType(lanes)
  return defineModule(
    `token_choice_v${lanes}_t${vocabulary}`,
    {
      valid_i: input(bool),
      last_i: input(bool),
      beat_i: input(indexType(beats)),
      logits_i: input(vec(number32, lanes)),
      token_valid_o: output(bool),
      token_o: output(tokenType),
    },
    (m, { valid_i, last_i, beat_i, logits_i, token_valid_o, token_o }) => {
      const lanesOfLast = vocabulary - (beats - 1) * lanes
      const isLastBeat = beat_i.eq(beats - 1)
      const candidates = logits_i.elements.map((logit, lane) => {
        const key = orderedKey(logit)
        const counts = lane < lanesOfLast ? key : mux(isLastBeat, key.type.literal(0), key)
        return { key: counts, index: laneType.literal(lane) as UInt }
      })
      const best = balancedTree(candidates, laterIfLarger)
      const bestKey = m.delayed('beat_key', best.key)
      const bestLane = m.delayed('beat_lane', best.index)
      const bestBeat = m.delayed('beat', beat_i)
      const valid = new DelayLine(m, 'valid', valid_i, { reset: false })
      const last = new DelayLine(m, 'last', last_i)

      const key = m.register('best_key', uint(number32.width))
      const isPowerOfTwo = lanes === 2 ** bestLane.width
      const token = m.register('best_token', uint(bestBeat.width + bestLane.width))
      const wins = bestBeat.eq(0).or(key.lt(bestKey))
      m.when(valid.after(1).and(wins), () => {
        key.next(bestKey)
        token.next(
          isPowerOfTwo
            ? cat(bestBeat, bestLane)
            : bestBeat
                .mul(indexType(lanes + 1).literal(lanes))
                .add(bestLane)
                .truncate(token.width),
        )
      })
      const isDone: Bool = valid.after(1).and(last.after(1))
      token_valid_o.assign(m.delayed('token_valid', isDone, { reset: false }))
      const isNarrow = token.width < tokenType.width
      token_o.assign(isNarrow ? token.extend(tokenType.width) : token.truncate(tokenType.width))
      m.unused(token)
    },
    {
      parameters: { lanes, vocabulary },
      documentation: 'The first of the largest logits',
    },
  )
}

/** An unsigned number in the order of binary32 numbers, above 0; both zeros are one. */
function orderedKey(number: UInt): UInt {
  const sign = number.width - 1
  const magnitude = number.bits(sign - 1, 0)
  const isNegative = number.bit(sign).and(magnitude.reduceOr())
  return cat(isNegative.not(), magnitude.xor(repeat(isNegative, sign)))
}

interface Candidate {
  readonly key: UInt
  readonly index: UInt
}

function laterIfLarger(a: Candidate, b: Candidate): Candidate {
  const isLarger = a.key.lt(b.key)
  return { key: mux(isLarger, b.key, a.key), index: mux(isLarger, b.index, a.index) }
}
