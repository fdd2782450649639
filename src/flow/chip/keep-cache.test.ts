import { expect, test } from 'vitest'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { controlBits } from '../../compiler/register-map.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { elaborate } from '../../hdl/index.js'
import { openEngine } from '../../sim/index.js'
import { buildChip } from './build-chip.js'
import { ChipPins } from './chip-pins.js'
import { answers, sendRequest } from './run-chip.js'
import { smallConfig, smallModel } from './testing/small-model.js'

test('prompts that continue the text in the cache give the logits of the whole text, as scheduled', async () => {
  const config = parseChipConfig({ rom: 'table', group: 32, lUnits: 2, lanes: 8 })
  const model = smallModel(config, { ...smallConfig, contextLength: 16 })
  const { definition, schedule, shape } = buildChip(config, model)
  const engine = await openEngine(elaborate(definition))
  const pins = new ChipPins(engine)
  pins.reset()
  const golden = () =>
    new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: config.kv.format })
  const expectAnswer = (decoder: ChipDecoder, prompt: readonly number[], count: number) => {
    sendRequest(pins, prompt, count)
    for (const token of prompt.slice(0, -1)) decoder.step(token)
    let token = prompt.at(-1)!
    const length = decoder.position + 1
    for (const answer of answers(pins, schedule, length, { logits: true })) {
      const logits = decoder.step(token)
      token = argmax(logits)
      const { scheduledCycles } = answer
      expect(answer).toEqual({
        token,
        last: --count === 0,
        cycles: scheduledCycles,
        scheduledCycles,
        logits,
      })
    }
  }
  const text = golden()
  expectAnswer(text, [5, 2, 7], 3)
  pins.writeRegister('CONTROL', 1 << controlBits.keepCache)
  expectAnswer(text, [11], 1)
  expectAnswer(text, [3], 1)
  expectAnswer(text, [8, 1, 20], 2)
  pins.writeRegister('CONTROL', 0)
  expectAnswer(golden(), [3], 2)
  engine.close()
})
