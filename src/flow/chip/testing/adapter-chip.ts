import { randomAdapter } from '../../../checkpoint/testing/random-adapter.js'
import { adapterImage } from '../../../compiler/adapter-image.js'
import { describeAdapters } from '../../../compiler/adapter-layout.js'
import { parseChipConfig } from '../../../compiler/chip-config.js'
import { ChipDecoder } from '../../../golden/index.js'
import { elaborate } from '../../../hdl/index.js'
import { quantizeAdapter } from '../../../quantize/index.js'
import { buildChip } from '../build-chip.js'
import { smallConfig, smallModel } from './small-model.js'

/** A small chip with slots for adapters, three adapters, their frames, and the golden model of it. */
export function adapterChip(positions: number, layers = smallConfig.layers) {
  const config = parseChipConfig({
    group: 32,
    lUnits: 2,
    lanes: 8,
    vectorLanes: 4,
    rom: 'table',
    adapter: { rank: 8 },
  })
  const modelConfig = { ...smallConfig, contextLength: positions, layers }
  const model = smallModel(config, modelConfig)
  const built = buildChip(config, model)
  const adapters = [1, 2, 3].map((seed) =>
    quantizeAdapter(randomAdapter(modelConfig, seed), { rank: 8, group: config.group }),
  )
  return {
    config,
    model,
    built,
    design: elaborate(built.definition),
    schedule: built.schedule,
    described: describeAdapters(built.shape, built.placement.adapters!),
    adapters,
    frame: (adapter: number, slot: 0 | 1) => [
      ...adapterImage({ ...built, model }, adapters[adapter]!, slot),
    ],
    golden: () =>
      new ChipDecoder(model, { ...built.shape, digitBits: built.shape.bits, kvFormat: 'int8' }),
  }
}
