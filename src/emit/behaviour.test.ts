import { describe, expect, test } from 'vitest'
import { nativeSuite } from '../common/tools.js'
import { elaborate } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { expectedTrace, icarusTrace, netlistTrace, randomCycles } from './testing/bench.js'
import { constructs } from './testing/constructs.js'

const simulated = constructs.filter(({ node }) =>
  node.instances.every(({ module }) => module.blackBox === undefined),
)

const designs = simulated.map((definition) => {
  const design = emitDesign(elaborate(definition))
  const cycles = randomCycles(design, 200, 0x5eed)
  return {
    name: definition.name,
    design,
    cycles,
    expected: expectedTrace(definition.node, design, cycles),
  }
})

const icarus = nativeSuite('does in Icarus what its IR says', ['iverilog', 'vvp'])
const netlist = nativeSuite('does as a netlist what its IR says', ['iverilog', 'vvp', 'yosys'])

describe.each(designs)('$name', ({ design, cycles, expected }) => {
  test.skipIf(icarus.skip)(icarus.title, () => {
    expect(icarusTrace(design, cycles)).toEqual(expected)
  })

  test.skipIf(netlist.skip)(netlist.title, () => {
    expect(netlistTrace(design, cycles)).toEqual(expected)
  })
})
