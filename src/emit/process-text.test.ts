import { expect, test } from 'vitest'
import { bool, defineModule, input, output, uint } from '../hdl/index.js'
import { emittedText } from './testing/emitted-text.js'

test('what is assigned together stands in one process, defaults first', () => {
  const module = defineModule(
    'arbiter',
    {
      request_i: input(uint(2)),
      address_i: input(uint(8)),
      grant_o: output(uint(2)),
      address_o: output(uint(8)),
      busy_o: output(bool),
    },
    (m, p) => {
      p.grant_o.assign(0)
      p.address_o.assign(0)
      m.when(p.request_i.bit(0), () => {
        p.grant_o.assign(1)
        p.address_o.assign(p.address_i)
      }).elseWhen(p.request_i.bit(1).and(p.address_i.ne(0)), () => {
        p.grant_o.assign(2)
        p.address_o.assign(p.address_i.bits(7, 4).extend(8))
      })
      p.busy_o.assign(p.request_i.reduceOr())
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module arbiter (
      input  logic [1:0] request_i,
      input  logic [7:0] address_i,
      output logic [1:0] grant_o,
      output logic [7:0] address_o,
      output logic       busy_o
    );

      logic       request_bit0;
      logic       request_bit1;
      logic [3:0] address_bits7to4;
      assign request_bit0 = request_i[0];
      assign request_bit1 = request_i[1];
      assign address_bits7to4 = address_i[7:4];

      always_comb begin
        grant_o = 2'd0;
        address_o = 8'd0;
        if (request_bit0) begin
          grant_o = 2'd1;
          address_o = address_i;
        end else if (request_bit1 && (address_i != 8'd0)) begin
          grant_o = 2'd2;
          address_o = 8'(address_bits7to4);
        end
      end

      assign busy_o = |request_i;

    endmodule
    "
  `)
})

test('a case has a default; where the cases are complete the last one is it', () => {
  const module = defineModule(
    'cases',
    {
      op_i: input(uint(2)),
      a_i: input(uint(8)),
      b_i: input(uint(8)),
      complete_o: output(uint(8)),
      partial_o: output(uint(8)),
      several_o: output(uint(8)),
    },
    (m, p) => {
      m.switch(p.op_i, (cases) => {
        cases.is(0, () => p.complete_o.assign(p.a_i))
        cases.is(1, () => p.complete_o.assign(p.b_i))
        cases.is(2, () => p.complete_o.assign(p.a_i.and(p.b_i)))
        cases.is(3, () => p.complete_o.assign(p.a_i.or(p.b_i)))
      })
      p.partial_o.assign(p.a_i)
      m.switch(p.op_i, (cases) => cases.is(2, () => p.partial_o.assign(p.b_i)))
      m.switch(p.a_i.bits(6, 5), (cases) => {
        cases.is([0, 3], () => p.several_o.assign(p.b_i))
        cases.otherwise(() => p.several_o.assign(1))
      })
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module cases (
      input  logic [1:0] op_i,
      input  logic [7:0] a_i,
      input  logic [7:0] b_i,
      output logic [7:0] complete_o,
      output logic [7:0] partial_o,
      output logic [7:0] several_o
    );

      always_comb begin
        case (op_i)
          2'd0: begin
            complete_o = a_i;
          end
          2'd1: begin
            complete_o = b_i;
          end
          2'd2: begin
            complete_o = a_i & b_i;
          end
          default: begin  // 2'd3
            complete_o = a_i | b_i;
          end
        endcase
      end

      always_comb begin
        partial_o = a_i;
        case (op_i)
          2'd2: begin
            partial_o = b_i;
          end
          default: ;
        endcase
      end

      logic [1:0] a_bits6to5;
      assign a_bits6to5 = a_i[6:5];

      always_comb begin
        case (a_bits6to5)
          2'd0, 2'd3: begin
            several_o = b_i;
          end
          default: begin
            several_o = 8'd1;
          end
        endcase
      end

    endmodule
    "
  `)
})

test('states and labelled values have names wherever the register is compared or assigned', () => {
  const module = defineModule(
    'handshake',
    { start_i: input(bool), ready_i: input(bool), valid_o: output(bool), idle_o: output(bool) },
    (m, p) => {
      const fsm = m.stateMachine('tx_state', ['idle', 'send', 'wait_ready'], { initial: 'idle' })
      p.valid_o.assign(false)
      fsm.define({
        idle: () => m.when(p.start_i, () => fsm.goto('send')),
        send: () => {
          p.valid_o.assign(true)
          m.when(p.ready_i, () => fsm.goto('idle')).otherwise(() => fsm.goto('wait_ready'))
        },
        wait_ready: () => m.when(p.ready_i, () => fsm.goto('idle')),
      })
      p.idle_o.assign(fsm.is('idle'))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module handshake (
      input  logic clk_i,
      input  logic rst_ni,
      input  logic start_i,
      input  logic ready_i,
      output logic valid_o,
      output logic idle_o
    );

      localparam logic [1:0] TxStIdle      = 2'd0;
      localparam logic [1:0] TxStSend      = 2'd1;
      localparam logic [1:0] TxStWaitReady = 2'd2;

      logic [1:0] tx_state_d;
      logic [1:0] tx_state_q;

      always_comb begin
        valid_o = 1'b0;
        tx_state_d = tx_state_q;
        case (tx_state_q)
          TxStIdle: begin
            if (start_i) begin
              tx_state_d = TxStSend;
            end
          end
          TxStSend: begin
            valid_o = 1'b1;
            if (ready_i) begin
              tx_state_d = TxStIdle;
            end else begin
              tx_state_d = TxStWaitReady;
            end
          end
          TxStWaitReady: begin
            if (ready_i) begin
              tx_state_d = TxStIdle;
            end
          end
          default: begin
            tx_state_d = TxStIdle;
          end
        endcase
      end

      assign idle_o = (tx_state_q == TxStIdle);

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          tx_state_q <= TxStIdle;
        end else begin
          tx_state_q <= tx_state_d;
        end
      end

    endmodule
    "
  `)
})

test('a process is split where one of its values depends on another', () => {
  const module = defineModule(
    'dependent',
    { a_i: input(uint(8)), go_i: input(bool), sum_o: output(uint(8)), held_o: output(uint(8)) },
    (m, p) => {
      const first = m.wire('first', uint(8))
      const held = m.register('held', uint(8), { reset: 3 })
      first.assign(0)
      p.sum_o.assign(1)
      m.when(p.go_i, () => {
        first.assign(p.a_i)
        p.sum_o.assign(first.add(1).truncate(8))
        held.next(first)
      })
      p.held_o.assign(held)
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module dependent (
      input  logic       clk_i,
      input  logic       rst_ni,
      input  logic [7:0] a_i,
      input  logic       go_i,
      output logic [7:0] sum_o,
      output logic [7:0] held_o
    );

      logic [7:0] first;
      logic [7:0] held_d;
      logic [7:0] held_q;

      always_comb begin
        sum_o = 8'd1;
        held_d = held_q;
        if (go_i) begin
          sum_o = first + 8'd1;
          held_d = first;
        end
      end

      always_comb begin
        first = 8'd0;
        if (go_i) begin
          first = a_i;
        end
      end

      assign held_o = held_q;

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          held_q <= 8'd3;
        end else begin
          held_q <= held_d;
        end
      end

    endmodule
    "
  `)
})

test('a branch that is empty for its process still keeps the later ones from being taken', () => {
  const module = defineModule(
    'skipped',
    {
      a_i: input(bool),
      b_i: input(bool),
      x_i: input(uint(4)),
      y_o: output(uint(4)),
      z_o: output(uint(4)),
    },
    (m, p) => {
      const y = m.wire('y', uint(4))
      y.assign(0)
      p.z_o.assign(y)
      m.when(p.a_i, () => y.assign(p.x_i)).elseWhen(p.b_i, () => p.z_o.assign(y.not()))
      p.y_o.assign(y)
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module skipped (
      input  logic       a_i,
      input  logic       b_i,
      input  logic [3:0] x_i,
      output logic [3:0] y_o,
      output logic [3:0] z_o
    );

      logic [3:0] y;

      always_comb begin
        z_o = y;
        if (!a_i && b_i) begin
          z_o = ~y;
        end
      end

      always_comb begin
        y = 4'd0;
        if (a_i) begin
          y = x_i;
        end
      end

      assign y_o = y;

    endmodule
    "
  `)
})

test('all that follows an empty branch is written', () => {
  const module = defineModule(
    'following',
    {
      a_i: input(bool),
      b_i: input(bool),
      x_i: input(uint(4)),
      y_o: output(uint(4)),
      z_o: output(uint(4)),
    },
    (m, p) => {
      const y = m.register('y', uint(4), { reset: 0 })
      const z = m.register('z', uint(4), { reset: 0 })
      m.when(p.a_i, () => {}).otherwise(() => {
        m.when(p.b_i, () => y.next(p.x_i))
        z.next(y)
      })
      p.y_o.assign(y)
      p.z_o.assign(z)
    },
  )
  expect(emittedText(module)).toContain(`
    if (!a_i) begin
      if (b_i) begin
        y_d = x_i;
      end
      z_d = y_q;
    end
`)
})

test('conditions that are constant leave no process without inputs', () => {
  const module = defineModule(
    'configured',
    { a_i: input(uint(4)), y_o: output(uint(4)), z_o: output(uint(4)) },
    (m, p) => {
      const isWide = bool.literal(true)
      m.when(isWide, () => p.y_o.assign(p.a_i)).otherwise(() => p.y_o.assign(0))
      p.z_o.assign(3)
      m.switch(uint(2).literal(2), (cases) => cases.is(1, () => p.z_o.assign(p.a_i)))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module configured (
      input  logic [3:0] a_i,
      output logic [3:0] y_o,
      output logic [3:0] z_o
    );

      assign y_o = a_i;
      assign z_o = 4'd3;

    endmodule
    "
  `)
})
