import { isDeepStrictEqual } from 'node:util'
import {
  activationBeats,
  blockTurns,
  codeWords,
  type SweepOrder,
  scaleWords,
} from '../../src/compiler/sweep-order.js'
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
  type UIntType,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { fitted } from '../common/fitted.js'
import { optionalPorts } from '../common/optional-ports.js'
import { describeParameters, type LUnitParameters, parametersName } from './parameters.js'
import { lUnitTiming } from './schedule.js'

/** What a sweep sequencer can do, and how far its addresses reach. */
export interface SweepSet {
  /** The orders that a sweep can have, by number. */
  readonly orders: readonly SweepOrder[]
  /** Words of the code ROM and of the scale ROM of an L-Unit. */
  readonly codeDepth: number
  readonly scaleDepth: number
}

/** Accumulators that serve every order. */
export function accumulatorsOf({ orders }: SweepSet): number {
  return Math.max(...orders.map(({ accumulators }) => accumulators))
}

/** Beats of activations of the longest row. */
export function activationDepth({ orders }: SweepSet): number {
  return Math.max(...orders.map(activationBeats))
}

/** Groups of the longest row. */
export function groupDepth({ orders }: SweepSet): number {
  return Math.max(...orders.map(({ groups }) => groups))
}

/** The set of an L-Unit that holds one matrix. */
export function singleSweep(order: SweepOrder): SweepSet {
  return { orders: [order], codeDepth: codeWords(order), scaleDepth: scaleWords(order) }
}

/**
 * The control of any number of L-Units that hold several matrices. `start_i` begins a sweep of order
 * `order_i` from the ROM addresses `code_base_i` and `scale_base_i`; it is taken when no sweep runs, or with the
 * last beat of one. The first beat's counters stand one clock edge later, and every address and flag follows
 * at the edge that `lUnitTiming` says. `activation_bank_i` of a sweep stands beside its addresses.
 *
 * For a self-test `self_test_address_i` takes the place of the addresses for which `self_test_code_i` and `self_test_scale_i`
 * are 1, which come out beside them.
 */
export function sweepSequencer(parameters: LUnitParameters, set: SweepSet) {
  const accumulator = indexType(accumulatorsOf(set))
  return defineModule(
    `sweep_sequencer_${parametersName(parameters)}_o${set.orders.length}_c${set.codeDepth}`,
    {
      start_i: input(bool),
      order_i: input(indexType(set.orders.length)),
      code_base_i: input(indexType(set.codeDepth)),
      scale_base_i: input(indexType(set.scaleDepth)),
      activation_bank_i: input(bool),
      running_o: output(bool),
      code_address_o: output(indexType(set.codeDepth)),
      activation_bank_o: output(bool),
      sum_bank_o: output(bool),
      exponent_bank_o: output(bool),
      activation_address_o: output(indexType(activationDepth(set))),
      first_beat_o: output(bool),
      scale_address_o: output(indexType(set.scaleDepth)),
      sum_address_o: output(indexType(groupDepth(set))),
      exponent_address_o: output(indexType(groupDepth(set))),
      first_group_o: output(bool),
      read_index_o: output(accumulator),
      write_index_o: output(accumulator),
      write_enable_o: output(bool),
      result_valid_o: output(bool),
      ...optionalPorts(parameters.selfTest, () => ({
        self_test_address_i: input(romAddress(set)),
        self_test_code_i: input(bool),
        self_test_scale_i: input(bool),
        self_test_code_o: output(bool),
        self_test_scale_o: output(bool),
      })),
    },
    (m, ports) => {
      const beat = countBeats(m, set, {
        start: ports.start_i,
        order: ports.order_i,
        codeBase: ports.code_base_i,
        scaleBase: ports.scale_base_i,
      })
      const { codeAddress, scaleAddress } = beat
      const bank = m.register('activation_bank', bool, { reset: false })
      m.when(beat.starts, () => bank.next(ports.activation_bank_i))
      const timing = lUnitTiming(parameters)
      const group = new DelayLine(m, 'group', beat.group)
      const turn = new DelayLine(m, 'turn', beat.turn.truncate(accumulator.width))
      const finishes = new DelayLine(m, 'finishes', beat.finishes, { reset: false })
      const lateBy = <S extends Bool | UInt>(name: string, signal: S, edges: number) =>
        new DelayLine(m, name, signal).after(edges)
      const { accumulatorRead, accumulatorWrite } = timing
      ports.running_o.assign(beat.running)
      ports.code_address_o.assign(lateBy('code', codeAddress, timing.codeAddress))
      const bankLine = new DelayLine(m, 'bank', bank)
      ports.activation_bank_o.assign(bankLine.after(timing.activation - 1))
      ports.sum_bank_o.assign(bankLine.after(timing.negatedSum - 1))
      ports.exponent_bank_o.assign(bankLine.after(timing.exponent - 1))
      ports.activation_address_o.assign(
        lateBy('activation', beat.activation, timing.activation - 1),
      )
      ports.first_beat_o.assign(lateBy('first_beat', beat.isFirst, timing.firstBeat))
      ports.scale_address_o.assign(lateBy('scale', scaleAddress, timing.scaleAddress))
      ports.sum_address_o.assign(group.after(timing.negatedSum - 1))
      ports.exponent_address_o.assign(group.after(timing.exponent - 1))
      ports.first_group_o.assign(lateBy('first_group', beat.inFirstGroup, accumulatorRead))
      ports.read_index_o.assign(turn.after(accumulatorRead))
      ports.write_index_o.assign(turn.after(accumulatorWrite))
      ports.write_enable_o.assign(finishes.after(accumulatorWrite))
      const inLastGroup = lateBy('last_group', beat.inLastGroup, accumulatorWrite)
      ports.result_valid_o.assign(finishes.after(accumulatorWrite).and(inLastGroup))
      if (!parameters.selfTest) return
      const tested = (name: string, address: typeof codeAddress, test: Bool, edges: number) => {
        m.when(test, () => address.next(fitted(ports.self_test_address_i, address.width)))
        return new DelayLine(m, `self_test_${name}`, test, { reset: false }).after(1 + edges)
      }
      const { self_test_code_i, self_test_scale_i } = ports
      ports.self_test_code_o.assign(
        tested('code', codeAddress, self_test_code_i, timing.codeAddress),
      )
      ports.self_test_scale_o.assign(
        tested('scale', scaleAddress, self_test_scale_i, timing.scaleAddress),
      )
      m.assert(
        'no_sweep_in_self_test',
        beat.running.and(self_test_code_i.or(self_test_scale_i)).not(),
      )
    },
    {
      parameters: { ...describeParameters(parameters), orders: set.orders.length },
      documentation: 'Addresses and flags for sweeps of L-Units through the matrices in their ROMs',
    },
  )
}

