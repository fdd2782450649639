import { activationBeats, type SweepOrder } from '../../src/compiler/sweep-order.js'
import {
  type Bool,
  type ModuleBuilder,
  mux,
  type SInt,
  type StreamSource,
  sint,
  type UInt,
  type UIntType,
  uint,
  unpack,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { Counter } from '../common/counter.js'
import { exponentBits } from './datapath.js'
import { type LUnitParameters, needsSums } from './parameters.js'
import { lUnitWidths } from './widths.js'

/** Bits of a transfer of activations: mantissas and exponent, rounded up to whole bytes as AXI4-Stream asks. */
export function activationBeatBits({ lanes, mantissaBits }: LUnitParameters): number {
  return Math.ceil((lanes * mantissaBits + exponentBits) / 8) * 8
}

/**
 * A transfer of activations: the mantissas of `lanes` columns, the first one lowest, above them the biased
 * exponent of their group.
 */
export function activationBeat(
  { lanes, mantissaBits }: LUnitParameters,
  mantissas: ArrayLike<number>,
  exponent: number,
): bigint {
  let beat = BigInt(exponent)
  for (let lane = lanes - 1; lane >= 0; lane--) {
    const mantissa = BigInt.asUintN(mantissaBits, BigInt(mantissas[lane] ?? 0))
    beat = (beat << BigInt(mantissaBits)) | mantissa
  }
  return beat
}

/** Addresses to read at; the data come one clock edge later. */
export interface ActivationAddresses {
  readonly activation_address_o: UInt
  readonly sum_address_o: UInt
  readonly exponent_address_o: UInt
}

export interface ActivationBuffer {
  readonly activation: Vec<SInt>
  /** Where zero-points or offsets need it. */
  readonly negatedSum?: SInt
  readonly exponent: UInt
  /** The next transfer is the last of a vector. */
  readonly isLast: Bool
}

/**
 * Holds a vector of aligned activations, and sums the mantissas of each group while they come in, where L-Units need that.
 *
 * @param stream transfers of {@link activationBeat}; its `ready` is driven by the caller
 */
export function activationBuffer(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  order: SweepOrder,
  stream: StreamSource<UIntType>,
  addresses: ActivationAddresses,
): ActivationBuffer {
  const { lanes, mantissaBits } = parameters
  const { beats, lastBeats, groups } = order
  const mantissaType = vec(sint(mantissaBits), lanes)
  const exponentAt = lanes * mantissaBits
  const mantissas = unpack(mantissaType, stream.data.bits(exponentAt - 1, 0))
  m.unused(stream.data)
  const transfer = m.let('transfer', stream.valid.and(stream.ready))

  const loadBeat = new Counter(m, 'load_beat', activationBeats(order))
  const groupBeat = new Counter(m, 'load_group_beat', groups === 1 ? lastBeats : beats)
  const group = new Counter(m, 'load_group', groups)
  const isLast = loadBeat.is(activationBeats(order) - 1)
  const activations = m.memory('activations', mantissaType, { depth: activationBeats(order) })
  const exponents = m.memory('exponents', uint(exponentBits), { depth: groups })
  m.when(transfer, () => {
    const isGroupEnd = groups === 1 ? isLast : groupBeat.is(beats - 1).or(isLast)
    activations.write(loadBeat.value, mantissas)
    exponents.write(group.value, stream.data.bits(exponentAt + exponentBits - 1, exponentAt))
    loadBeat.advance(isLast)
    groupBeat.advance(isGroupEnd, () => group.advance(isLast))
    for (const [lane, mantissa] of mantissas.elements.entries()) {
      m.assume(`mantissa${lane}_is_symmetric`, mantissa.ne(-(2 ** (mantissaBits - 1))))
    }
  })
  const sums = needsSums(parameters)
    ? groupSums(m, parameters, mantissas, {
        transfer,
        isFirst: groupBeat.is(0),
        group: group.value,
        groups,
        address: addresses.sum_address_o,
      })
    : undefined
  if (sums === undefined) m.unused(addresses.sum_address_o)
  return {
    activation: activations.read('activation', addresses.activation_address_o),
    ...(sums && { negatedSum: sums }),
    exponent: exponents.read('group_exponent', addresses.exponent_address_o),
    isLast,
  }
}

/** The negated sums of the groups, read one clock edge after their address. */
function groupSums(
  m: ModuleBuilder,
  parameters: LUnitParameters,
  mantissas: Vec<SInt>,
  at: {
    readonly transfer: Bool
    readonly isFirst: Bool
    readonly group: UInt
    readonly groups: number
    readonly address: UInt
  },
): SInt {
  const groupSum = m.register('negated_sum', sint(lUnitWidths(parameters).sum))
  const beatSum = balancedTree<SInt>(mantissas.elements, (a, b) => a.add(b))
  const before = mux(at.isFirst, groupSum.type.literal(0), groupSum)
  const negatedSum = before.sub(beatSum).truncate(groupSum.width)
  const sums = m.memory('negated_sums', groupSum.type, { depth: at.groups })
  m.when(at.transfer, () => {
    sums.write(at.group, negatedSum)
    groupSum.next(negatedSum)
  })
  return sums.read('group_negated_sum', at.address)
}
