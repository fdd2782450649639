import { afterAll, describe, expect, test } from 'vitest'
import { nativeSuite } from '../common/tools.js'
import { equivalent, type ProvableDesign } from './equivalent.js'
import { openYosys, type YosysEngine } from './yosys.js'

function adder(name: string, sum: string): ProvableDesign {
  const text = `module ${name} (
  input  logic [7:0] a_i,
  input  logic [7:0] b_i,
  output logic [8:0] sum_o
);
  assign sum_o = ${sum};
endmodule
`
  return { top: name, files: [{ path: `${name}.sv`, text }] }
}

function counter(name: string, step: string): ProvableDesign {
  const text = `module ${name} (
  input  logic clk_i,
  input  logic rst_ni,
  output logic [3:0] count_o
);
  logic [3:0] count_q;
  assign count_o = count_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= 4'd0;
    else count_q <= ${step};
  end
endmodule
`
  return { top: name, files: [{ path: `${name}.sv`, text }] }
}

function equivalenceTests(engine: YosysEngine): void {
  const yosys = openYosys({ engine })
  afterAll(() => yosys.close())

  test('equal adders are proved equal', async () => {
    const first = adder('one', "9'(a_i) + 9'(b_i)")
    const second = adder('two', "9'(b_i) + 9'(a_i)")
    expect(await equivalent(first, second, { yosys })).toEqual({ verdict: 'equal' })
  })

  test('one wrong sum is found, with both results', async () => {
    const right = adder('one', "9'(a_i) + 9'(b_i)")
    const wrong = adder('two', "(a_i == 8'd7 && b_i == 8'd9) ? 9'd3 : 9'(b_i) + 9'(a_i)")
    expect(await equivalent(right, wrong, { yosys })).toEqual({
      verdict: 'different',
      counterexample: {
        inputs: { a_i: 7n, b_i: 9n },
        first: { sum_o: 16n },
        second: { sum_o: 3n },
      },
    })
  })

  test('registers are proved by induction, and a wrong step is not', async () => {
    const first = counter('one', "count_q + 4'd1")
    const second = counter('two', "count_q - 4'd15")
    const wrong = counter('two', "count_q + 4'd2")
    expect(await equivalent(first, second, { yosys })).toEqual({ verdict: 'equal' })
    expect((await equivalent(first, wrong, { yosys })).verdict).toBe('inconclusive')
  })
}

describe('WebAssembly Yosys', () => equivalenceTests('wasm'))

const native = nativeSuite('native Yosys', ['yosys'])
describe.skipIf(native.skip)(native.title, () => {
  if (!native.skip) equivalenceTests('native')
})