/** An address of either ROM. */
export function romAddress({ codeDepth, scaleDepth }: SweepSet) {
  return indexType(Math.max(codeDepth, scaleDepth))
}

interface SweepStart {
  readonly start: Bool
  readonly order: UInt
  readonly codeBase: UInt
  readonly scaleBase: UInt
}

/** The beat that is due, and where it stands in its sweep. */
interface Beat {
  /** A sweep starts at the next clock edge. */
  readonly starts: Bool
  readonly running: Bool
  readonly codeAddress: Register<UIntType>
  readonly scaleAddress: Register<UIntType>
  /** Number of the beat within the activations. */
  readonly activation: UInt
  readonly group: UInt
  readonly turn: UInt
  readonly isFirst: Bool
  readonly inFirstGroup: Bool
  readonly inLastGroup: Bool
  /** The beat is the last of a group, and its turn is that of a row. */
  readonly finishes: Bool
}

/** Counts beats within turns within groups within digits within blocks: {@link SweepOrder}. */
function countBeats(m: ModuleBuilder, set: SweepSet, sweep: SweepStart): Beat {
  const { orders } = set
  const running = m.register('running', bool, { reset: false })
  const order = orders.every((other) => takesAlike(other, orders[0]!))
    ? undefined
    : m.register('order', sweep.order.type, { reset: 0 })
  m.unused(sweep.order)
  const constant = (name: string, constantIn: (order: SweepOrder) => number) =>
    constantOfOrder(m, name, order, orders.map(constantIn))

  const beat = new LoopCounter(m, 'beat', Math.max(...orders.map(({ beats }) => beats)))
  const turn = new LoopCounter(
    m,
    'turn',
    Math.max(...orders.flatMap((o) => [blockTurns(o, 0), blockTurns(o, o.blocks - 1)])),
  )
  const group = new LoopCounter(m, 'weight_group', groupDepth(set))
  const digit = new LoopCounter(m, 'digit', Math.max(...orders.map(({ digits }) => digits)))
  const block = new LoopCounter(m, 'row_block', Math.max(...orders.map(({ blocks }) => blocks)))

  const atLastGroup = m.let('at_last_group', group.is(constant('last_group', (o) => o.groups - 1)))
  const atLastDigit = m.let('at_last_digit', digit.is(constant('last_digit', (o) => o.digits - 1)))
  const isLastBeat = m.let(
    'at_last_beat',
    mux(
      atLastGroup,
      beat.is(constant('last_beat_of_row', (o) => o.lastBeats - 1)),
      beat.is(constant('last_beat', (o) => o.beats - 1)),
    ),
  )
  const isLarge = m.let(
    'block_is_large',
    block.value
      .extend(block.value.width + 1)
      .lt(constant('large_blocks', (o) => o.largeBlocks).extend(block.value.width + 1)),
  )
  const inSmall = (o: SweepOrder) => o.smallBlock
  const inLarge = (o: SweepOrder) => o.smallBlock + 1
  const turnsOf = (o: SweepOrder, rows: number) => Math.max(rows, o.leastTurns)
  const isLastTurn = m.let(
    'at_last_turn',
    mux(
      isLarge,
      turn.is(constant('last_large_turn', (o) => turnsOf(o, inLarge(o)) - 1)),
      turn.is(constant('last_small_turn', (o) => turnsOf(o, inSmall(o)) - 1)),
    ),
  )
  const rows = mux(
    isLarge,
    constant('last_large_row', (o) => inLarge(o) - 1).extend(turn.value.width + 1),
    constant('last_small_row', (o) => inSmall(o) - 1).extend(turn.value.width + 1),
  )
  const isRow = m.let('turn_is_row', turn.value.extend(turn.value.width + 1).le(rows))
  m.unused(isLarge)
  const atLastBlock = block.is(constant('last_block', (o) => o.blocks - 1))
  const finishes = m.let('finishes', running.and(isLastBeat).and(isRow))

  const codeAddress = m.register('code_address', sweep.codeBase.type)
  const scaleAddress = m.register('scale_address', sweep.scaleBase.type)
  const activationType = indexType(activationDepth(set))
  const firstActivation = m.register('first_activation', activationType, { reset: 0 })
  m.when(running, () => {
    m.when(isRow, () => codeAddress.next(codeAddress.add(1).truncate(codeAddress.width)))
    m.when(finishes, () => scaleAddress.next(scaleAddress.add(1).truncate(scaleAddress.width)))
    beat.advance(isLastBeat, () =>
      turn.advance(isLastTurn, () => {
        const step = constant('group_beats', (o) => o.beats)
        const next = firstActivation.add(step).truncate(activationType.width)
        firstActivation.next(mux(atLastGroup, activationType.literal(0), next))
        group.advance(atLastGroup, () =>
          digit.advance(atLastDigit, () => block.advance(atLastBlock, () => running.next(false))),
        )
      }),
    )
  })
  const ends = isLastBeat.and(isLastTurn).and(atLastGroup).and(atLastDigit).and(atLastBlock)
  const starts = m.let('starts', sweep.start.and(running.not().or(ends)))
  m.when(starts, () => {
    running.next(true)
    order?.next(sweep.order)
    codeAddress.next(sweep.codeBase)
    scaleAddress.next(sweep.scaleBase)
  })
  return {
    starts,
    running,
    codeAddress,
    scaleAddress,
    activation: firstActivation.add(beat.value).truncate(activationType.width),
    group: group.value,
    turn: turn.value,
    isFirst: beat.isZero(),
    inFirstGroup: group.isZero().and(digit.isZero()),
    inLastGroup: atLastGroup.and(atLastDigit),
    finishes,
  }
}

