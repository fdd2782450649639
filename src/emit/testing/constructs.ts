import {
  bool,
  bundle,
  cat,
  clock,
  defineBlackBox,
  defineModule,
  input,
  mux,
  output,
  RomContents,
  repeat,
  reset,
  sint,
  streamInput,
  streamOutput,
  uint,
  vec,
} from '../../hdl/index.js'
import type { ModuleNode } from '../../hdl/ir/module-node.js'
import { muxTree } from './mux-tree.js'

/** One small module for every construct that the emitter prints. */
export const constructs: Construct[] = []

export interface Construct {
  readonly name: string
  readonly node: ModuleNode
}

function add(definition: Construct): void {
  constructs.push(definition)
}

const squares = (depth: number, width: number) =>
  RomContents.fromWords(
    width,
    Array.from({ length: depth }, (_, at) => BigInt(at * at + 7 * at + 3) % (1n << BigInt(width))),
  )

add(
  defineModule(
    'unsigned_arithmetic',
    {
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      c_i: input(uint(5)),
      sum_o: output(uint(9)),
      wrapped_o: output(uint(8)),
      long_o: output(uint(11)),
      difference_o: output(sint(9)),
      product_o: output(uint(13)),
      scaled_o: output(uint(16)),
      low_o: output(uint(6)),
      carry_o: output(bool),
    },
    (_, p) => {
      p.sum_o.assign(p.a_i.add(p.b_i))
      p.wrapped_o.assign(p.a_i.add(p.b_i).add(1).truncate(8))
      p.long_o.assign(p.a_i.add(p.b_i).add(p.c_i.add(p.a_i)).extend(11))
      p.difference_o.assign(p.a_i.sub(p.c_i))
      p.product_o.assign(p.a_i.mul(p.c_i))
      p.scaled_o.assign(p.a_i.add(p.b_i).mul(p.c_i).extend(16).add(3).truncate(16))
      p.low_o.assign(p.a_i.mul(p.b_i).truncate(6))
      p.carry_o.assign(p.a_i.add(p.b_i).bit(8))
    },
  ),
)

add(
  defineModule(
    'signed_arithmetic',
    {
      a_i: input(sint(8)),
      b_i: input(sint(8)),
      c_i: input(sint(5)),
      u_i: input(uint(6)),
      sum_o: output(sint(9)),
      wide_o: output(sint(12)),
      mixed_o: output(sint(10)),
      negated_o: output(sint(9)),
      product_o: output(sint(13)),
      sum_of_products_o: output(sint(17)),
      minus_o: output(sint(9)),
      low_o: output(sint(7)),
      absolute_o: output(uint(8)),
    },
    (_, p) => {
      p.sum_o.assign(p.a_i.add(p.b_i))
      p.wide_o.assign(p.a_i.add(p.c_i).sub(p.b_i).extend(12))
      p.mixed_o.assign(p.a_i.add(p.u_i.toSigned()).extend(10))
      p.negated_o.assign(p.a_i.neg())
      p.product_o.assign(p.a_i.mul(p.c_i))
      p.sum_of_products_o.assign(p.a_i.mul(p.b_i).add(p.c_i.mul(p.a_i)))
      p.minus_o.assign(p.a_i.add(-5))
      p.low_o.assign(p.a_i.mul(p.c_i).truncate(7))
      p.absolute_o.assign(p.a_i.abs())
    },
  ),
)

