import { expect, test } from 'vitest'
import {
  bool,
  defineModule,
  elaborate,
  input,
  output,
  RomContents,
  reset,
  sint,
  uint,
} from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { emittedText } from './testing/emitted-text.js'

test('registers stand in one process a clock and reset, with their enables inside', () => {
  const module = defineModule(
    'counters',
    {
      en_i: input(bool),
      load_i: input(bool),
      a_i: input(uint(8)),
      count_o: output(uint(8)),
      total_o: output(sint(10)),
      late_o: output(uint(8)),
    },
    (m, p) => {
      const count = m.register('count', uint(8), { reset: 1 })
      const total = m.register('total', sint(10), { reset: -3, enable: p.en_i.and(p.load_i) })
      m.when(p.load_i, () => count.next(p.a_i)).elseWhen(p.en_i, () =>
        count.next(count.add(1).truncate(8)),
      )
      total.next(total.add(p.a_i.toSigned()).truncate(10))
      p.count_o.assign(count)
      p.total_o.assign(total)
      p.late_o.assign(m.delayed('late_q', p.a_i))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module counters (
      input  logic              clk_i,
      input  logic              rst_ni,
      input  logic              en_i,
      input  logic              load_i,
      input  logic [7:0]        a_i,
      output logic [7:0]        count_o,
      output logic signed [9:0] total_o,
      output logic [7:0]        late_o
    );

      logic [7:0]        count_d;
      logic [7:0]        count_q;
      logic signed [9:0] total_d;
      logic signed [9:0] total_q;
      logic [7:0]        late_d;
      logic [7:0]        late_q;

      always_comb begin
        count_d = count_q;
        if (load_i) begin
          count_d = a_i;
        end else if (en_i) begin
          count_d = count_q + 8'd1;
        end
      end

      assign total_d = total_q + 10'(a_i);
      assign count_o = count_q;
      assign total_o = total_q;
      assign late_d = a_i;
      assign late_o = late_q;

      logic total_en;
      assign total_en = en_i & load_i;

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          count_q <= 8'd1;
          total_q <= -10'sd3;
        end else begin
          count_q <= count_d;
          if (total_en) begin
            total_q <= total_d;
          end
        end
      end

      always_ff @(posedge clk_i) begin
        late_q <= late_d;
      end

    endmodule
    "
  `)
})

test('synchronous and active-high resets', () => {
  const module = defineModule(
    'resets',
    {
      rst_i: input(reset({ activeLow: false })),
      clear_i: input(reset({ style: 'sync', activeLow: false })),
      a_i: input(uint(4)),
      x_o: output(uint(4)),
      y_o: output(uint(4)),
    },
    (m, p) => {
      const { clock } = m
      m.withDomain({ clock, reset: p.rst_i }, () =>
        p.x_o.assign(m.delayed('x', p.a_i, { reset: 0 })),
      )
      m.withDomain({ clock, reset: p.clear_i }, () =>
        p.y_o.assign(m.delayed('y', p.a_i, { reset: 15 })),
      )
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module resets (
      input  logic       rst_i,
      input  logic       clear_i,
      input  logic       clk_i,
      input  logic [3:0] a_i,
      output logic [3:0] x_o,
      output logic [3:0] y_o
    );

      logic [3:0] x_d;
      logic [3:0] x_q;
      logic [3:0] y_d;
      logic [3:0] y_q;

      assign x_d = a_i;
      assign x_o = x_q;
      assign y_d = a_i;
      assign y_o = y_q;

      always_ff @(posedge clk_i or posedge rst_i) begin
        if (rst_i) begin
          x_q <= 4'd0;
        end else begin
          x_q <= x_d;
        end
      end

      always_ff @(posedge clk_i) begin
        if (clear_i) begin
          y_q <= 4'd15;
        end else begin
          y_q <= y_d;
        end
      end

    endmodule
    "
  `)
})

const fifo = defineModule(
  'buffers',
  {
    we_i: input(bool),
    re_i: input(bool),
    waddr_i: input(uint(5)),
    raddr_i: input(uint(5)),
    mask_i: input(uint(2)),
    data_i: input(uint(16)),
    lanes_o: output(uint(16)),
    words_o: output(uint(8)),
  },
  (m, p) => {
    const lanes = m.memory('lanes', uint(16), { depth: 20, laneWidth: 8 })
    lanes.write(p.waddr_i, p.data_i, { enable: p.we_i, mask: p.mask_i })
    p.lanes_o.assign(lanes.read('lanes_word', p.raddr_i))
    const init = RomContents.fromWords(
      8,
      Array.from({ length: 32 }, (_, at) => at),
    )
    const words = m.memory('words', uint(8), { depth: 32, init })
    words.write(p.waddr_i.add(1).truncate(5), p.data_i.bits(7, 0))
    p.words_o.assign(words.read('words_word', p.raddr_i, { enable: p.re_i }))
  },
)

test('memories: lanes, read enables, addresses beyond the depth, initial contents', () => {
  expect(emittedText(fifo)).toMatchInlineSnapshot(`
    "module buffers (
      input  logic        clk_i,
      input  logic        we_i,
      input  logic        re_i,
      input  logic [4:0]  waddr_i,
      input  logic [4:0]  raddr_i,
      input  logic [1:0]  mask_i,
      input  logic [15:0] data_i,
      output logic [15:0] lanes_o,
      output logic [7:0]  words_o
    );

      logic [15:0] lanes_word_q;
      logic [7:0]  words_word_q;

      assign lanes_o = lanes_word_q;
      assign words_o = words_word_q;

      logic [15:0] lanes [0:19];

      logic lanes_we;
      assign lanes_we = we_i & (waddr_i < 5'd20);

      always_ff @(posedge clk_i) begin
        if (lanes_we) begin
          if (mask_i[0]) begin
            lanes[waddr_i][7:0] <= data_i[7:0];
          end
          if (mask_i[1]) begin
            lanes[waddr_i][15:8] <= data_i[15:8];
          end
        end
      end

      always_ff @(posedge clk_i) begin
        lanes_word_q <= (raddr_i < 5'd20) ? lanes[raddr_i] : 16'd0;
      end

      logic [7:0] words [0:31];
      initial $readmemh("mem_a1784589bb7f.hex", words);

      logic [4:0] words_waddr;
      logic [7:0] words_wdata;
      assign words_waddr = waddr_i + 5'd1;
      assign words_wdata = data_i[7:0];

      always_ff @(posedge clk_i) begin
        words[words_waddr] <= words_wdata;
      end

      always_ff @(posedge clk_i) begin
        if (re_i) begin
          words_word_q <= words[raddr_i];
        end
      end

    endmodule
    "
  `)
})

test('state that no asynchronous reset initialises is listed by its emitted path', () => {
  const outer = defineModule(
    'outer',
    { clear_i: input(reset({ style: 'sync' })), a_i: input(uint(4)), y_o: output(uint(4)) },
    (m, p) => {
      m.withDomain({ clock: m.clock, reset: p.clear_i }, () => {
        p.y_o.assign(m.delayed('once', p.a_i, { reset: 0 }))
      })
      const buffers = m.instance('u_buffers', fifo, {
        we_i: p.a_i.bit(0),
        re_i: p.a_i.bit(1),
        waddr_i: p.a_i.extend(5),
        raddr_i: p.a_i.extend(5),
        mask_i: p.a_i.bits(3, 2),
        data_i: p.a_i.extend(16),
      })
      m.unused(buffers.lanes_o, buffers.words_o)
      m.unused(m.delayed('twice', p.a_i, { reset: 0 }))
    },
  )
  expect(emitDesign(elaborate(outer)).unresetState).toEqual([
    { path: 'once_q', width: 4 },
    { path: 'u_buffers.lanes', width: 16, depth: 20 },
    { path: 'u_buffers.lanes_word_q', width: 16 },
    { path: 'u_buffers.words_word_q', width: 8 },
  ])
})

test('a memory of two write clocks is refused in one line', () => {
  const { node } = fifo
  const memory = node.memories[0]!
  const [write] = memory.writes
  const second = {
    ...write!,
    clock: node.signals.find(({ name }) => name === 'rst_ni') ?? node.signals[1]!,
  }
  const twice = { ...node, memories: [{ ...memory, writes: [write!, second] }], statements: [] }
  expect(() => emitDesign({ top: twice, modules: [twice] })).toThrow(
    /lanes: the memory is written by several clocks/,
  )
})
