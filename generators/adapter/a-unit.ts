import { frameWordsOf } from '../../src/compiler/adapter-layout.js'
import { defineModule, input } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { broadcastInputs, broadcastPorts, lUnitArithmetic } from '../l-unit/datapath.js'
import { parametersName } from '../l-unit/parameters.js'
import { accumulatorsOf } from '../l-unit/sequencer.js'
import { adapterMemory } from './adapter-memory.js'
import { memoryLoadPorts } from './load-ports.js'
import { type AdapterParameters, adapterSlots } from './parameters.js'

/**
 * An A unit: rows of the A matrices of both slots in SRAM, with the datapath of an L-Unit. Its codes and scales come
 * one clock edge after their addresses, as from ROMs with a register behind them.
 */
export function adapterAUnit({ lUnit, orders, codeDepth, scaleDepth }: AdapterParameters) {
  const accumulators = accumulatorsOf({ orders, codeDepth, scaleDepth })
  const shape = { codes: lUnit.lanes, codeDepth, scaleDepth }
  return defineModule(
    `adapter_a_unit_${parametersName(lUnit)}_d${codeDepth}_s${scaleDepth}_a${accumulators}`,
    {
      code_address_i: input(indexType(adapterSlots * codeDepth)),
      scale_address_i: input(indexType(adapterSlots * scaleDepth)),
      ...broadcastPorts(lUnit, accumulators),
      ...memoryLoadPorts(codeDepth, scaleDepth, frameWordsOf(lUnit.lanes)),
    },
    (m, ports) => {
      const words = adapterMemory(m, shape, ports, {
        code: ports.code_address_i,
        scale: ports.scale_address_i,
      })
      const result = lUnitArithmetic(m, lUnit, accumulators, {
        ...words,
        ...broadcastInputs(ports),
      })
      ports.result_o.assign(result)
    },
    {
      parameters: { lanes: lUnit.lanes, codeDepth, scaleDepth, accumulators },
      documentation: 'Rows of A matrices in SRAM with their multiply-accumulate',
    },
  )
}
