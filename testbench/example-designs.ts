import type { EmittedDesign, EmittedPort, PortRole } from '../src/emit/emitted-design.js'

function input(name: string, width: number, role: PortRole = 'data', signed = false): EmittedPort {
  return { name, direction: 'input', width, signed, role }
}

function output(name: string, width: number, signed = false): EmittedPort {
  return { name, direction: 'output', width, signed, role: 'data' }
}

const clock = input('clk_i', 1, 'clock')
const reset = input('rst_ni', 1, 'reset')

/** Counts enabled cycles from 9, its asynchronous reset value. */
export const counter: EmittedDesign = {
  top: 'counter',
  files: [
    {
      path: 'counter.sv',
      text: `module counter (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       en_i,
  output logic [7:0] count_o
);
  logic [7:0] count_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= 8'd9;
    else if (en_i) count_q <= count_q + 8'd1;
  end

  assign count_o = count_q;
endmodule
`,
    },
  ],
  ports: [clock, reset, input('en_i', 1), output('count_o', 8)],
  modules: [],
  unresetState: [],
}

/** Signed multiply-accumulate in an instance, with a product register that no reset initialises. */
export const multiplyAccumulate: EmittedDesign = {
  top: 'mac_top',
  files: [
    {
      path: 'mac.sv',
      text: `module mac (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic signed [7:0]  a_i,
  input  logic signed [3:0]  b_i,
  output logic signed [19:0] acc_o
);
  logic signed [11:0] product_q;
  logic signed [19:0] acc_q;

  always_ff @(posedge clk_i) begin
    product_q <= 12'(a_i) * 12'(b_i);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) acc_q <= 20'sd0;
    else acc_q <= acc_q + 20'(product_q);
  end

  assign acc_o = acc_q;
endmodule
`,
    },
    {
      path: 'mac_top.sv',
      text: `module mac_top (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic signed [7:0]  a_i,
  input  logic signed [3:0]  b_i,
  output logic signed [19:0] acc_o,
  output logic               negative_o
);
  logic signed [19:0] acc;

  mac u_mac (
    .clk_i(clk_i),
    .rst_ni(rst_ni),
    .a_i(a_i),
    .b_i(b_i),
    .acc_o(acc)
  );

  assign acc_o = acc;
  assign negative_o = acc[19];
endmodule
`,
    },
  ],
  ports: [
    clock,
    reset,
    input('a_i', 8, 'data', true),
    input('b_i', 4, 'data', true),
    output('acc_o', 20, true),
    output('negative_o', 1),
  ],
  modules: [],
  unresetState: [{ path: 'u_mac.product_q', width: 12 }],
}

const romWords = Array.from({ length: 16 }, (_, address) => (address * 0x1357 + 0xbeef) & 0xffff)

/** ROM from a memory image, and a RAM that no reset initialises. */
export const memories: EmittedDesign = {
  top: 'memories',
  files: [
    {
      path: 'memories.sv',
      text: `module memories (
  input  logic        clk_i,
  input  logic [3:0]  addr_i,
  input  logic        write_i,
  input  logic [15:0] data_i,
  output logic [15:0] rom_o,
  output logic [15:0] ram_o
);
  logic [15:0] rom [0:15];
  logic [15:0] ram [0:15];
  logic [15:0] rom_q;

  initial $readmemh("rom/contents.hex", rom);

  always_ff @(posedge clk_i) begin
    rom_q <= rom[addr_i];
    if (write_i) ram[addr_i] <= data_i;
  end

  assign rom_o = rom_q;
  assign ram_o = ram[addr_i];
endmodule
`,
    },
    {
      path: 'rom/contents.hex',
      text: romWords.map((word) => `${word.toString(16).padStart(4, '0')}\n`).join(''),
    },
  ],
  ports: [
    clock,
    input('addr_i', 4),
    input('write_i', 1),
    input('data_i', 16),
    output('rom_o', 16),
    output('ram_o', 16),
  ],
  modules: [],
  unresetState: [
    { path: 'ram', width: 16, depth: 16 },
    { path: 'rom_q', width: 16 },
  ],
}

