import { afterAll, describe, expect, test } from 'vitest'
import { InputError } from '../common/input-error.js'
import { Random } from '../common/random.js'
import { nativeSuite } from '../common/tools.js'
import { equivalent } from './equivalent.js'
import type { ProvableDesign } from './provable-design.js'
import { romReference } from './rom-reference.js'
import { accumulator, handWritten } from './testing/designs.js'
import { openYosys, type YosysEngine } from './yosys.js'

function adder(sum: string): ProvableDesign {
  return handWritten(`module adder (
  input  logic [7:0] a_i,
  input  logic [7:0] b_i,
  output logic [8:0] sum_o
);
  assign sum_o = ${sum};
endmodule
`)
}

const reset = {
  name: 'rst_ni',
  direction: 'input',
  width: 1,
  signed: false,
  role: 'reset',
} as const

function counter(state: string, next: string, output: string, start = "4'd5"): ProvableDesign {
  const design = handWritten(`module counter (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       step_i,
  output logic [3:0] count_o
);
  logic [3:0] ${state};
  assign count_o = ${output};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ${state} <= ${start};
    else if (step_i) ${state} <= ${next};
  end
endmodule
`)
  return { ...design, ports: [reset] }
}

const random = new Random(3)
const words = Array.from({ length: 13 }, () => random.bits(6))
const contents = (table: readonly bigint[]) => ({
  width: 6,
  depth: table.length,
  addressWidth: 4,
  word: (address: number) => table[address]!,
})

/** The ROM as two levels: a table of four words at a time, and a selection. */
function blockRom(table: readonly bigint[], registered: boolean): ProvableDesign {
  const block = (index: number) =>
    [3, 2, 1, 0].map((word) => `6'd${table[4 * index + word] ?? 0n}`).join(', ')
  return handWritten(`module blocks (
${registered ? '  input  logic clk_i,\n' : ''}  input  logic [3:0] addr_i,
  output logic [5:0] data_o
);
  logic [23:0] line;
  logic [3:0] address;
  always_comb begin
    case (address[3:2])
      2'd0: line = {${block(0)}};
      2'd1: line = {${block(1)}};
      2'd2: line = {${block(2)}};
      default: line = {${block(3)}};
    endcase
  end
  assign data_o = line[{1'd0, address[1:0], 2'd0} + {2'd0, address[1:0], 1'd0} +: 6];
  ${registered ? 'always_ff @(posedge clk_i) address <= addr_i;' : 'assign address = addr_i;'}
endmodule
`)
}

