import type { EmittedDesign, EmittedFile } from '../../emit/index.js'

/** A design of hand-written modules, one a text; the module of the first is the top. */
export function handWritten(...texts: readonly string[]): EmittedDesign {
  const files = texts.map((text): EmittedFile => ({ path: `${moduleName(text)}.sv`, text }))
  return { top: moduleName(texts[0]!), files, ports: [], unresetState: [], modules: [] }
}

function moduleName(text: string): string {
  const name = text.match(/^\s*(?:\(\*.*?\*\)\s*)?module\s+(\w+)/)?.[1]
  if (name === undefined) throw new Error('no module in the text')
  return name
}

/** Eight flip-flops with an asynchronous reset, and an adder. */
export const accumulator = `module accumulator (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic [7:0] data_i,
  output logic [7:0] sum_o
);
  logic [7:0] sum_q;
  assign sum_o = sum_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) sum_q <= 8'd0;
    else sum_q <= sum_q + data_i;
  end
endmodule
`

/** Two accumulators, a memory of 16 words of 8 bits and a ROM of 8 words of 4 bits. */
export const pair = `module pair (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       write_i,
  input  logic [3:0] addr_i,
  input  logic [7:0] data_i,
  output logic [7:0] sum_o,
  output logic [7:0] word_o,
  output logic [3:0] code_o
);
  logic [7:0] first_sum;
  accumulator u_first (.clk_i(clk_i), .rst_ni(rst_ni), .data_i(data_i), .sum_o(first_sum));
  accumulator u_second (.clk_i(clk_i), .rst_ni(rst_ni), .data_i(first_sum), .sum_o(sum_o));
  logic [7:0] store [0:15];
  always_ff @(posedge clk_i) begin
    if (write_i) store[addr_i] <= data_i;
    word_o <= store[addr_i];
  end
  always_comb begin
    case (addr_i[2:0])
      3'd0: code_o = 4'h3;
      3'd1: code_o = 4'h9;
      3'd2: code_o = 4'h7;
      3'd3: code_o = 4'hc;
      3'd4: code_o = 4'h1;
      3'd5: code_o = 4'he;
      3'd6: code_o = 4'h2;
      3'd7: code_o = 4'h8;
      default: code_o = 4'h0;
    endcase
  end
endmodule
`
