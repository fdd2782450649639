import { codeWidth } from '../../src/common/code-bits.js'
import {
  type Bool,
  bool,
  defineModule,
  type InnerPorts,
  input,
  type ModuleBuilder,
  mux,
  output,
  type SInt,
  sint,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { optionalPorts } from '../common/optional-ports.js'
import { endOfStage } from '../common/pipeline.js'
import { floatAdder } from '../float/float-adder.js'
import { biasOf, binary16, binary32, widthOf } from '../float/float-format.js'
import { floatScaler } from '../float/scale-to-float.js'
import {
  addRegisters,
  describeParameters,
  hasStage,
  type LUnitParameters,
  needsSums,
  parametersName,
  scaleRegisters,
} from './parameters.js'
import { sumOfProducts } from './products.js'
import { scaleBits, scaleWordBits } from './weights.js'
import { lUnitWidths } from './widths.js'

/** Bits of a group's biased exponent. */
export const exponentBits: number = 8

/** The type of results. */
export const number32 = uint(widthOf(binary32))

/** What the arithmetic of an L-Unit computes from, each at the clock edge that `lUnitTiming` says. */
export interface DatapathInputs {
  readonly codeWord: UInt
  readonly activation: Vec<SInt>
  readonly firstBeat: Bool
  /** `{zero-point, scale}`, with offsets `{offset, zero-point, scale}`, without zero-points the scale */
  readonly scaleWord: UInt
  /** Used for zero-points and offsets alone. */
  readonly negatedSum: SInt
  readonly exponent: UInt
  readonly firstGroup: Bool
  readonly readIndex: UInt
  readonly writeIndex: UInt
  readonly writeEnable: Bool
}

/** The ports of an L-Unit that do not depend on its ROMs. */
export function broadcastPorts(parameters: LUnitParameters, accumulators: number) {
  return {
    activation_i: input(vec(sint(parameters.mantissaBits), parameters.lanes)),
    first_beat_i: input(bool),
    ...optionalPorts(needsSums(parameters) || undefined, () => ({
      negated_sum_i: input(sint(lUnitWidths(parameters).sum)),
    })),
    exponent_i: input(uint(exponentBits)),
    first_group_i: input(bool),
    read_index_i: input(indexType(accumulators)),
    write_index_i: input(indexType(accumulators)),
    write_enable_i: input(bool),
    result_o: output(number32),
  } as const
}

/** The values of {@link broadcastPorts} under the names of the arithmetic. */
export function broadcastInputs(
  ports: InnerPorts<ReturnType<typeof broadcastPorts>>,
): Omit<DatapathInputs, 'codeWord' | 'scaleWord'> {
  return {
    activation: ports.activation_i,
    firstBeat: ports.first_beat_i,
    negatedSum: ports.negated_sum_i,
    exponent: ports.exponent_i,
    firstGroup: ports.first_group_i,
    readIndex: ports.read_index_i,
    writeIndex: ports.write_index_i,
    writeEnable: ports.write_enable_i,
  }
}

/**
 * The arithmetic of an L-Unit, from ROM words to results, with as many binary32 accumulators as there are
 * rows in flight.
 */
export function lUnitArithmetic(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  accumulatorCount: number,
  inputs: DatapathInputs,
): UInt {
  const group = resultOfGroup(m, parameters, inputs)
  const accumulators = m.register('accumulator', vec(number32, accumulatorCount))
  const before = mux(inputs.firstGroup, number32.literal(0), accumulators.select(inputs.readIndex))
  const { sum_o } = m.instance('u_add', floatAdder(binary32, addRegisters(parameters)), {
    a_i: before,
    b_i: group,
  })
  m.when(inputs.writeEnable, () => {
    for (const [index, accumulator] of accumulators.elements.entries()) {
      m.when(inputs.writeIndex.eq(index), () => accumulator.next(sum_o))
    }
  })
  return sum_o
}

/** `y_g`, the binary32 result of a group. */
function resultOfGroup(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  inputs: DatapathInputs,
): UInt {
  const { scaleWord, negatedSum, exponent } = inputs
  const widths = lUnitWidths(parameters)
  const offsetAt = scaleWord.width - scaleBits
  const dot = dotOfGroup(m, parameters, startOfGroup(m, parameters, inputs), inputs)
  const scaled = m.instance('u_scale', lUnitScaler(parameters, widths.group), {
    scale_i: untilGroupEnd(m, parameters, 'scale', scaleWord.bits(scaleBits - 1, 0)),
    integer_i: dot,
    exponent_i: exponent,
  })
  if (!parameters.offsets) return scaled.number_o
  const offset = m.instance('u_scale_offset', lUnitScaler(parameters, widths.sum), {
    scale_i: untilGroupEnd(m, parameters, 'offset', scaleWord.bits(scaleWord.width - 1, offsetAt)),
    integer_i: untilGroupEnd(m, parameters, 'negated_sum', negatedSum).neg().truncate(widths.sum),
    exponent_i: exponent,
  })
  const { sum_o } = m.instance('u_add_offset', floatAdder(binary32, addRegisters(parameters)), {
    a_i: scaled.number_o,
    b_i: offset.number_o,
  })
  return endOfStage(m, 'group', hasStage(parameters, 'scale-round'), { result: sum_o }).result
}

/** The scaling to binary32 of an L-Unit: `scale * integer * 2^(e - 127 - M + 2)`. */
export function lUnitScaler(
  parameters: LUnitParameters,
  integerBits: number,
  stages = scaleRegisters(parameters),
) {
  const shape = {
    scale: binary16,
    integerBits,
    exponentBits,
    exponentOffset: biasOf(binary32) + parameters.mantissaBits - 2,
    result: binary32,
  }
  return floatScaler(shape, stages)
}

/** `-z * S`, at which the accumulator of a group starts; codes and zero-point are less by the same offset, which cancels. */
function startOfGroup(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  { scaleWord, negatedSum }: DatapathInputs,
): SInt {
  const { products, zeroPoints, bits } = parameters
  const type = sint(lUnitWidths(parameters).group)
  if (!zeroPoints) return type.literal(0)
  const zeroPoint = scaleWord.bits(scaleBits + codeWidth(bits) - 1, scaleBits)
  const correction = { codes: [zeroPoint], mantissas: [negatedSum] }
  return endOfStage(m, 'correction', hasStage(parameters, 'correction'), {
    start: sumOfProducts(m, products, correction, false).truncate(type.width),
  }).start
}

/** `d_g`: the accumulator adds the beats' sums to the start; `groupRange` proves its width. */
function dotOfGroup(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  start: SInt,
  inputs: DatapathInputs,
): SInt {
  const { lanes, products } = parameters
  const widths = lUnitWidths(parameters)
  const operands = {
    codes: Array.from({ length: lanes }, (_, lane) =>
      inputs.codeWord.bits((lane + 1) * widths.code - 1, lane * widths.code),
    ),
    mantissas: inputs.activation.elements,
  }
  const { sum } = endOfStage(m, 'beat', hasStage(parameters, 'tree'), {
    sum: sumOfProducts(m, products, operands, hasStage(parameters, 'products')).truncate(
      widths.beat,
    ),
  })
  const dot = m.register('dot', sint(widths.group))
  dot.next(mux(inputs.firstBeat, start, dot).add(sum).truncate(widths.group))
  return dot
}

/** A value that came with the beats of a group, at the clock edge at which `d_g` is there. */
function untilGroupEnd<S extends UInt | SInt>(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  name: string,
  value: S,
): S {
  const kept = m.delayed(`${name}_kept`, value)
  return hasStage(parameters, 'correction') ? m.delayed(`${name}_of_group`, kept) : kept
}

const datapaths = new Map<string, ReturnType<typeof defineDatapath>>()

/** The arithmetic as a module that many L-Units share. One definition for equal parameters. */
export function lUnitDatapath(parameters: LUnitParameters, accumulators: number) {
  const name = `l_unit_datapath_${parametersName(parameters)}_a${accumulators}`
  let datapath = datapaths.get(name)
  if (datapath === undefined) {
    datapath = defineDatapath(name, parameters, accumulators)
    datapaths.set(name, datapath)
  }
  return datapath
}

function defineDatapath(name: string, parameters: LUnitParameters, accumulators: number) {
  const { lanes, bits } = parameters
  return defineModule(
    name,
    {
      code_word_i: input(uint(lanes * codeWidth(bits))),
      scale_word_i: input(uint(scaleWordBits(parameters))),
      ...broadcastPorts(parameters, accumulators),
    },
    (m, ports) => {
      const words = { codeWord: ports.code_word_i, scaleWord: ports.scale_word_i }
      const inputs = { ...words, ...broadcastInputs(ports) }
      ports.result_o.assign(lUnitArithmetic(m, parameters, accumulators, inputs))
    },
    {
      parameters: { ...describeParameters(parameters), accumulators },
      documentation:
        'Arithmetic of an L-Unit: ROM words and aligned activations to binary32 results',
    },
  )
}