function equivalenceTests(engine: YosysEngine): void {
  const yosys = openYosys({ engine })
  afterAll(() => yosys.close())

  test('equal adders are proved equal', async () => {
    expect(
      await equivalent(adder("9'(a_i) + 9'(b_i)"), adder("9'(a_i ^ b_i) + {a_i & b_i, 1'd0}"), {
        yosys,
      }),
    ).toEqual({ verdict: 'equal', method: 'combinational' })
  })

  test('the one sum that is wrong is found, with both results', async () => {
    const wrong = adder("(a_i == 8'd7 && b_i == 8'd9) ? 9'd3 : 9'(b_i) + 9'(a_i)")
    expect(await equivalent(adder("9'(a_i) + 9'(b_i)"), wrong, { yosys })).toEqual({
      verdict: 'different',
      counterexample: {
        steps: [{ inputs: { a_i: 7n, b_i: 9n }, first: { sum_o: 16n }, second: { sum_o: 3n } }],
      },
    })
  })

  test('a counterexample holds when both are evaluated', async () => {
    const found = await equivalent(adder("9'(a_i) + 9'(b_i)"), adder("9'(a_i | b_i)"), { yosys })
    if (found.verdict !== 'different') throw new Error(found.verdict)
    const [{ inputs, first, second }] = found.counterexample.steps as [never]
    const { a_i: a, b_i: b } = inputs as Record<string, bigint>
    expect(first).toEqual({ sum_o: a! + b! })
    expect(second).toEqual({ sum_o: a! | b! })
    expect(first).not.toEqual(second)
  })

  test('registers of equal names are compared one by one', async () => {
    const first = counter('count_q', "count_q + 4'd1", 'count_q')
    const second = counter('count_q', "count_q - 4'd15", 'count_q')
    expect(await equivalent(first, second, { yosys })).toEqual({
      verdict: 'equal',
      method: 'combinational',
    })
  })

  test('other registers are compared by induction', async () => {
    const first = counter('count_q', "count_q + 4'd1", 'count_q')
    const second = counter('inverse_q', "inverse_q - 4'd1", '~inverse_q', "4'd10")
    expect(await equivalent(first, second, { yosys })).toEqual({
      verdict: 'equal',
      method: 'induction',
    })
  })

  test('a difference in state is shown by a run from reset', async () => {
    const first = counter('count_q', "count_q + 4'd1", 'count_q')
    const second = counter('count_q', "(count_q == 4'd7) ? 4'd0 : count_q + 4'd1", 'count_q')
    const found = await equivalent(first, second, { yosys })
    if (found.verdict !== 'different') throw new Error(found.verdict)
    const { steps } = found.counterexample
    expect(steps[0]!.inputs.rst_ni).toBe(0n)
    let [a, b] = [5n, 5n]
    for (const [index, { inputs, first: left, second: right }] of steps.entries()) {
      if (inputs.rst_ni === 0n) [a, b] = [5n, 5n]
      expect([left.count_o, right.count_o]).toEqual([a, b])
      expect(a === b).toBe(index < steps.length - 1)
      if (inputs.rst_ni === 1n && inputs.step_i === 1n)
        [a, b] = [(a + 1n) % 16n, b === 7n ? 0n : (b + 1n) % 16n]
    }
  })

  test('a difference in the reset value alone is found', async () => {
    const first = counter('count_q', "count_q + 4'd1", 'count_q')
    const second = counter('count_q', "count_q + 4'd1", 'count_q', "4'd6")
    const found = await equivalent(first, second, { yosys })
    expect(found.verdict).toBe('different')
  })

  test('a ROM is its contents, and one wrong bit is found', async () => {
    const reference = romReference(contents(words))
    expect(await equivalent(blockRom(words, false), reference, { yosys })).toEqual({
      verdict: 'equal',
      method: 'combinational',
    })
    const wrong = words.map((word, address) => (address === 11 ? word ^ 4n : word))
    expect(await equivalent(blockRom(wrong, false), reference, { yosys })).toEqual({
      verdict: 'different',
      counterexample: {
        steps: [
          { inputs: { addr_i: 11n }, first: { data_o: wrong[11] }, second: { data_o: words[11] } },
        ],
      },
    })
  })

  test('a ROM with a register in another place is the same after the first cycle', async () => {
    const reference = romReference(contents(words), { clock: 'clk_i' })
    const proved = await equivalent(blockRom(words, true), reference, { yosys, settlingCycles: 1 })
    expect(proved).toEqual({ verdict: 'equal', method: 'induction' })
    const found = await equivalent(blockRom(words, true), reference, { yosys })
    if (found.verdict !== 'different') throw new Error(found.verdict)
    expect(found.counterexample.steps.map(({ first, second }) => [first, second])).toEqual([
      [{ data_o: words[0] }, { data_o: 0n }],
    ])
  })

  const multiplier = `module multiplier (
  input  logic [7:0]  a_i,
  input  logic [7:0]  b_i,
  output logic [15:0] product_o
);
  assign product_o = 16'(a_i) * 16'(b_i);
endmodule
`
  test.each([
    ['registers', accumulator],
    ['a multiplier, which SAT alone does not finish', multiplier],
  ])('a design and its netlist: %s', async (_, text) => {
    const design = handWritten(text)
    const { files } = await yosys.run(
      ['read_verilog -sv a.sv', `synth -top ${design.top}`, 'write_verilog -noattr netlist.v'],
      { 'a.sv': text },
      { outputs: ['netlist.v'] },
    )
    const netlist = { ...design, files: [{ path: 'netlist.v', text: files['netlist.v']! }] }
    expect(await equivalent(design, netlist, { yosys })).toEqual({
      verdict: 'equal',
      method: 'combinational',
    })
  })

  test('too little time gives no verdict', async () => {
    const hard = (product: string) =>
      handWritten(`module hard (input logic [23:0] a_i, b_i, output logic [23:0] y_o);
  assign y_o = ${product};
endmodule
`)
    const proof = await equivalent(
      hard('(a_i + b_i) * (a_i - b_i)'),
      hard('a_i * a_i - b_i * b_i'),
      {
        yosys,
        timeoutMilliseconds: 2000,
      },
    )
    expect(proof).toEqual({
      verdict: 'inconclusive',
      reason: 'Yosys took longer than 2 s',
    })
  })

  test('designs with other ports cannot be compared', async () => {
    const other = adder("9'(a_i) + 9'(b_i)")
    const narrow = handWritten(other.files[0]!.text.replaceAll('[8:0]', '[7:0]'))
    await expect(equivalent(other, narrow, { yosys })).rejects.toThrow(InputError)
    await expect(equivalent(other, narrow, { yosys })).rejects.toThrow(
      /^port sum_o: is output of 9 bits in the first design, output of 8 bits in the second/,
    )
  })

  test('black boxes give no verdict', async () => {
    const holder = handWritten(
      'module holder (input logic a_i, output logic y_o);\n  macro u (.a_i(a_i), .y_o(y_o));\nendmodule\n',
      '(* blackbox *)\nmodule macro (input logic a_i, output logic y_o);\nendmodule\n',
    )
    expect(await equivalent(holder, holder, { yosys })).toEqual({
      verdict: 'inconclusive',
      reason: 'contains a black box, macro',
    })
  })
}

describe('WebAssembly Yosys', () => equivalenceTests('wasm'))

const native = nativeSuite('native Yosys', ['yosys'])
describe.skipIf(native.skip)(native.title, () => {
  if (!native.skip) equivalenceTests('native')
})
