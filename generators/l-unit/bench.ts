import { type CodeBits, largestCode, TERNARY_ZERO } from '../../src/common/code-bits.js'
import { Random } from '../../src/common/random.js'
import { bool, defineModule, input, output, sint, uint, vec } from '../../src/hdl/index.js'
import { optionalPorts } from '../common/optional-ports.js'
import { exponentBits, number32 } from './datapath.js'
import { lUnit } from './l-unit.js'
import { type LUnitParameters, lUnitParameters, needsSums, parametersName } from './parameters.js'
import { lUnitOrder } from './schedule.js'
import { singleSweep, sweepSequencer } from './sequencer.js'
import type { LUnitWeights } from './weights.js'
import { lUnitWidths } from './widths.js'

const rows = 64
const columns = 256

/**
 * A design for measuring simulators and generators: `units` L-Units of 64 rows of 256 random weights, all
 * of one structure, that run through their ROMs over and over. Activations, `-S` and exponent come from
 * outside in every cycle: `units * lanes` multiply-accumulates a cycle.
 *
 * @param seed of the weights
 */
export function lUnitBench(units = 16, lanes = 64, given: Partial<LUnitParameters> = {}, seed = 1) {
  const parameters = lUnitParameters({
    lanes,
    rom: { kind: 'table' },
    products: given.bits === 'ternary' ? 'select' : 'multiply',
    fused: false,
    ...given,
  })
  const sums = needsSums(parameters) || undefined
  const random = new Random(seed)
  const definitions = Array.from({ length: units }, () =>
    lUnit(parameters, benchWeights(parameters, random)),
  )
  return defineModule(
    `l_unit_bench_${parametersName(parameters)}_u${units}`,
    {
      activation_i: input(vec(sint(parameters.mantissaBits), lanes)),
      ...optionalPorts(sums, () => ({
        negated_sum_i: input(sint(lUnitWidths(parameters).sum)),
      })),
      exponent_i: input(uint(exponentBits)),
      result_valid_o: output(bool),
      result_o: output(vec(number32, units)),
    },
    (m, { activation_i, negated_sum_i, exponent_i, result_valid_o, result_o }) => {
      const sweep = singleSweep(lUnitOrder(parameters, rows, columns))
      const sequencer = m.instance('u_sequencer', sweepSequencer(parameters, sweep), {
        start_i: true,
        order_i: 0,
        code_base_i: 0,
        scale_base_i: 0,
        activation_bank_i: false,
      })
      m.unused(
        sequencer.running_o,
        sequencer.activation_bank_o,
        sequencer.sum_bank_o,
        sequencer.exponent_bank_o,
        sequencer.activation_address_o,
        sequencer.sum_address_o,
        sequencer.exponent_address_o,
      )
      const results = definitions.map((definition, unit) => {
        const lUnit = m.instance(`u_l_unit${unit}`, definition, {
          code_address_i: sequencer.code_address_o,
          activation_i,
          first_beat_i: sequencer.first_beat_o,
          scale_address_i: sequencer.scale_address_o,
          exponent_i,
          first_group_i: sequencer.first_group_o,
          read_index_i: sequencer.read_index_o,
          write_index_i: sequencer.write_index_o,
          write_enable_i: sequencer.write_enable_o,
        })
        if (sums) lUnit.negated_sum_i.assign(negated_sum_i)
        return lUnit.result_o
      })
      result_o.assign(results)
      result_valid_o.assign(sequencer.result_valid_o)
    },
  )
}

function benchWeights({ bits, group }: LUnitParameters, random: Random): LUnitWeights {
  const groups = (rows * columns) / group
  return {
    rows,
    columns,
    codes: randomCodes(random, rows * columns, bits),
    zeroPoints:
      bits === 'ternary'
        ? new Uint8Array(groups).fill(TERNARY_ZERO)
        : randomCodes(random, groups, bits),
    scales: Uint16Array.from({ length: groups }, () => 0x2000 + random.integer(0, 0x7ff)),
  }
}

/** Codes from whole random words: millions of them are wanted. */
function randomCodes(random: Random, count: number, bits: CodeBits): Uint8Array {
  const words = Uint32Array.from({ length: Math.ceil(count / 4) }, () =>
    random.integer(0, 0xffff_ffff),
  )
  const codes = largestCode(bits) + 1
  return new Uint8Array(words.buffer, 0, count).map((byte) => (byte * codes) >> 8)
}
