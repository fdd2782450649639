import { expect, test } from 'vitest'
import {
  bool,
  defineBlackBox,
  defineModule,
  elaborate,
  input,
  mux,
  output,
  sint,
  uint,
} from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { emittedText } from './testing/emitted-text.js'

test('header, attributes and places', () => {
  const module = defineModule(
    'documented',
    { a_i: input(uint(4)), y_o: output(uint(4)) },
    (m, p) => {
      const kept = m.register('kept', uint(4), { attributes: [{ name: 'keep', value: 'true' }] })
      kept.next(p.a_i)
      p.y_o.assign(kept)
      m.attribute('dont_touch', 1)
    },
    {
      documentation:
        'Keeps its input for a cycle.\n\nverilator and synthesis read such words as orders.',
      parameters: { width: 4, style: 'plain' },
    },
  )
  const [file] = emitDesign(elaborate(module)).files
  expect(file!.text).toMatchInlineSnapshot(`
    "// Keeps its input for a cycle.
    //
    // - verilator and synthesis read such words as orders.
    //
    // Parameters: width = 4, style = plain

    (* dont_touch *)
    module documented (  // @[src/emit/module-text.test.ts:17]
      input  logic       clk_i,  // @[src/emit/module-text.test.ts:17]
      input  logic [3:0] a_i,    // @[src/emit/module-text.test.ts:19]
      output logic [3:0] y_o     // @[src/emit/module-text.test.ts:19]
    );

      logic [3:0] kept_d;
      (* keep = "true" *) logic [3:0] kept_q;  // @[src/emit/module-text.test.ts:21]

      assign kept_d = a_i;  // @[src/emit/module-text.test.ts:22]
      assign y_o = kept_q;  // @[src/emit/module-text.test.ts:23]

      always_ff @(posedge clk_i) begin
        kept_q <= kept_d;
      end

    endmodule
    "
  `)
})

test('a place that leaves no room on the line is left out, in the text but not in the map', () => {
  const name = 'an_output_with_a_name_that_takes_the_better_part_of_a_line_all_by_itself_o'
  const module = defineModule('long_names', { a_i: input(bool), [name]: output(bool) }, (_, p) =>
    (p[name] as { assign(value: unknown): void }).assign(p.a_i),
  )
  const design = emitDesign(elaborate(module))
  const lines = design.files[0]!.text.split('\n')
  const at = lines.findIndex((line) => line.includes(`assign ${name}`))
  expect(lines[at]).toBe(`  assign ${name} = a_i;`)
  expect(design.modules[0]!.sourceMap.some(({ line }) => line === at + 1)).toBe(true)
})

