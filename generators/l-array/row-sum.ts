import { defineModule, input, output, type UInt, vec } from '../../src/hdl/index.js'
import { balancedTree, treeLevels } from '../common/balanced-tree.js'
import { DelayLine } from '../common/delay-line.js'
import { floatAdder } from '../float/float-adder.js'
import { binary32 } from '../float/float-format.js'
import { number32 } from '../l-unit/datapath.js'
import { addRegisters, type LUnitParameters } from '../l-unit/parameters.js'

/** Clock edges from the results of the columns to their sums. */
export function rowSumEdges(parameters: LUnitParameters, columns: number): number {
  return treeLevels(columns) * addRegisters(parameters).length
}

/**
 * Adds the results of the matrix units of a row of the mesh in a balanced tree: `result_o[l]` is the sum over the columns
 * `c` of `result_i[c * lUnits + l]`.
 */
export function rowSum(parameters: LUnitParameters, columns: number, lUnits: number) {
  const stages = addRegisters(parameters)
  const adder = floatAdder(binary32, stages)
  return defineModule(
    `row_sum_c${columns}_u${lUnits}_s${stages.length}`,
    {
      result_i: input(vec(number32, columns * lUnits)),
      result_o: output(vec(number32, lUnits)),
    },
    (m, { result_i, result_o }) => {
      for (let unit = 0; unit < lUnits; unit++) {
        let adders = 0
        let passing = 0
        const results = Array.from({ length: columns }, (_, c) => result_i.at(c * lUnits + unit))
        const sum = balancedTree<UInt>(
          results,
          (a, b) => m.instance(`u_add${unit}_${adders++}`, adder, { a_i: a, b_i: b }).sum_o,
          (odd) => new DelayLine(m, `passing${unit}_${passing++}`, odd).after(stages.length),
        )
        result_o.at(unit).assign(sum)
      }
    },
    {
      parameters: { columns, lUnits },
      documentation: 'Sums of the results of the matrix units in a row of the mesh',
    },
  )
}
