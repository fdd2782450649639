import { afterAll, expect, test } from 'vitest'
import { lint } from './lint.js'
import { accumulator, handWritten, pair } from './testing/designs.js'
import { openYosys } from './yosys.js'

const yosys = openYosys()
afterAll(() => yosys.close())

test('a clean design gives nothing', async () => {
  expect(await lint(handWritten(pair, accumulator), yosys)).toEqual([])
})

test('memory images are found beside their source', async () => {
  const source = `module words (input logic [0:0] addr_i, output logic [7:0] data_o);
  logic [7:0] words [0:1];
  initial $readmemh("images/words.hex", words);
  assign data_o = words[addr_i];
endmodule
`
  const design = handWritten(source)
  const image = { path: 'images/words.hex', text: '0a\nff\n' }
  expect(await lint({ ...design, files: [...design.files, image] }, yosys)).toEqual([])
  expect(await lint(design, yosys)).toEqual([expect.stringContaining('words.hex')])
})

test('undriven signals, loops and unknown modules are reported', async () => {
  const undriven = handWritten(
    'module a (output logic y_o);\n  logic x;\n  assign y_o = x;\nendmodule\n',
  )
  expect(await lint(undriven, yosys)).toEqual([
    expect.stringMatching(/^Warning: Wire a\..* is used but has no driver/),
    expect.stringMatching(/^Yosys: ERROR: Found 1 problems/),
  ])
  const loop = handWritten(`module b (input logic a_i, output logic y_o);
  logic x, y;
  assign x = a_i ^ y;
  assign y = ~x & a_i;
  assign y_o = y;
endmodule
`)
  expect((await lint(loop, yosys))[0]).toMatch(/^Warning: found logic loop in module b:\n\s+cell/)
  expect((await lint(handWritten(pair), yosys)).at(-1)).toMatch(/accumulator/)
})

test('a syntax error has its file and line', async () => {
  const broken = handWritten(accumulator.replace('always_ff', 'always_fff'))
  expect(await lint(broken, yosys)).toEqual([
    expect.stringMatching(/^Yosys: design\/accumulator.sv:\d+: ERROR: syntax error/),
  ])
})