add(
  defineModule(
    'bitwise',
    {
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      s_i: input(sint(8)),
      and_o: output(uint(8)),
      or_o: output(uint(8)),
      xor_o: output(uint(8)),
      not_o: output(uint(8)),
      inverted_o: output(sint(8)),
      mixed_o: output(uint(8)),
      all_o: output(bool),
      any_o: output(bool),
      parity_o: output(bool),
      none_o: output(bool),
    },
    (_, p) => {
      p.and_o.assign(p.a_i.and(p.b_i))
      p.or_o.assign(p.a_i.or(p.b_i).or(0x80))
      p.xor_o.assign(p.a_i.xor(p.b_i))
      p.not_o.assign(p.a_i.not())
      p.inverted_o.assign(p.s_i.not().xor(p.a_i.asSigned()))
      p.mixed_o.assign(p.a_i.and(p.b_i).or(p.a_i.not().and(p.s_i.asUnsigned())).xor(p.b_i))
      p.all_o.assign(p.a_i.reduceAnd())
      p.any_o.assign(p.a_i.and(p.b_i).reduceOr())
      p.parity_o.assign(p.a_i.reduceXor())
      p.none_o.assign(p.b_i.reduceOr().not().and(p.a_i.bit(3)))
    },
  ),
)

add(
  defineModule(
    'comparisons',
    {
      a_i: input(uint(8)),
      b_i: input(uint(6)),
      x_i: input(sint(8)),
      y_i: input(sint(5)),
      less_o: output(bool),
      at_most_o: output(bool),
      equal_o: output(bool),
      signed_less_o: output(bool),
      signed_constant_o: output(bool),
      sum_less_o: output(bool),
      reinterpreted_o: output(bool),
      always_o: output(bool),
      never_o: output(bool),
      zero_o: output(bool),
      in_range_o: output(bool),
    },
    (_, p) => {
      p.less_o.assign(p.a_i.lt(p.b_i))
      p.at_most_o.assign(p.a_i.le(200))
      p.equal_o.assign(p.a_i.eq(p.b_i))
      p.signed_less_o.assign(p.x_i.lt(p.y_i))
      p.signed_constant_o.assign(p.x_i.ge(-100))
      p.sum_less_o.assign(p.x_i.add(p.y_i).lt(p.x_i.asUnsigned().xor(p.a_i).asSigned()))
      p.reinterpreted_o.assign(p.x_i.asUnsigned().lt(p.y_i.extend(8).asUnsigned()))
      p.always_o.assign(p.a_i.ge(0))
      p.never_o.assign(p.b_i.extend(8).gt(63))
      p.zero_o.assign(p.a_i.lt(1))
      p.in_range_o.assign(p.x_i.gt(-4).and(p.x_i.lt(3)).and(p.x_i.ne(0)))
    },
  ),
)

add(
  defineModule(
    'shifts',
    {
      a_i: input(uint(12)),
      s_i: input(sint(12)),
      n_i: input(uint(4)),
      big_i: input(uint(40)),
      left_o: output(uint(12)),
      right_o: output(uint(12)),
      arithmetic_o: output(sint(12)),
      nested_o: output(uint(12)),
      sum_o: output(sint(13)),
      far_o: output(uint(12)),
      far_signed_o: output(sint(12)),
      one_hot_o: output(uint(16)),
      times_four_o: output(uint(14)),
      quarter_o: output(sint(10)),
    },
    (m, p) => {
      p.left_o.assign(p.a_i.shiftLeft(p.n_i))
      p.right_o.assign(p.a_i.shiftRight(p.n_i))
      p.arithmetic_o.assign(p.s_i.shiftRight(p.n_i))
      p.nested_o.assign(p.s_i.shiftRight(p.n_i).asUnsigned().xor(p.a_i).shiftLeft(p.n_i))
      p.sum_o.assign(p.s_i.shiftRight(p.n_i).add(p.a_i.asSigned().shiftRight(p.n_i)))
      p.far_o.assign(p.a_i.shiftRight(p.big_i))
      p.far_signed_o.assign(p.s_i.shiftRight(p.big_i))
      const one = m.wire('one', uint(16))
      one.assign(1)
      p.one_hot_o.assign(one.shiftLeft(p.n_i))
      p.times_four_o.assign(p.a_i.shl(2))
      p.quarter_o.assign(p.s_i.shr(2))
    },
  ),
)

