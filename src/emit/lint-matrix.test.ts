import { describe, expect, test } from 'vitest'
import { elaborate } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { constructs } from './testing/constructs.js'
import {
  hasTool,
  icarusLint,
  nativeYosysLint,
  verilatorLint,
  wasmYosysLint,
} from './testing/tools.js'

const designs = constructs.map((definition) => ({
  name: definition.name,
  design: emitDesign(elaborate(definition)),
}))

describe.each(designs)('$name', ({ design }) => {
  test.skipIf(!hasTool('verilator'))(
    'is silent in Verilator (skipped: verilator not found)',
    () => {
      expect(verilatorLint(design)).toBe('')
    },
  )

  test.skipIf(!hasTool('iverilog'))('is silent in Icarus (skipped: iverilog not found)', () => {
    expect(icarusLint(design)).toBe('')
  })

  test.skipIf(!hasTool('yosys'))('is silent in native Yosys (skipped: yosys not found)', () => {
    expect(nativeYosysLint(design)).toBe('')
  })

  test('is silent in WebAssembly Yosys', async () => {
    expect(await wasmYosysLint(design)).toBe('')
  })
})
