import {
  type Bool,
  bool,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type Register,
  type UInt,
} from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { describeParameters, type LUnitParameters, parametersName } from './parameters.js'
import { type LUnitOrder, lUnitOrder, lUnitTiming, rowBeats } from './schedule.js'

/**
 * The control of any number of L-Units with equal parameters and shapes: after `start_i` it takes them once
 * through their ROMs, one word a cycle, and gives every address and flag at the clock edge at which the
 * L-Units' data need it (see `lUnitTiming`). `start_i` counts while `idle_o` is 1.
 *
 * `activation_address_o` (a beat of the vector), `sum_address_o` and `exponent_address_o` (a group) are for
 * memories whose data come one clock edge after the address.
 */
export function lUnitSequencer(parameters: LUnitParameters, rows: number, columns: number) {
  const order = lUnitOrder(parameters, rows, columns)
  const accumulator = indexType(order.accumulators)
  return defineModule(
    `l_unit_sequencer_${parametersName(parameters)}_${rows}x${columns}`,
    {
      start_i: input(bool),
      idle_o: output(bool),
      code_address_o: output(indexType(rows * rowBeats(order))),
      activation_address_o: output(indexType(rowBeats(order))),
      first_beat_o: output(bool),
      scale_address_o: output(indexType(rows * order.groups)),
      sum_address_o: output(indexType(order.groups)),
      exponent_address_o: output(indexType(order.groups)),
      first_group_o: output(bool),
      read_index_o: output(accumulator),
      write_index_o: output(accumulator),
      write_enable_o: output(bool),
      result_valid_o: output(bool),
    },
    (m, ports) => {
      const beat = countBeats(m, order, ports.start_i)
      const timing = lUnitTiming(parameters)
      const group = new DelayLine(m, 'group', beat.group)
      const turn = new DelayLine(m, 'turn', beat.turn.truncate(accumulator.width))
      const finishes = new DelayLine(m, 'finishes', beat.finishes, { reset: false })
      const lateBy = <S extends Bool | UInt>(name: string, signal: S, edges: number) =>
        new DelayLine(m, name, signal).after(edges)
      const { accumulatorRead, accumulatorWrite } = timing
      ports.idle_o.assign(beat.running.not())
      ports.code_address_o.assign(lateBy('code', beat.codeAddress, timing.codeAddress))
      ports.activation_address_o.assign(
        lateBy('activation', beat.activation, timing.activation - 1),
      )
      ports.first_beat_o.assign(lateBy('first_beat', beat.isFirst, timing.firstBeat))
      ports.scale_address_o.assign(lateBy('scale', beat.scaleAddress, timing.scaleAddress))
      ports.sum_address_o.assign(group.after(timing.negatedSum - 1))
      ports.exponent_address_o.assign(group.after(timing.exponent - 1))
      ports.first_group_o.assign(lateBy('first_group', beat.inFirstGroup, accumulatorRead))
      ports.read_index_o.assign(turn.after(accumulatorRead))
      ports.write_index_o.assign(turn.after(accumulatorWrite))
      ports.write_enable_o.assign(finishes.after(accumulatorWrite))
      const inLastGroup = lateBy('last_group', beat.inLastGroup, accumulatorWrite)
      ports.result_valid_o.assign(finishes.after(accumulatorWrite).and(inLastGroup))
    },
    {
      parameters: { ...describeParameters(parameters), rows, columns },
      documentation: `Addresses and flags for L-Units of ${rows} rows of ${columns} weights`,
    },
  )
}

/** The beat that is due, and where it stands in the order of rows, groups and beats. */
interface Beat {
  readonly running: Bool
  readonly codeAddress: UInt
  readonly scaleAddress: UInt
  /** Number of the beat within its row. */
  readonly activation: UInt
  readonly group: UInt
  readonly turn: UInt
  readonly isFirst: Bool
  readonly inFirstGroup: Bool
  readonly inLastGroup: Bool
  /** The beat is the last of a group, and its turn is that of a row. */
  readonly finishes: Bool
}

/** Counts beats within turns within groups within blocks of rows: {@link LUnitOrder}. */
function countBeats(m: ModuleBuilder, order: LUnitOrder, start: Bool): Beat {
  const { groups, beats, lastBeats, blocks } = order
  const turns = Math.max(order.accumulators, order.leastTurns)
  const running = m.register('running', bool, { reset: false })
  const beat = new Counter(m, 'beat', Math.max(groups === 1 ? lastBeats : beats, lastBeats))
  const turn = new Counter(m, 'turn', turns)
  const group = new Counter(m, 'weight_group', groups)
  const block = new Counter(m, 'row_block', blocks)

  const inLastGroup = group.is(groups - 1)
  const beatsDiffer = groups > 1 && beats !== lastBeats
  const isLastBeat = beatsDiffer
    ? mux(inLastGroup, beat.is(lastBeats - 1), beat.is(beats - 1))
    : beat.is(lastBeats - 1)
  const isLastTurn =
    order.largeBlocks === 0 || blocks === 1
      ? turn.is(turns - 1)
      : mux(
          block.value.lt(order.largeBlocks),
          turn.is(order.smallBlock),
          turn.is(order.smallBlock - 1),
        )
  const isRow = order.rows < turns ? turn.value.lt(order.rows) : bool.literal(true)
  const finishes = m.let('finishes', running.and(isLastBeat).and(isRow))

  const codeAddress = m.register('code_address', indexType(order.rows * rowBeats(order)))
  const scaleAddress = m.register('scale_address', indexType(order.rows * groups))
  const activation = new ActivationAddress(m, order)
  m.when(running, () => {
    m.when(isRow, () => codeAddress.next(codeAddress.add(1).truncate(codeAddress.width)))
    beat.advance(isLastBeat, () =>
      turn.advance(isLastTurn, () => {
        activation.nextGroup(inLastGroup)
        group.advance(inLastGroup, () =>
          block.advance(block.is(blocks - 1), () => running.next(false)),
        )
      }),
    )
  }).elseWhen(start, () => {
    running.next(true)
    codeAddress.next(0)
    scaleAddress.next(0)
  })
  m.when(finishes, () => scaleAddress.next(scaleAddress.add(1).truncate(scaleAddress.width)))
  return {
    running,
    codeAddress,
    scaleAddress,
    activation: activation.ofBeat(beat.value),
    group: group.value,
    turn: turn.value,
    isFirst: beat.is(0),
    inFirstGroup: group.is(0),
    inLastGroup,
    finishes,
  }
}

/** Numbers the beats of a row, from the number of a group's first beat. */
class ActivationAddress {
  readonly #first: Register<ReturnType<typeof indexType>> | undefined

  constructor(
    m: ModuleBuilder,
    private readonly order: LUnitOrder,
  ) {
    const type = indexType(rowBeats(order))
    this.#first =
      order.groups === 1 ? undefined : m.register('first_activation', type, { reset: 0 })
  }

  nextGroup(isLast: Bool): void {
    const first = this.#first
    const next = first?.add(this.order.beats).truncate(first.width)
    if (next !== undefined) first?.next(mux(isLast, next.type.literal(0), next))
  }

  ofBeat(beat: UInt): UInt {
    return this.#first === undefined ? beat : this.#first.add(beat).truncate(this.#first.width)
  }
}