add(
  defineModule(
    'selects',
    {
      a_i: input(uint(32)),
      v_i: input(vec(uint(5), 6)),
      w_i: input(vec(uint(8), 4)),
      n_i: input(uint(2)),
      m_i: input(uint(3)),
      p_i: input(uint(5)),
      byte_o: output(uint(8)),
      fifth_o: output(uint(5)),
      bit_o: output(bool),
      upper_o: output(uint(4)),
      of_sum_o: output(uint(4)),
      element_of_sum_o: output(uint(8)),
      swapped_o: output(uint(32)),
      copies_o: output(uint(12)),
      padded_o: output(uint(20)),
      sign_o: output(sint(12)),
    },
    (_, p) => {
      p.byte_o.assign(p.w_i.select(p.n_i))
      p.fifth_o.assign(p.v_i.select(p.m_i))
      p.bit_o.assign(p.a_i.bit(p.p_i))
      p.upper_o.assign(p.a_i.bits(31, 28))
      p.of_sum_o.assign(p.a_i.add(1).bits(19, 16))
      p.element_of_sum_o.assign(mux(p.a_i.bit(31), p.w_i.select(p.n_i.xor(1)), p.w_i.at(0)))
      p.swapped_o.assign(cat(p.a_i.bits(15, 0), p.a_i.bits(31, 16)))
      p.copies_o.assign(repeat(p.m_i, 4))
      p.padded_o.assign(cat(p.a_i.bits(31, 28), p.a_i.bits(27, 20)).extend(20))
      p.sign_o.assign(p.a_i.bits(7, 0).asSigned().extend(12))
    },
  ),
)

add(
  defineModule(
    'constants',
    {
      a_i: input(uint(8)),
      zero_o: output(uint(8)),
      minus_o: output(sint(8)),
      least_o: output(sint(8)),
      wide_o: output(uint(300)),
      folded_o: output(uint(9)),
      same_o: output(uint(8)),
    },
    (m, p) => {
      p.zero_o.assign(0)
      p.minus_o.assign(-5)
      p.least_o.assign(-128)
      p.wide_o.assign((1n << 299n) + 12345678901234567890n)
      const k = m.let('k', uint(8).literal(200))
      p.folded_o.assign(k.add(100))
      p.same_o.assign(p.a_i.and(255).or(0).xor(0))
    },
  ),
)

add(
  defineModule(
    'wide_values',
    {
      a_i: input(uint(100)),
      b_i: input(uint(100)),
      s_i: input(sint(70)),
      n_i: input(uint(7)),
      sum_o: output(uint(101)),
      product_o: output(uint(200)),
      shifted_o: output(sint(70)),
      less_o: output(bool),
      picked_o: output(uint(100)),
    },
    (_, p) => {
      p.sum_o.assign(p.a_i.add(p.b_i))
      p.product_o.assign(p.a_i.mul(p.b_i))
      p.shifted_o.assign(p.s_i.shiftRight(p.n_i))
      p.less_o.assign(p.s_i.lt(p.a_i.bits(69, 0).asSigned()))
      p.picked_o.assign(mux(p.a_i.bit(99), p.a_i.xor(p.b_i), repeat(p.n_i.bit(0), 100)))
    },
  ),
)

