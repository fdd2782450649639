import { expect, test } from 'vitest'
import { randomAdapter } from '../../checkpoint/testing/random-adapter.js'
import { adapterImage } from '../../compiler/adapter-image.js'
import { type ChipConfigInput, parseChipConfig } from '../../compiler/chip-config.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { elaborate } from '../../hdl/index.js'
import { openChip } from '../../host/index.js'
import { quantizeAdapter } from '../../quantize/index.js'
import { openEngine } from '../../sim/index.js'
import { buildChip } from './build-chip.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const settings: ChipConfigInput = {
  group: 32,
  lUnits: 2,
  lanes: 8,
  vectorLanes: 4,
  rom: 'table',
  adapter: { rank: 8 },
}

test('tokens with an adapter, with another from the middle on, and without one are the golden ones', async () => {
  const config = parseChipConfig(settings)
  const model = smallModel(config)
  const built = buildChip(config, model)
  const adapters = [1, 2].map((seed) =>
    quantizeAdapter(randomAdapter(smallConfig, seed), { rank: 8, group: config.group }),
  )
  const golden = new ChipDecoder(model, {
    ...built.shape,
    digitBits: built.shape.bits,
    kvFormat: 'int8',
  })
  const engine = await openEngine(elaborate(built.definition))
  const host = openChip(engine)
  for (const [slot, adapter] of adapters.entries()) {
    host.loadAdapter(adapterImage({ ...built, model }, adapter, slot))
  }
  const choices = [0, 0, 1, undefined, 0] as const
  let token = 3
  for (const [i, slot] of choices.entries()) {
    host.selectAdapter(slot)
    golden.useAdapter(slot === undefined ? undefined : adapters[slot])
    const options = { maxTokens: 1, logits: true }
    const [answer] = [
      ...(i === 0 ? host.generate([token], options) : host.continueText([], options)),
    ]
    const logits = golden.step(token)
    token = argmax(logits)
    expect(answer).toMatchObject({ token, cycles: tokenCycles(built.schedule, i), logits })
    expect(host.adapterStatus().loaded).toEqual([true, true])
  }
  engine.close()
})