test('instances: short connections in place, others through nets, unread outputs named unused', () => {
  const adder = defineModule(
    'adder',
    { a_i: input(sint(8)), b_i: input(sint(8)), sum_o: output(sint(9)), zero_o: output(bool) },
    (_, p) => {
      p.sum_o.assign(p.a_i.add(p.b_i))
      p.zero_o.assign(p.a_i.add(p.b_i).eq(0))
    },
  )
  const module = defineModule(
    'two_adders',
    { a_i: input(sint(8)), b_i: input(uint(12)), clear_i: input(bool), total_o: output(sint(8)) },
    (m, p) => {
      const first = m.instance('u_first', adder, { a_i: p.a_i, b_i: p.b_i.bits(7, 0).asSigned() })
      const second = m.instance('u_second', adder, {
        a_i: mux(p.clear_i, sint(8).literal(-1), first.sum_o.truncate(8)),
        b_i: sint(8).literal(3),
      })
      m.unused(first.zero_o, second.zero_o, p.b_i)
      p.total_o.assign(second.sum_o.truncate(8))
    },
  )
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module two_adders (
      input  logic signed [7:0] a_i,
      input  logic [11:0]       b_i,
      input  logic              clear_i,
      output logic signed [7:0] total_o
    );

      logic signed [8:0] u_first_sum;
      logic              unused_u_first_zero;
      logic signed [7:0] u_second_a;
      logic signed [8:0] u_second_sum;
      logic              unused_u_second_zero;

      assign u_second_a = clear_i ? -8'sd1 : u_first_sum[7:0];
      assign total_o = u_second_sum[7:0];

      adder u_first (
        .a_i    (a_i),
        .b_i    (b_i[7:0]),
        .sum_o  (u_first_sum),
        .zero_o (unused_u_first_zero)
      );

      adder u_second (
        .a_i    (u_second_a),
        .b_i    (8'sd3),
        .sum_o  (u_second_sum),
        .zero_o (unused_u_second_zero)
      );

      logic unused_b_i;
      logic unused_u_first_sum;
      logic unused_u_second_sum;
      assign unused_b_i = ^b_i[11:8];
      assign unused_u_first_sum = u_first_sum[8];
      assign unused_u_second_sum = u_second_sum[8];

    endmodule
    "
  `)
})

test('black boxes: parameters at the instance, ports in a stub, the model apart', () => {
  const pll = defineBlackBox(
    'pll_block',
    { reference_i: input(bool), ratio_i: input(uint(4)), locked_o: output(bool) },
    { verilogParameters: { Kind: 'fast', Stages: 3 } },
  )
  const module = defineModule(
    'clock_source',
    { reference_i: input(bool), locked_o: output(bool) },
    (m, p) => {
      const { locked_o } = m.instance('u_pll', pll, {
        reference_i: p.reference_i,
        ratio_i: uint(4).literal(9),
      })
      p.locked_o.assign(locked_o)
    },
  )
  const { files } = emitDesign(elaborate(module), { sourceComments: false })
  expect(
    files.map(({ path, text, use }) => `--- ${path} ${use ?? ''}\n${text}`).join(''),
  ).toMatchInlineSnapshot(`
    "--- stubs/pll_block.sv synthesis
    // Ports of pll_block; its contents come from elsewhere.

    (* blackbox *)
    module pll_block #(
      parameter Kind = "fast",
      parameter int Stages = 3
    ) (
      input  logic       reference_i,
      input  logic [3:0] ratio_i,
      output logic       locked_o
    );

      assign locked_o = 1'b0;

      localparam unused_Kind = Kind;
      localparam unused_Stages = Stages;
      logic unused_ports;
      assign unused_ports = ^{reference_i, ratio_i};

    endmodule
    --- clock_source.sv 
    module clock_source (
      input  logic reference_i,
      output logic locked_o
    );

      logic u_pll_locked;

      assign locked_o = u_pll_locked;

      pll_block #(
        .Kind("fast"),
        .Stages(3)
      ) u_pll (
        .reference_i (reference_i),
        .ratio_i     (4'd9),
        .locked_o    (u_pll_locked)
      );

    endmodule
    "
  `)
})

test('assertions are for simulation and formal tools, outside reset', () => {
  const module = defineModule('checked', { a_i: input(uint(4)), y_o: output(uint(4)) }, (m, p) => {
    const y = m.delayed('y', p.a_i, { reset: 0 })
    p.y_o.assign(y)
    m.assert('below_twelve', y.lt(12))
    m.assume('never_nine', p.a_i.bits(3, 0).ne(9))
    m.when(y.eq(3), () => m.cover('three_then_four', p.a_i.eq(4)))
  })
  expect(emittedText(module)).toMatchInlineSnapshot(`
    "module checked (
      input  logic       clk_i,
      input  logic       rst_ni,
      input  logic [3:0] a_i,
      output logic [3:0] y_o
    );

      logic [3:0] y_d;
      logic [3:0] y_q;

      assign y_d = a_i;
      assign y_o = y_q;

      always_ff @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          y_q <= 4'd0;
        end else begin
          y_q <= y_d;
        end
      end

    \`ifndef SYNTHESIS
      always @(posedge clk_i) begin
        if (rst_ni) begin
    \`ifdef FORMAL
          assert (y_q < 4'd12);
          assume (a_i != 4'd9);
    \`else
          assert (y_q < 4'd12) else $error("below_twelve");
          assume (a_i != 4'd9) else $error("never_nine");
    \`endif
          cover ((y_q == 4'd3) && (a_i == 4'd4));
        end
      end
    \`endif

    endmodule
    "
  `)
})