add(
  defineModule(
    'processes',
    {
      op_i: input(uint(2)),
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      go_i: input(bool),
      result_o: output(uint(8)),
      flag_o: output(bool),
      chosen_o: output(uint(8)),
      chain_o: output(uint(8)),
      nested_o: output(uint(8)),
    },
    (m, p) => {
      p.flag_o.assign(false)
      m.switch(p.op_i, (cases) => {
        cases.is(0, () => p.result_o.assign(p.a_i))
        cases.is(1, () => {
          p.result_o.assign(p.a_i.add(p.b_i).truncate(8))
          p.flag_o.assign(p.a_i.bit(7))
        })
        cases.is(2, () => p.result_o.assign(p.a_i.bits(3, 0).extend(8)), 'low nibble')
        cases.is(3, () => p.result_o.assign(p.b_i))
      })
      m.switch(p.a_i.bits(7, 4), (cases) => {
        cases.is([0, 1, 2], () => p.chosen_o.assign(p.b_i))
        cases.is(9, () => p.chosen_o.assign(p.a_i))
        cases.otherwise(() => p.chosen_o.assign(0))
      })
      m.when(p.a_i.gt(p.b_i), () => p.chain_o.assign(p.a_i))
        .elseWhen(p.go_i.and(p.b_i.bit(0)), () => p.chain_o.assign(p.b_i))
        .elseWhen(p.go_i, () => p.chain_o.assign(p.b_i.not()))
        .otherwise(() => p.chain_o.assign(1))
      p.nested_o.assign(p.a_i)
      m.when(p.go_i, () => {
        p.nested_o.assign(p.b_i)
        m.switch(p.op_i, (cases) => {
          cases.is(1, () => p.nested_o.assign(17))
          cases.is(2, () => {
            m.when(p.a_i.bit(0), () => p.nested_o.assign(18))
          })
        })
      })
    },
  ),
)

add(
  defineModule(
    'dependent_group',
    {
      a_i: input(uint(8)),
      go_i: input(bool),
      y_o: output(uint(8)),
      z_o: output(uint(8)),
      state_o: output(uint(8)),
    },
    (m, p) => {
      const first = m.wire('first', uint(8))
      const second = m.wire('second', uint(8))
      const held = m.register('held', uint(8), { reset: 3 })
      first.assign(0)
      second.assign(1)
      m.when(p.go_i, () => {
        first.assign(p.a_i)
        second.assign(first.add(1).truncate(8))
        held.next(second)
      })
      p.y_o.assign(first)
      p.z_o.assign(second)
      p.state_o.assign(held)
    },
  ),
)

add(
  defineModule(
    'registers',
    {
      a_i: input(uint(8)),
      en_i: input(bool),
      load_i: input(bool),
      count_o: output(uint(8)),
      held_o: output(sint(8)),
      piped_o: output(uint(8)),
      wide_o: output(uint(280)),
      kept_o: output(bool),
    },
    (m, p) => {
      const count = m.register('count', uint(8), { reset: 250 })
      const held = m.register('held', sint(8), { reset: -3, enable: p.en_i })
      const piped = m.register('piped_q', uint(8))
      const wide = m.register('wide', uint(280), {
        reset: 1n << 279n,
        enable: p.en_i.and(p.load_i),
      })
      const kept = m.register('kept', bool, { reset: false })
      m.when(p.load_i, () => {
        count.next(p.a_i)
        kept.next(p.a_i.bit(0))
      }).otherwise(() => count.next(count.add(1).truncate(8)))
      held.next(held.add(p.a_i.asSigned()).truncate(8))
      piped.next(p.a_i)
      wide.next(cat(wide.bits(271, 0), p.a_i))
      p.count_o.assign(count)
      p.held_o.assign(held)
      p.piped_o.assign(piped)
      p.wide_o.assign(wide)
      p.kept_o.assign(kept)
    },
  ),
)

add(
  defineModule(
    'sync_reset',
    {
      rst_i: input(reset({ style: 'sync', activeLow: false })),
      a_i: input(uint(4)),
      q_o: output(uint(4)),
    },
    (m, p) => {
      m.withDomain({ clock: m.clock, reset: p.rst_i }, () => {
        const q = m.register('q', uint(4), { reset: 9 })
        q.next(p.a_i.add(q).truncate(4))
        p.q_o.assign(q)
      })
    },
  ),
)

