import { expect, test } from 'vitest'
import { type ChipConfigInput, parseChipConfig } from '../../compiler/chip-config.js'
import { elaborate } from '../../hdl/index.js'
import { openChip } from '../../host/index.js'
import { openEngine } from '../../sim/index.js'
import { buildChip } from './build-chip.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const positions = 48
const prompt = [5, 2, 7]

test.each([
  { lUnits: 1, lanes: 16, kv: { format: 'int8' } },
  { lUnits: 4, lanes: 4, kv: { format: 'int16' } },
  { lUnits: 8, lanes: 32, group: 64, bits: 2, kv: { format: 'e4m3' } },
] satisfies ChipConfigInput[])(
  `the RTL takes the compiler's cycles for every token until the cache is full: %j`,
  async (settings) => {
    const config = parseChipConfig({ rom: 'table', group: 32, ...settings })
    const model = smallModel(config, { ...smallConfig, contextLength: positions })
    const { definition, schedule } = buildChip(config, model)
    const engine = await openEngine(elaborate(definition))
    const simulated = [...openChip(engine).generate(prompt)].map(({ cycles }) => cycles)
    engine.close()
    const scheduled = Array.from(
      { length: positions - prompt.length + 1 },
      (_, i) => schedule.cycles + (prompt.length - 1 + i) * schedule.cyclesPerPosition,
    )
    expect(simulated).toEqual(scheduled)
  },
)
