import { createHash } from 'node:crypto'
import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { optionalPorts } from '../common/optional-ports.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import {
  describeParameters,
  type LUnitParameters,
  needsSums,
  parametersName,
} from '../l-unit/parameters.js'
import { lUnitTiming } from '../l-unit/schedule.js'
import {
  accumulatorsOf,
  activationDepth,
  groupDepth,
  romAddress,
  type SweepSet,
  sweepSequencer,
} from '../l-unit/sequencer.js'
import type { LUnitContents } from '../l-unit/weights.js'
import { lUnitWidths } from '../l-unit/widths.js'
import { type ChainPart, linkSignatures, romTestPorts } from '../self-test/ports.js'
import { matrixUnit } from './matrix-unit.js'
import { rowSum, rowSumEdges } from './row-sum.js'

/** Matrix units side by side. */
export interface Mesh {
  readonly rows: number
  readonly columns: number
  /** Registers on the wires to every matrix unit, and on those back. */
  readonly registers: number
}

/** Clock edges from the addresses of a row's last beat to its result, for the whole mesh. */
export function meshResultEdges(parameters: LUnitParameters, mesh: Mesh): number {
  const { accumulatorWrite } = lUnitTiming(parameters)
  return accumulatorWrite + 2 * mesh.registers + rowSumEdges(parameters, mesh.columns)
}

/**
 * A mesh of matrix units with the matrices of a whole model in their ROMs, and the sequencer that takes them through
 * a matrix at a time. The matrix units of a column see the same activations, which come from a memory outside, one
 * clock edge after their address, with the sum and the exponent of their group; the results of a row are added
 * over the columns. With `result_valid_o`, `result_o` holds the next row of every L-Unit of a column.
 *
 * @param contents of the ROMs, for each column a pair for each L-Unit, those of the first row first
 */
export function lArray(
  parameters: LUnitParameters,
  set: SweepSet,
  mesh: Mesh,
  contents: readonly (readonly LUnitContents[])[],
) {
  const { rows, columns, registers } = mesh
  const lUnits = contents[0]!.length / rows
  const accumulators = accumulatorsOf(set)
  const isPlaceholder = contents[0]![0]!.codes.isPlaceholder
  const sums = needsSums(parameters) || undefined
  const unitAt = (row: number, column: number) =>
    matrixUnit(
      parameters,
      accumulators,
      registers,
      contents[column]!.slice(row * lUnits, (row + 1) * lUnits),
      { row, column },
    )
  const placeholder = isPlaceholder ? unitAt(0, 0) : undefined
  const matrixUnits = contents.map((_, column) =>
    Array.from({ length: rows }, (_, row) => placeholder ?? unitAt(row, column)),
  )
  const hash = createHash('sha256')
  for (const { name } of matrixUnits.flat()) hash.update(name)
  return defineModule(
    `l_array_${parametersName(parameters)}_${rows}x${columns}x${lUnits}_w${registers}_${hash.digest('hex').slice(0, 8)}`,
    {
      start_i: input(bool),
      order_i: input(indexType(set.orders.length)),
      code_base_i: input(indexType(set.codeDepth)),
      scale_base_i: input(indexType(set.scaleDepth)),
      activation_bank_i: input(bool),
      activation_bank_o: output(bool),
      sum_bank_o: output(bool),
      exponent_bank_o: output(bool),
      activation_address_o: output(indexType(activationDepth(set))),
      sum_address_o: output(indexType(groupDepth(set))),
      exponent_address_o: output(indexType(groupDepth(set))),
      activation_i: input(vec(sint(parameters.mantissaBits), columns * parameters.lanes)),
      ...optionalPorts(sums, () => ({
        negated_sum_i: input(vec(sint(lUnitWidths(parameters).sum), columns)),
      })),
      exponent_i: input(vec(uint(exponentBits), columns)),
      running_o: output(bool),
      result_valid_o: output(bool),
      result_o: output(vec(number32, rows * lUnits)),
      ...optionalPorts(parameters.selfTest, () => ({
        self_test_address_i: input(romAddress(set)),
        ...romTestPorts({ selfTest: true }),
      })),
    },
    (m, ports) => {
      const sequencer = m.instance('u_sequencer', sweepSequencer(parameters, set), {
        start_i: ports.start_i,
        order_i: ports.order_i,
        code_base_i: ports.code_base_i,
        scale_base_i: ports.scale_base_i,
        activation_bank_i: ports.activation_bank_i,
      })
      ports.activation_bank_o.assign(sequencer.activation_bank_o)
      ports.sum_bank_o.assign(sequencer.sum_bank_o)
      ports.exponent_bank_o.assign(sequencer.exponent_bank_o)
      ports.activation_address_o.assign(sequencer.activation_address_o)
      ports.sum_address_o.assign(sequencer.sum_address_o)
      ports.exponent_address_o.assign(sequencer.exponent_address_o)
      ports.running_o.assign(sequencer.running_o)
      const { lanes, selfTest } = parameters
      if (selfTest) {
        sequencer.self_test_address_i.assign(ports.self_test_address_i)
        sequencer.self_test_code_i.assign(ports.self_test_code_i)
        sequencer.self_test_scale_i.assign(ports.self_test_scale_i)
      }
      const chain: ChainPart[] = []
      const results = matrixUnits.map((column, c) =>
        column.map((definition, row) => {
          const unit = m.instance(`u_matrix_unit_r${row}c${c}`, definition, {
            code_address_i: sequencer.code_address_o,
            activation_i: ports.activation_i.elements.slice(c * lanes, (c + 1) * lanes),
            first_beat_i: sequencer.first_beat_o,
            scale_address_i: sequencer.scale_address_o,
            exponent_i: ports.exponent_i.at(c),
            first_group_i: sequencer.first_group_o,
            read_index_i: sequencer.read_index_o,
            write_index_i: sequencer.write_index_o,
            write_enable_i: sequencer.write_enable_o,
          })
          if (sums) unit.negated_sum_i.assign(ports.negated_sum_i.at(c))
          if (selfTest) {
            unit.self_test_code_i.assign(sequencer.self_test_code_o)
            unit.self_test_scale_i.assign(sequencer.self_test_scale_o)
            unit.self_test_clear_i.assign(ports.self_test_clear_i)
            unit.self_test_shift_i.assign(ports.self_test_shift_i)
            chain.push(unit)
          }
          return unit.result_o.elements
        }),
      )
      if (selfTest) {
        const line = new DelayLine(m, 'signature', linkSignatures(chain, ports.signature_i))
        ports.signature_o.assign(line.after(registers))
      }
      const valid = new DelayLine(m, 'result_valid', sequencer.result_valid_o, { reset: false })
      ports.result_valid_o.assign(valid.after(2 * registers + rowSumEdges(parameters, columns)))
      for (let row = 0; row < rows; row++) {
        const ofRow = results.flatMap((column) => column[row]!)
        const sums =
          columns === 1
            ? ofRow
            : m.instance(`u_row_sum${row}`, rowSum(parameters, columns, lUnits), {
                result_i: ofRow,
              }).result_o.elements
        for (const [unit, sum] of sums.entries()) ports.result_o.at(row * lUnits + unit).assign(sum)
      }
    },
    {
      parameters: { ...describeParameters(parameters), rows, columns, lUnits, registers },
      documentation: `${rows} x ${columns} matrix units of ${lUnits} L-Units`,
    },
  )
}