add(
  defineModule(
    'state_machine',
    {
      start_i: input(bool),
      length_i: input(uint(4)),
      busy_o: output(bool),
      done_o: output(bool),
    },
    (m, p) => {
      const fsm = m.stateMachine('state', ['idle', 'run', 'done'], { initial: 'idle' })
      const left = m.register('left', uint(4), { reset: 0 })
      p.done_o.assign(false)
      fsm.define({
        idle: () =>
          m.when(p.start_i, () => {
            left.next(p.length_i)
            fsm.goto('run')
          }),
        run: () => {
          left.next(left.sub(1).truncate(4).asUnsigned())
          m.when(left.eq(0), () => fsm.goto('done'))
        },
        done: () => {
          p.done_o.assign(true)
          fsm.goto('idle')
        },
      })
      p.busy_o.assign(fsm.is('idle').not())
      m.assert('busy_while_running', fsm.is('run').not().or(p.busy_o))
      m.cover('finishes', p.done_o)
    },
  ),
)

add(
  defineModule(
    'memories',
    {
      we_i: input(bool),
      re_i: input(bool),
      waddr_i: input(uint(5)),
      raddr_i: input(uint(5)),
      mask_i: input(uint(4)),
      wdata_i: input(uint(32)),
      lanes_o: output(uint(32)),
      plain_o: output(uint(8)),
      second_o: output(uint(8)),
      full_o: output(uint(8)),
      single_o: output(uint(3)),
      fixed_o: output(uint(4)),
    },
    (m, p) => {
      const lanes = m.memory('lanes', uint(32), { depth: 20, laneWidth: 8 })
      lanes.write(p.waddr_i, p.wdata_i, { enable: p.we_i, mask: p.mask_i })
      p.lanes_o.assign(lanes.read('lanes_word', p.raddr_i))

      const plain = m.memory('plain', uint(8), { depth: 20 })
      plain.write(p.waddr_i, p.wdata_i.bits(7, 0), { enable: p.we_i })
      p.plain_o.assign(plain.read('plain_word', p.raddr_i, { enable: p.re_i }))
      p.second_o.assign(plain.read('plain_second', p.raddr_i.add(1).truncate(5)))

      const full = m.memory('full', uint(8), { depth: 32, init: squares(32, 8) })
      full.write(p.waddr_i, p.wdata_i.bits(7, 0), { enable: p.we_i })
      full.write(p.raddr_i, p.wdata_i.bits(15, 8), { enable: p.re_i })
      p.full_o.assign(full.read('full_word', p.raddr_i))

      const single = m.memory('single', uint(3), { depth: 1 })
      single.write(p.waddr_i.bits(0, 0), p.wdata_i.bits(2, 0))
      p.single_o.assign(single.read('single_word', p.raddr_i.bits(0, 0)))

      const fixed = m.memory('fixed', uint(4), { depth: 32, init: squares(32, 4) })
      p.fixed_o.assign(fixed.read('fixed_word', p.raddr_i))
    },
  ),
)

add(
  defineModule(
    'roms',
    {
      addr_i: input(uint(4)),
      other_i: input(uint(4)),
      table_o: output(uint(12)),
      again_o: output(uint(12)),
      full_o: output(uint(7)),
      array_o: output(uint(12)),
      array_other_o: output(uint(12)),
      logic_o: output(uint(12)),
      logic_other_o: output(uint(12)),
      macro_o: output(uint(12)),
      tiny_o: output(bool),
      fixed_o: output(uint(12)),
    },
    (m, p) => {
      const contents = squares(11, 12)
      const table = m.rom('weights', contents)
      p.table_o.assign(table.read(p.addr_i))
      p.again_o.assign(table.read(p.addr_i).xor(table.read(p.other_i.add(1).truncate(4))))
      p.full_o.assign(m.rom('all_words', squares(16, 7)).read(p.addr_i))
      const array = m.rom('stored', contents, { form: { kind: 'readmemh' } })
      p.array_o.assign(array.read(p.addr_i))
      p.array_other_o.assign(array.read(p.other_i.xor(p.addr_i)))
      const form = { kind: 'logic', construction: 'mux-tree', build: muxTree } as const
      const logic = m.rom('tree', contents, { form })
      p.logic_o.assign(logic.read(p.addr_i))
      p.logic_other_o.assign(logic.read(p.other_i.xor(5)))
      const macro = m.rom('hard', contents, { form: { kind: 'macro', module: 'rom_macro_11x12' } })
      p.macro_o.assign(macro.read(p.addr_i))
      p.tiny_o.assign(
        m
          .rom('tiny', RomContents.fromWords(1, [1]))
          .read(p.addr_i.bits(0, 0))
          .asBool(),
      )
      p.fixed_o.assign(table.read(uint(4).literal(3)))
    },
  ),
)

