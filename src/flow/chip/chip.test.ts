import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../checkpoint/index.js'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { elaborate } from '../../hdl/index.js'
import { quantizeModel } from '../../quantize/index.js'
import { openEngine } from '../../sim/index.js'
import { buildChip } from './build-chip.js'
import { runChip } from './run-chip.js'

const shared = process.env.ROMULUS_SHARED
const skip = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

test.skipIf(shared === undefined)(
  `the chip of stories260K gives the golden model's tokens in the scheduled cycles${skip}`,
  async () => {
    const config = parseChipConfig({ rom: 'table' })
    const checkpoint = await openCheckpoint(join(shared!, 'models/stories260K/stories260K.bin'))
    const model = await quantizeModel(checkpoint, config)
    await checkpoint.close()
    const { definition, schedule, shape } = buildChip(config, model)
    const engine = await openEngine(elaborate(definition))
    const golden = new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: 'int8' })
    let token = 1
    for (const given of runChip(engine, schedule, [1], 20)) {
      token = argmax(golden.step(token))
      expect(given).toEqual({
        token,
        last: given.last,
        cycles: given.scheduledCycles,
        scheduledCycles: given.scheduledCycles,
      })
    }
    engine.close()
  },
)
