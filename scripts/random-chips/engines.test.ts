import { expect, test } from 'vitest'
import { nativeSuite } from '../../src/common/tools.js'
import { emitDesign } from '../../src/emit/index.js'
import type { Engine } from '../../src/sim/index.js'
import { openIverilog } from '../../src/sim/iverilog/index.js'
import { buildVerilator, openVerilator } from '../../src/sim/verilator/index.js'
import { buildCase, checkChip } from './check-chip.js'
import type { ChipCase } from './chip-case.js'
import { smallAdapters, smallChip } from './small-chip.js'

const minutes = 60_000
const icarus = nativeSuite('Icarus', ['iverilog', 'vvp'])
const verilator = nativeSuite('Verilator', ['verilator', 'g++'])

function smallChipOf(positions: number): ChipCase {
  const model = { ...smallChip.model, contextLength: positions }
  return { ...smallChip, model, prompts: [1, 1] }
}

function adapterChipOf(positions: number): ChipCase {
  const chip = smallChipOf(positions)
  const adapter = { rank: 8, units: 8 } as const
  return { ...chip, settings: { ...chip.settings, adapter }, adapters: smallAdapters }
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

test.skipIf(icarus.skip).each([
  ['8 tokens of a small chip', smallChipOf(4)],
  ['2 tokens of one with adapters', adapterChipOf(1)],
])(
  `${icarus.title}: %s are the golden ones, in the scheduled cycles`,
  (_, given) => {
    const chip = buildCase(given)
    expectGolden(given, chip, openIverilog(emitDesign(chip.design)))
  },
  5 * minutes,
)

test.skipIf(verilator.skip).each([
  ['64 tokens of a small chip', smallChipOf(32)],
  ['16 tokens of one with adapters', adapterChipOf(8)],
])(
  `${verilator.title}: %s are the golden ones, in the scheduled cycles`,
  async (_, given) => {
    const chip = buildCase(given)
    // Some 30,000 cycles are not worth an optimising compiler.
    const options = { compilerFlags: ['-O0'] }
    const executable = await buildVerilator(emitDesign(chip.design), options)
    expectGolden(given, chip, openVerilator(executable))
  },
  5 * minutes,
)
