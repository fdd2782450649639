import { describe, expect, test } from 'vitest'
import { elaborate } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { expectedTrace, icarusTrace, netlistTrace, randomCycles } from './testing/bench.js'
import { constructs } from './testing/constructs.js'
import { hasTool } from './testing/tools.js'

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

describe.each(designs)('$name', ({ design, cycles, expected }) => {
  const hasOpenPorts = design.files.some(({ use }) => use !== undefined)

  test.skipIf(!hasTool('iverilog'))(
    'does in Icarus what its IR says (skipped: iverilog not found)',
    () => {
      expect(icarusTrace(design, cycles)).toEqual(expected)
    },
  )

  test.skipIf(!hasTool('iverilog') || !hasTool('yosys') || hasOpenPorts)(
    'does as a netlist what its IR says (skipped: iverilog or yosys not found)',
    () => {
      expect(netlistTrace(design, cycles)).toEqual(expected)
    },
  )
})
