import { expect, test } from 'vitest'
import { tokenCycles } from '../../compiler/schedule.js'
import { argmax } from '../../golden/index.js'
import { openChip } from '../../host/index.js'
import { openEngine } from '../../sim/index.js'
import { adapterChip } from './testing/adapter-chip.js'

test('tokens with an adapter, with another, with the first again, and without one are the golden ones', async () => {
  const chip = adapterChip(6)
  const golden = chip.golden()
  const engine = await openEngine(chip.design)
  const host = openChip(engine)
  for (const slot of [0, 1] as const) host.loadAdapter(Uint32Array.from(chip.frame(slot, slot)))
  const choices = [0, 1, 0, undefined, 1, 0] as const
  let token = 3
  for (const [i, slot] of choices.entries()) {
    host.selectAdapter(slot)
    golden.useAdapter(slot === undefined ? undefined : chip.adapters[slot])
    const options = { maxTokens: 1, logits: true }
    const [answer] = [
      ...(i === 0 ? host.generate([token], options) : host.continueText([], options)),
    ]
    const logits = golden.step(token)
    token = argmax(logits)
    expect(answer).toMatchObject({ token, cycles: tokenCycles(chip.schedule, i), logits })
    expect(host.adapterStatus().loaded).toEqual([true, true])
  }
  engine.close()
})

test('what a chip says of its adapters is what their frames begin with', () => {
  const chip = adapterChip(6)
  const { header, regions } = chip.described
  const frame = chip.frame(0, 1)
  expect(frame.slice(1, 8)).toEqual([1, ...header])
  const words = regions.reduce((sum, of) => sum + of.units * of.depth * of.words, 0)
  expect(frame).toHaveLength(8 + words + 1)
})
