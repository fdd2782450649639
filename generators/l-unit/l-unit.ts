import { createHash } from 'node:crypto'
import {
  type Bool,
  bool,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type RomContents,
  type SInt,
  sint,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { indexType } from '../common/counter.js'
import { endOfStage } from '../common/pipeline.js'
import { floatAdder } from '../float/float-adder.js'
import { biasOf, binary16, binary32, widthOf } from '../float/float-format.js'
import { floatScaler } from '../float/scale-to-float.js'
import { romForm, romPolicyIdentifier } from '../rom/policy.js'
import {
  addRegisters,
  describeParameters,
  hasStage,
  type LUnitParameters,
  parametersName,
  scaleRegisters,
} from './parameters.js'
import { lUnitOrder } from './schedule.js'
import { checkWeights, type LUnitWeights, lUnitContents } from './weights.js'
import { lUnitWidths } from './widths.js'

/** Bits of a group's biased exponent. */
export const exponentBits: number = 8

const scaleWidth = widthOf(binary16)

/** The type of results. */
export const number32 = uint(widthOf(binary32))

/**
 * An L-Unit: the weights of some rows in ROM, fused with the arithmetic of their matrix-vector product, as
 * `docs/arithmetic.md` defines it. It has no control of its own: the sequencer of `sequencer.ts` broadcasts
 * addresses and flags, each at the clock edge at which the data need it (`schedule.ts`).
 *
 * @throws InputError for weights that do not fit the parameters
 */
export function lUnit(parameters: LUnitParameters, weights: LUnitWeights) {
  checkWeights(parameters, weights)
  const order = lUnitOrder(parameters, weights.rows, weights.columns)
  const contents = lUnitContents(parameters, weights)
  const { mantissaBits, lanes } = parameters
  const widths = lUnitWidths(parameters)
  const turn = indexType(order.accumulators)
  const hash = createHash('sha256')
    .update(contents.codes.hash)
    .update(contents.scales.hash)
    .digest('hex')
  const policy = romPolicyIdentifier(parameters.rom)
  return defineModule(
    `l_unit_${parametersName(parameters)}_${policy}_${weights.rows}x${weights.columns}_${hash.slice(0, 8)}`,
    {
      code_address_i: input(uint(contents.codes.addressWidth)),
      activation_i: input(vec(sint(mantissaBits), lanes)),
      first_beat_i: input(bool),
      scale_address_i: input(uint(contents.scales.addressWidth)),
      negated_sum_i: input(sint(widths.sum)),
      exponent_i: input(uint(exponentBits)),
      first_group_i: input(bool),
      read_index_i: input(turn),
      write_index_i: input(turn),
      write_enable_i: input(bool),
      result_o: output(number32),
    },
    (m, ports) => {
      const products = readAndMultiply(m, parameters, contents.codes, ports)
      const scaleRom = m.rom('scale_rom', contents.scales, {
        form: romForm(parameters.rom, contents.scales),
      })
      const { word } = endOfStage(m, 'scale', hasStage(parameters, 'rom'), {
        word: scaleRom.read(ports.scale_address_i),
      })
      const dot = sumOfGroup(m, parameters, products, {
        zeroPoint: word.bits(scaleWidth + parameters.bits - 1, scaleWidth),
        firstBeat: ports.first_beat_i,
        negatedSum: ports.negated_sum_i,
      })
      const scale = scaleOfGroup(m, parameters, word.bits(scaleWidth - 1, 0))
      const scaler = m.instance('u_scale', lUnitScaler(parameters), {
        scale_i: scale,
        integer_i: dot,
        exponent_i: ports.exponent_i,
      })

      const accumulators = m.register('accumulator', vec(number32, order.accumulators))
      const sum = m.instance('u_add', floatAdder(binary32, addRegisters(parameters)), {
        a_i: mux(ports.first_group_i, number32.literal(0), accumulators.select(ports.read_index_i)),
        b_i: scaler.number_o,
      }).sum_o
      m.when(ports.write_enable_i, () => {
        for (const [index, accumulator] of accumulators.elements.entries()) {
          m.when(ports.write_index_i.eq(index), () => accumulator.next(sum))
        }
      })
      ports.result_o.assign(sum)
    },
    {
      parameters: {
        ...describeParameters(parameters),
        rows: weights.rows,
        columns: weights.columns,
      },
      documentation: `L-Unit: ${weights.rows} rows of ${weights.columns} INT${parameters.bits} weights in ROM with their multiply-accumulate`,
    },
  )
}

/** The scaling to binary32 of an L-Unit: `s * d * 2^(e - 127 - M + 2)`. */
export function lUnitScaler(parameters: LUnitParameters) {
  const shape = {
    scale: binary16,
    integerBits: lUnitWidths(parameters).group,
    exponentBits,
    exponentOffset: biasOf(binary32) + parameters.mantissaBits - 2,
    result: binary32,
  }
  return floatScaler(shape, scaleRegisters(parameters))
}

/** Sum over the lanes of code times activation. */
function readAndMultiply(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  contents: RomContents,
  ports: { readonly code_address_i: UInt; readonly activation_i: Vec<SInt> },
): SInt {
  const { bits } = parameters
  const rom = m.rom('code_rom', contents, { form: romForm(parameters.rom, contents) })
  const { word } = endOfStage(m, 'code', hasStage(parameters, 'rom'), {
    word: rom.read(ports.code_address_i),
  })
  const { product: productWidth, beat: beatWidth } = lUnitWidths(parameters)
  const products = ports.activation_i.map((activation, lane) => {
    const code = word.bits((lane + 1) * bits - 1, lane * bits)
    const product = code.toSigned().mul(activation).truncate(productWidth)
    return hasStage(parameters, 'products') ? m.delayed(`product${lane}`, product) : product
  })
  const total = balancedTree<SInt>(products, (a, b) => a.add(b))
  const { sum } = endOfStage(m, 'beat', hasStage(parameters, 'tree'), {
    sum: total.width > beatWidth ? total.truncate(beatWidth) : total,
  })
  return sum
}

/** `d_g`: the accumulator starts a group at `-z * S` and adds the beats' sums; its width is proved in `widths.ts`. */
function sumOfGroup(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  beatSum: SInt,
  group: { readonly zeroPoint: UInt; readonly firstBeat: Bool; readonly negatedSum: SInt },
): SInt {
  const width = lUnitWidths(parameters).group
  const { start } = endOfStage(m, 'correction', hasStage(parameters, 'correction'), {
    start: group.zeroPoint.toSigned().mul(group.negatedSum).truncate(width),
  })
  const dot = m.register('dot', sint(width))
  dot.next(mux(group.firstBeat, start, dot).add(beatSum).truncate(width))
  return dot
}

/** The scale that belongs to a finished group: its ROM word came with the group's first beat. */
function scaleOfGroup(m: ModuleBuilder, parameters: LUnitParameters, scale: UInt): UInt {
  const first = m.delayed('scale_kept', scale)
  return hasStage(parameters, 'correction') ? m.delayed('scale_of_group', first) : first
}
