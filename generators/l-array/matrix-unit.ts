import { createHash } from 'node:crypto'
import { codeBitsName } from '../../src/common/code-bits.js'
import { defineModule, input, output, uint, vec } from '../../src/hdl/index.js'
import { oncePerKey } from '../common/once-per-key.js'
import { broadcastPorts, number32 } from '../l-unit/datapath.js'
import { lUnitOfContents } from '../l-unit/l-unit.js'
import {
  describeParameters,
  type LUnitParameters,
  needsSums,
  parametersName,
} from '../l-unit/parameters.js'
import type { LUnitContents } from '../l-unit/weights.js'
import { type ChainPart, linkSignatures, romTestPorts } from '../self-test/ports.js'

/** Where in a mesh a matrix unit stands. */
export interface MeshPlace {
  readonly row: number
  readonly column: number
}

/**
 * A matrix unit of the mesh: L-Units that see the same activations, addresses and flags. `result_o` holds a result of
 * each of them.
 *
 * @param registers on the way of every input, and of the results, for wires across a large die
 * @param contents of the ROMs, one pair for each L-Unit
 */
export function matrixUnit(
  parameters: LUnitParameters,
  accumulators: number,
  registers: number,
  contents: readonly LUnitContents[],
  { row, column }: MeshPlace,
) {
  const [first] = contents
  const isPlaceholder = first!.codes.isPlaceholder
  const ofContents = oncePerKey((roms: LUnitContents) => {
    const unit = contents.indexOf(roms)
    return lUnitOfContents(parameters, roms, accumulators, {
      name: isPlaceholder ? 'placeholder' : `r${row}c${column}n${unit}`,
      parameters: isPlaceholder ? {} : { row, column, unit },
      documentation: `L-Unit${isPlaceholder ? '' : ` ${unit} of row ${row}, column ${column}`}: ${codeBitsName(parameters.bits)} weights in ROM with their multiply-accumulate`,
    })
  })
  const lUnits = contents.map(ofContents)
  const { result_o: _, ...broadcast } = broadcastPorts(parameters, accumulators)
  const hash = createHash('sha256')
  for (const { name } of lUnits) hash.update(name)
  return defineModule(
    `matrix_unit_${parametersName(parameters)}_w${registers}_${isPlaceholder ? 'placeholder' : `r${row}c${column}`}_${hash.digest('hex').slice(0, 8)}`,
    {
      code_address_i: input(uint(first!.codes.addressWidth)),
      scale_address_i: input(uint(first!.scales.addressWidth)),
      ...broadcast,
      result_o: output(vec(number32, contents.length)),
      ...romTestPorts(parameters),
    },
    (m, { result_o, signature_o, ...inputs }) => {
      const late = <S>(name: string, signal: S): S => {
        let latest = signal
        for (let edge = 1; edge <= registers; edge++) {
          latest = m.delayed(`${name}_late${edge}`, latest)
        }
        return latest
      }
      const seen = {
        code_address_i: late('code_address', inputs.code_address_i),
        scale_address_i: late('scale_address', inputs.scale_address_i),
        activation_i: late('activation', inputs.activation_i),
        first_beat_i: late('first_beat', inputs.first_beat_i),
        exponent_i: late('exponent', inputs.exponent_i),
        first_group_i: late('first_group', inputs.first_group_i),
        read_index_i: late('read_index', inputs.read_index_i),
        write_index_i: late('write_index', inputs.write_index_i),
        write_enable_i: late('write_enable', inputs.write_enable_i),
      }
      const negatedSum = needsSums(parameters)
        ? late('negated_sum', inputs.negated_sum_i)
        : undefined
      const tested = parameters.selfTest && {
        code: late('self_test_code', inputs.self_test_code_i),
        scale: late('self_test_scale', inputs.self_test_scale_i),
        clear: late('self_test_clear', inputs.self_test_clear_i),
        shift: late('self_test_shift', inputs.self_test_shift_i),
      }
      const chain: ChainPart[] = []
      for (const [unit, definition] of lUnits.entries()) {
        const instance = m.instance(`u_l_unit${unit}`, definition, seen)
        if (tested) {
          instance.self_test_code_i.assign(tested.code)
          instance.self_test_scale_i.assign(tested.scale)
          instance.self_test_clear_i.assign(tested.clear)
          instance.self_test_shift_i.assign(tested.shift)
          chain.push(instance)
        }
        if (negatedSum !== undefined) instance.negated_sum_i.assign(negatedSum)
        result_o.at(unit).assign(late(`result${unit}`, instance.result_o))
      }
      if (tested) signature_o.assign(linkSignatures(chain, inputs.signature_i))
    },
    {
      parameters: { ...describeParameters(parameters), lUnits: contents.length, registers },
      documentation: `${contents.length} L-Units that see the same activations`,
    },
  )
}
