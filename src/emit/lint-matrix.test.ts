import { describe, expect, test } from 'vitest'
import { nativeSuite } from '../common/tools.js'
import { elaborate } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { constructs } from './testing/constructs.js'
import { icarusLint, nativeYosysLint, verilatorLint, wasmYosysLint } from './testing/tools.js'

const designs = constructs.map((definition) => ({
  name: definition.name,
  design: emitDesign(elaborate(definition)),
}))

const verilator = nativeSuite('is silent in Verilator', ['verilator'])
const icarus = nativeSuite('is silent in Icarus', ['iverilog'])
const yosys = nativeSuite('is silent in native Yosys', ['yosys'])

describe.each(designs)('$name', ({ design }) => {
  test.skipIf(verilator.skip)(verilator.title, () => {
    expect(verilatorLint(design)).toBe('')
  })

  test.skipIf(icarus.skip)(icarus.title, () => {
    expect(icarusLint(design)).toBe('')
  })

  test.skipIf(yosys.skip)(yosys.title, () => {
    expect(nativeYosysLint(design)).toBe('')
  })

  test('is silent in WebAssembly Yosys', async () => {
    expect(await wasmYosysLint(design)).toBe('')
  })
})
