import { expect, test } from 'vitest'
import { encodeGguf } from '../../checkpoint/testing/encode-gguf.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { tinyGguf } from '../../checkpoint/testing/tiny-gguf.js'
import type { Progress } from '../progress.js'
import { type EvaluationRequest, evaluate } from './evaluate.js'
import { meanLoss, negativeLogLikelihood } from './loss.js'

const folder = temporaryFolder()
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
  const { tokens, loss } = await evaluate(request('b b<|endoftext|>b'), silent)
  expect(tokens).toBeGreaterThan(2)
  expect(loss.quantized).toBe(loss.reference)
  expect(Object.keys(loss.chip)).toEqual(['int8', 'int16', 'e4m3'])
  expect(Math.abs(loss.chip.int16! - loss.quantized)).toBeLessThan(0.01 * loss.quantized)
  expect(loss.chip.int8).not.toBe(loss.chip.int16)
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
