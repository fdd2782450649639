import { expect, test } from 'vitest'
import { nativeSuite } from '../../src/common/tools.js'
import { emitDesign } from '../../src/emit/index.js'
import type { Engine } from '../../src/sim/index.js'
import { openIverilog } from '../../src/sim/iverilog/index.js'
import { buildVerilator, openVerilator } from '../../src/sim/verilator/index.js'
import { buildCase, checkChip } from './check-chip.js'
import type { ChipCase } from './chip-case.js'
import { smallChip } from './small-chip.js'

const minutes = 60_000
const icarus = nativeSuite('Icarus', ['iverilog', 'vvp'])
const verilator = nativeSuite('Verilator', ['verilator', 'g++'])

function smallChipOf(positions: number): ChipCase {
  const model = { ...smallChip.model, contextLength: positions }
  return { ...smallChip, model, prompts: [1, 1] }
}

function expectGolden(given: ChipCase, chip: ReturnType<typeof buildCase>, engine: Engine): void {
  try {
    const { difference, tokens } = checkChip(given, chip, engine)
    expect(difference).toBeUndefined()
    expect(tokens).toBe(2 * given.model.contextLength)
  } finally {
    engine.close()
  }
}

test.skipIf(icarus.skip)(
  `${icarus.title}: 8 tokens of a small chip are the golden ones, in the scheduled cycles`,
  () => {
    const given = smallChipOf(4)
    const chip = buildCase(given)
    expectGolden(given, chip, openIverilog(emitDesign(chip.design)))
  },
  5 * minutes,
)

test.skipIf(verilator.skip)(
  `${verilator.title}: 64 tokens of a small chip are the golden ones, in the scheduled cycles`,
  async () => {
    const given = smallChipOf(32)
    const chip = buildCase(given)
    // Some 30,000 cycles are not worth an optimising compiler.
    const options = { compilerFlags: ['-O0'] }
    const executable = await buildVerilator(emitDesign(chip.design), options)
    expectGolden(given, chip, openVerilator(executable))
  },
  5 * minutes,
)