const adder = defineModule(
  'wrapped_adder',
  {
    a_i: input(sint(8)),
    b_i: input(sint(8)),
    sum_o: output(sint(9)),
    zero_o: output(bool),
    last_o: output(sint(9)),
  },
  (m, p) => {
    const sum = m.let('sum', p.a_i.add(p.b_i))
    p.sum_o.assign(sum)
    p.zero_o.assign(sum.eq(0))
    p.last_o.assign(m.delayed('last', sum, { reset: 0 }))
  },
)

const foreign = defineBlackBox(
  'foreign_block',
  { x_i: input(uint(12)), y_o: output(uint(4)) },
  { verilogParameters: { Mode: 'slow', Depth: 3 } },
)

const inverter = defineBlackBox(
  'inverter',
  { a_i: input(uint(4)), y_o: output(uint(4)) },
  {
    source: [
      'module inverter #(parameter Kind = "plain", parameter int Level = 0) (',
      '  input  logic [3:0] a_i,',
      '  output logic [3:0] y_o',
      ');',
      '  assign y_o = (Level == 1 && Kind == "fast") ? ~a_i : 4\'d0;',
      'endmodule',
    ].join('\n'),
    verilogParameters: { Kind: 'fast', Level: 1 },
  },
)

add(
  defineModule(
    'hierarchy',
    {
      a_i: input(sint(8)),
      b_i: input(uint(12)),
      total_o: output(sint(10)),
    },
    (m, p) => {
      const first = m.instance('u_first', adder, { a_i: p.a_i, b_i: p.b_i.bits(7, 0).asSigned() })
      const second = m.instance('u_second', adder, {
        a_i: first.sum_o.truncate(8),
        b_i: mux(first.zero_o, uint(8).literal(7), p.b_i.bits(11, 4)).asSigned(),
      })
      m.unused(first.last_o, second.zero_o)
      p.total_o.assign(second.sum_o.add(second.last_o))
    },
  ),
)

add(
  defineModule(
    'black_boxes',
    { b_i: input(uint(12)), part_o: output(uint(3)), other_o: output(uint(4)) },
    (m, p) => {
      const inverted = m.instance('u_inverter', inverter, { a_i: p.b_i.bits(3, 0) })
      p.part_o.assign(inverted.y_o.bits(2, 0))
      p.other_o.assign(m.instance('u_foreign', foreign, { x_i: p.b_i }).y_o)
    },
  ),
)

const command = bundle({ address: uint(6), write: bool })

add(
  defineModule(
    'streams',
    { s_axis: streamInput(command, { last: true }), m_axis: streamOutput(command, { last: true }) },
    (m, { s_axis, m_axis }) => {
      const held = m.stream('held', command, { last: true })
      const full = m.register('full', bool, { reset: false })
      const take = m.let('take', s_axis.valid.and(s_axis.ready))
      s_axis.ready.assign(full.not().or(held.ready))
      full.next(take.or(full.and(held.ready.not())))
      held.valid.assign(full)
      held.data.assign(m.delayed('data', s_axis.data, { enable: take }))
      held.last!.assign(m.delayed('last', s_axis.last!, { enable: take }))
      m.connect(held, m_axis)
    },
  ),
)

add(
  defineModule(
    'two_clocks',
    { other_clk_i: input(clock), a_i: input(bool), late_o: output(bool) },
    (m, p) => {
      const early = m.delayed('early', p.a_i, { reset: false })
      const domain = { clock: p.other_clk_i }
      p.late_o.assign(m.synchronizer('late', early, { domain, stages: 3 }))
    },
  ),
)