/** Widths on both sides of every limit of the simulators' storage classes. */
export const portWidths = [1, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 100, 128, 300]

/** For each width a register, and a combinational output that inverts the input. */
export const wide: EmittedDesign = {
  top: 'wide',
  files: [
    {
      path: 'wide.sv',
      text: `module wide (
  input  logic clk_i,
${portWidths
  .flatMap((width) => [
    `  input  logic [${width - 1}:0] x${width}_i`,
    `  output logic [${width - 1}:0] q${width}_o`,
    `  output logic [${width - 1}:0] n${width}_o`,
  ])
  .join(',\n')}
);
${portWidths
  .map(
    (width) => `  logic [${width - 1}:0] r${width};
  always_ff @(posedge clk_i) r${width} <= x${width}_i;
  assign q${width}_o = r${width};
  assign n${width}_o = ~x${width}_i;
`,
  )
  .join('')}endmodule
`,
    },
  ],
  ports: [
    clock,
    ...portWidths.flatMap((width) => [
      input(`x${width}_i`, width),
      output(`q${width}_o`, width),
      output(`n${width}_o`, width),
    ]),
  ],
  modules: [],
  unresetState: portWidths.map((width) => ({ path: `r${width}`, width })),
}

/** Two counters in two clock domains, and a register on the falling edge of the first clock. */
export const twoClocks: EmittedDesign = {
  top: 'two_clocks',
  files: [
    {
      path: 'two_clocks.sv',
      text: `module two_clocks (
  input  logic       clk_a_i,
  input  logic       clk_b_i,
  input  logic       rst_ni,
  input  logic [7:0] x_i,
  output logic [7:0] a_o,
  output logic [7:0] b_o,
  output logic [7:0] fall_o
);
  logic [7:0] a_q;
  logic [7:0] b_q;
  logic [7:0] fall_q;

  always_ff @(posedge clk_a_i or negedge rst_ni) begin
    if (!rst_ni) a_q <= 8'd1;
    else a_q <= a_q + x_i;
  end

  always_ff @(posedge clk_b_i or negedge rst_ni) begin
    if (!rst_ni) b_q <= 8'd2;
    else b_q <= b_q ^ a_q;
  end

  always_ff @(negedge clk_a_i) begin
    fall_q <= x_i;
  end

  assign a_o = a_q;
  assign b_o = b_q;
  assign fall_o = fall_q;
endmodule
`,
    },
  ],
  ports: [
    input('clk_a_i', 1, 'clock'),
    input('clk_b_i', 1, 'clock'),
    reset,
    input('x_i', 8),
    output('a_o', 8),
    output('b_o', 8),
    output('fall_o', 8),
  ],
  modules: [],
  unresetState: [{ path: 'fall_q', width: 8 }],
}

/** Hundreds of ports; each output is the sum of the inputs up to its own. */
export const manyPorts: EmittedDesign = (() => {
  const count = 200
  const indices = Array.from({ length: count }, (_, index) => index)
  const text = `module many_ports (
  input  logic clk_i,
${indices
  .flatMap((i) => [`  input  logic [9:0] x${i}_i`, `  output logic [9:0] y${i}_o`])
  .join(',\n')}
);
${indices
  .map(
    (i) => `  logic [9:0] sum${i};
  assign sum${i} = ${i === 0 ? '' : `sum${i - 1} + `}x${i}_i;
  assign y${i}_o = sum${i};
`,
  )
  .join('')}endmodule
`
  return {
    top: 'many_ports',
    files: [{ path: 'many_ports.sv', text }],
    ports: [clock, ...indices.flatMap((i) => [input(`x${i}_i`, 10), output(`y${i}_o`, 10)])],
    unresetState: [],
    modules: [],
  }
})()

export const exampleDesigns = {
  counter,
  multiplyAccumulate,
  memories,
  wide,
  twoClocks,
  manyPorts,
} as const
