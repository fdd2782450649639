import { expect, test } from 'vitest'
import { adapterGguf } from '../../checkpoint/testing/adapter-gguf.js'
import { encodeGguf } from '../../checkpoint/testing/encode-gguf.js'
import { inputErrorOf } from '../../checkpoint/testing/expect-input-error.js'
import { randomAdapter } from '../../checkpoint/testing/random-adapter.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { tinyGguf } from '../../checkpoint/testing/tiny-gguf.js'
import { tinyConfig } from '../../checkpoint/testing/tiny-model.js'
import type { Progress } from '../progress.js'
import { type EvaluationRequest, evaluate } from './evaluate.js'
import { meanLoss, negativeLogLikelihood } from './loss.js'

const folder = temporaryFolder()
const text = 'b b<|endoftext|>b'
const silent: Progress = { step: async (_label, work) => work(() => {}) }

function request(text: string): EvaluationRequest {
  return {
    model: folder.write('tiny.gguf', encodeGguf(tinyGguf('Q8_0'))),
    text: folder.write('text.txt', text),
    bits: 8,
    headBits: 8,
    group: 32,
    kvFormats: ['int8', 'int16', 'e4m3'],
    vectorLanes: 4,
    mantissaBits: 16,
  }
}

test('imported weights lose nothing, and the chip with a wide cache is close to binary64', async () => {
  const { tokens, loss } = await evaluate(request(text), silent)
  expect(tokens).toBeGreaterThan(2)
  expect(loss.quantized).toBe(loss.reference)
  expect(Object.keys(loss.chip)).toEqual(['int8', 'int16', 'e4m3'])
  expect(Math.abs(loss.chip.int16! - loss.quantized)).toBeLessThan(0.01 * loss.quantized)
  expect(loss.chip.int8).not.toBe(loss.chip.int16)
})

function adapterFile(rank: number): string {
  return folder.write('adapter.gguf', adapterGguf(randomAdapter(tinyConfig, 2, { rank }), 100))
}

test('an adapter is in all three losses, in the least rank that it fits', async () => {
  const plain = await evaluate(request(text), silent)
  expect(plain.adapter).toBeUndefined()
  const adapter = adapterFile(9)
  const { loss, adapter: used } = await evaluate({ ...request(text), adapter }, silent)
  expect(used).toEqual({ path: adapter, rank: 16 })
  expect(Math.abs(loss.reference - plain.loss.reference)).toBeGreaterThan(0.05)
  expect(loss.quantized).toBe(loss.reference)
  const wrong = Math.abs(loss.chip.int16! - loss.reference)
  expect(wrong).toBeGreaterThan(0)
  expect(wrong).toBeLessThan(0.01 * loss.reference)
  const wider = await evaluate({ ...request(text), adapter, adapterRank: 32 }, silent)
  expect(wider.adapter!.rank).toBe(32)
  expect(wider.loss.chip.int16).toBeCloseTo(loss.chip.int16!, 6)
})

test('adapters that do not fit are refused', async () => {
  const refusal = async (changes: Partial<EvaluationRequest>) =>
    (await inputErrorOf(() => evaluate({ ...request(text), ...changes }, silent))).message
  const adapter = adapterFile(9)
  expect(await refusal({ adapter, adapterRank: 8 })).toMatch(/layers.0.attention.wq: its rank is 9/)
  expect(await refusal({ adapter: adapterFile(129) })).toMatch(/its rank is 129, .* 128$/)
  expect(await refusal({ adapter: folder.path })).toMatch(/adapter_model.safetensors/)
  const alone = evaluate({ ...request(text), adapterRank: 8 }, silent)
  await expect(alone).rejects.toThrow(/^--adapter-rank: there is no adapter/)
})

test('a text without tokens is refused', async () => {
  await expect(evaluate(request('  <|endoftext|> \n'), silent)).rejects.toThrow(/has no text/)
})

test('the loss is the mean of -log softmax over predicted tokens, with a fresh decoder for each text', async () => {
  expect(negativeLogLikelihood([0, 0, 0, 0], 2)).toBeCloseTo(Math.log(4), 12)
  expect(negativeLogLikelihood([1000, 0], 1)).toBeCloseTo(1000, 9)
  let opened = 0
  const open = () => {
    opened++
    return { step: (token: number) => [token, 0] }
  }
  const loss = await meanLoss([[0, 0, 1], [1, 1], [0]], open)
  const [first, second] = [Math.log(2), Math.log(1 + Math.E)]
  expect(loss).toBeCloseTo((2 * first + second) / 3, 12)
  expect(opened).toBe(3)
})
