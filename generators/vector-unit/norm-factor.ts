import { bool, defineModule, input, mux, output, type UInt, vec } from '../../src/hdl/index.js'
import { balancedTree, treeLevels } from '../common/balanced-tree.js'
import { Counter } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { floatReciprocalSquareRootUnit } from '../float/reciprocal-square-root.js'
import { number32 } from '../l-unit/datapath.js'
import { binary32Bits, latencies, productOf, sumOf, tableStages } from './arithmetic.js'
import { beatsOf, type VectorUnitParameters } from './parameters.js'

const accumulatorCount = 4

/**
 * The factor of an RMSNorm from the squares of a vector, a beat of all vector units at a time: `r` for rows of key, value, feed forward and
 * head, `r_q` for rows of the query; see docs/arithmetic.md. Both hold until the next vector's are there.
 */
export function normFactor(parameters: VectorUnitParameters) {
  const { width, headSize, epsilon } = parameters
  const lanes = parameters.columns * parameters.vectorLanes
  const beats = beatsOf(parameters).width
  const used = Math.min(accumulatorCount, beats)
  const constant = (value: number) => number32.literal(binary32Bits(value))
  return defineModule(
    `norm_factor_v${lanes}_n${width}_h${headSize}_e${binary32Bits(epsilon).toString(16)}`,
    {
      valid_i: input(bool),
      last_i: input(bool),
      squares_i: input(vec(number32, lanes)),
      factor_o: output(number32),
      query_factor_o: output(number32),
    },
    (m, { valid_i, last_i, squares_i, factor_o, query_factor_o }) => {
      let adders = 0
      let passing = 0
      const beatSum = balancedTree<UInt>(
        squares_i.elements,
        (a, b) => sumOf(m, `tree${adders++}`, a, b),
        (odd) => new DelayLine(m, `passing${passing++}`, odd).after(latencies.add),
      )
      const treeEdges = treeLevels(lanes) * latencies.add
      const valid = new DelayLine(m, 'valid', valid_i, { reset: false }).after(treeEdges)
      const last = new DelayLine(m, 'last', last_i).after(treeEdges)

      const accumulators = m.register('accumulator', vec(number32, used))
      const turn = new Counter(m, 'turn', used)
      const isFirstRound = m.register('is_first_round', bool, { reset: true })
      const isLastTurn = turn.is(used - 1).or(last)
      m.when(valid, () => {
        turn.advance(isLastTurn)
        isFirstRound.next(last.or(isFirstRound.and(isLastTurn.not())))
      })
      const before = used === 1 ? accumulators.at(0) : accumulators.select(turn.value)
      const sum = sumOf(
        m,
        'accumulate',
        mux(isFirstRound, number32.literal(0), before as UInt),
        beatSum,
      )
      const writes = new DelayLine(m, 'accumulates', valid, { reset: false }).after(latencies.add)
      const writeTurn = new DelayLine(m, 'turn', turn.value).after(latencies.add)
      m.when(writes, () => {
        for (const [index, accumulator] of accumulators.elements.entries()) {
          m.when(writeTurn.eq(index), () => accumulator.next(sum))
        }
      })

      const parts = Array.from({ length: accumulatorCount }, (_, i) =>
        i < used ? accumulators.at(i) : number32.literal(0),
      )
      const halves = [
        sumOf(m, 'sum01', parts[0]!, parts[1]!),
        sumOf(m, 'sum23', parts[2]!, parts[3]!),
      ]
      const total = sumOf(m, 'sum', halves[0]!, halves[1]!)
      const mean = productOf(m, 'mean', total, constant(1 / width))
      const biased = sumOf(m, 'epsilon', mean, constant(epsilon))
      const root = m.instance('u_root', floatReciprocalSquareRootUnit(tableStages), {
        number_i: biased,
      }).root_o
      const queryRoot = productOf(m, 'query', root, constant(Math.LOG2E / Math.sqrt(headSize)))

      const { add, multiply, table } = latencies
      const toRoot = add + 1 + 2 * add + multiply + add + table
      const done = new DelayLine(m, 'done', valid.and(last), { reset: false })
      const factor = m.register('factor', number32)
      const queryFactor = m.register('query_factor', number32)
      m.when(done.after(toRoot), () => factor.next(root))
      m.when(done.after(toRoot + multiply), () => queryFactor.next(queryRoot))
      factor_o.assign(factor)
      query_factor_o.assign(queryFactor)
    },
    {
      parameters: { lanes, width, headSize, epsilon },
      documentation: 'Reciprocal root of the mean of squares',
    },
  )
}