/** Whether orders differ at the most in columns that fill the same words. */
function takesAlike(order: SweepOrder, other: SweepOrder): boolean {
  return isDeepStrictEqual({ ...order, columns: 0 }, { ...other, columns: 0 })
}

/** A number that depends on the order of the sweep; where all orders agree, a constant. */
function constantOfOrder(
  m: ModuleBuilder,
  name: string,
  order: UInt | undefined,
  values: readonly number[],
): UInt {
  const type = indexType(Math.max(...values) + 1)
  if (order === undefined || values.every((value) => value === values[0]))
    return type.literal(values[0]!)
  const words = Array.from({ length: 2 ** order.width }, (_, i) => values[i] ?? values[0]!)
  return m.let(name, m.rom(`${name}_rom`, { width: type.width, words }).read(order))
}

/** Counts from 0 to a last value that is given with each step, and over again. */
class LoopCounter {
  readonly value: UInt
  readonly #next: ((value: UInt) => void) | undefined

  constructor(
    private readonly m: ModuleBuilder,
    name: string,
    count: number,
  ) {
    const type = indexType(count)
    if (count === 1) {
      this.value = type.literal(0)
      return
    }
    const register = m.register(name, type, { reset: 0 })
    this.value = register
    this.#next = (value) => register.next(value)
  }

  isZero(): Bool {
    return this.#next === undefined ? bool.literal(true) : this.value.eq(0)
  }

  is(value: UInt): Bool {
    return this.#next === undefined ? bool.literal(true) : this.value.eq(value)
  }

  advance(isLast: Bool, carry: () => void): void {
    if (this.#next === undefined) {
      carry()
      return
    }
    const { type, width } = this.value
    this.#next(mux(isLast, type.literal(0), this.value.add(1).truncate(width)))
    this.m.when(isLast, carry)
  }
}
