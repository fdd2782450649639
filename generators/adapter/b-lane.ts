import { adapterCodeBits, frameWordsOf } from '../../src/compiler/adapter-layout.js'
import { defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { rangeOfRepeatedSum, signedWidth } from '../common/signed-range.js'
import type { ScaleToFloatStage } from '../float/scale-to-float.js'
import { exponentBits, lUnitScaler, number32 } from '../l-unit/datapath.js'
import { sumOfProducts } from '../l-unit/products.js'
import { productRange } from '../l-unit/widths.js'
import { adapterMemory } from './adapter-memory.js'
import { memoryLoadPorts } from './load-ports.js'
import { type AdapterParameters, adapterSlots } from './parameters.js'

const scaleStages: readonly ScaleToFloatStage[] = ['multiply', 'normalise']

/** Clock edges from an address at a B lane to its delta: memory, products, their sum, the scaling. */
export const bLaneEdges: number = 3 + scaleStages.length

/**
 * A B lane: rows of the B matrices of both slots in SRAM. The row at `address_i` times the vector, which comes one clock
 * edge after the address, is `delta_o`, {@link bLaneEdges} edges after the address.
 */
export function adapterBLane({ rank, lUnit, beats }: AdapterParameters) {
  const { mantissaBits } = lUnit
  const dotBits = signedWidth(rangeOfRepeatedSum(rank, productRange(lUnit)))
  const shape = { codes: rank, codeDepth: beats, scaleDepth: beats }
  return defineModule(
    `adapter_b_lane_r${rank}_m${mantissaBits}_d${beats}`,
    {
      address_i: input(indexType(adapterSlots * beats)),
      vector_i: input(vec(sint(mantissaBits), rank)),
      exponent_i: input(uint(exponentBits)),
      ...memoryLoadPorts(beats, beats, frameWordsOf(rank)),
      delta_o: output(number32),
    },
    (m, ports) => {
      const words = adapterMemory(m, shape, ports, {
        code: ports.address_i,
        scale: ports.address_i,
      })
      const codes = Array.from({ length: rank }, (_, i) =>
        words.codeWord.bits((i + 1) * adapterCodeBits - 1, i * adapterCodeBits),
      )
      const operands = { codes, mantissas: ports.vector_i.elements }
      const sum = sumOfProducts(m, 'digits', operands, true).truncate(dotBits)
      const twice = <S extends typeof ports.exponent_i>(name: string, signal: S) =>
        m.delayed(`${name}_of_dot`, m.delayed(`${name}_of_products`, signal))
      const { number_o } = m.instance('u_scale', lUnitScaler(lUnit, dotBits, scaleStages), {
        scale_i: twice('scale', words.scaleWord),
        integer_i: m.delayed('dot', sum),
        exponent_i: twice('exponent', ports.exponent_i),
      })
      ports.delta_o.assign(number_o)
    },
    {
      parameters: { rank, beats },
      documentation: 'Rows of B matrices in SRAM with their product by a vector of the rank',
    },
  )
}
