import { afterAll, beforeEach, expect, test } from 'vitest'
import { Random } from '../common/random.js'
import { parseChipConfig } from '../compiler/chip-config.js'
import { tokenCycles } from '../compiler/schedule.js'
import { buildChip } from '../flow/chip/build-chip.js'
import { smallConfig, smallModel } from '../flow/chip/testing/small-model.js'
import { argmax, ChipDecoder } from '../golden/index.js'
import { elaborate } from '../hdl/index.js'
import { openEngine } from '../sim/index.js'
import { type AnswerOptions, ChipHost } from './chip-host.js'
import { ChipPins } from './chip-pins.js'

const positions = 12
const config = parseChipConfig({ rom: 'table', group: 32, lUnits: 2, lanes: 8 })
const model = smallModel(config, { ...smallConfig, contextLength: positions })
const { definition, schedule, shape } = buildChip(config, model)
const { vocabulary } = shape
const engine = await openEngine(elaborate(definition))
afterAll(() => engine.close())

const pins = new ChipPins(engine, 20 * schedule.cycles)
const host = new ChipHost(pins)
beforeEach(() => host.reset())

/** The golden decoder's choice and logits for a text, after its last token. */
function golden(text: readonly number[]) {
  const decoder = new ChipDecoder(model, {
    ...shape,
    digitBits: shape.bits,
    kvFormat: config.kv.format,
  })
  const logits = text.map((token) => decoder.step(token)).at(-1)!
  return { chipToken: argmax(logits), logits }
}

/** Takes an answer, every token of which has to follow from the text before it, in the scheduled cycles. */
function expectAnswer(
  text: readonly number[],
  answer: ReturnType<ChipHost['generate']>,
): readonly number[] {
  const whole = [...text]
  for (const { token, last, position, cycles, ...given } of answer) {
    expect(position).toBe(whole.length - 1)
    expect(cycles).toBe(tokenCycles(schedule, position))
    expect(given).toEqual(golden(whole))
    whole.push(token)
  }
  return whole
}

const logits = { logits: true }
const tokens = (options: AnswerOptions, prompt: readonly number[] = [5, 2]) =>
  [...host.generate(prompt, options)].map(({ token }) => token)

test('a chip says its sizes and its status', () => {
  expect(host).toMatchObject({ context: positions, vocabulary, cachedTokens: 0 })
  expect(host.status()).toEqual({ busy: false, promptOverflow: false, position: 0 })
  const answer = host.generate([5, 2, 7])
  answer.next()
  expect(host.status()).toEqual({ busy: true, promptOverflow: false, position: 3 })
  expect(host.cachedTokens).toBe(3)
})

test('an answer ends with the limit, with the stop token, and with the cache', () => {
  const whole = [...host.generate([5, 2])]
  expect(whole).toHaveLength(positions - 1)
  expect(whole.map(({ last }) => last)).toEqual([...whole.slice(1).map(() => false), true])
  const all = whole.map(({ token }) => token)
  expect(tokens({ maxTokens: 3 })).toEqual(all.slice(0, 3))
  const stopToken = all[3]!
  expect(tokens({ stopToken })).toEqual(all.slice(0, all.indexOf(stopToken) + 1))
  const sampler = argmax
  expect(tokens({ sampler })).toEqual(all)
  expect(tokens({ sampler, maxTokens: 3 })).toEqual(all.slice(0, 3))
  expect(tokens({ sampler, stopToken })).toEqual(all.slice(0, all.indexOf(stopToken) + 1))
})

test('turns of a conversation have the logits of the whole text; a new text starts anew', () => {
  const first = expectAnswer([5, 2, 7], host.generate([5, 2, 7], { ...logits, maxTokens: 3 }))
  const second = expectAnswer(
    [...first, 11, 4],
    host.continueText([11, 4], { ...logits, maxTokens: 2 }),
  )
  const third = expectAnswer(second, host.continueText([], logits))
  expect(third).toHaveLength(positions + 1)
  expectAnswer([8], host.generate([8], { ...logits, maxTokens: 2 }))
})

test('a text that goes on after a reset is a new one', () => {
  tokens({ maxTokens: 2 })
  host.reset()
  expectAnswer([8, 3], host.continueText([8, 3], { ...logits, maxTokens: 2 }))
})

const seed = 20260412

test(`every token may be chosen by the host (seed ${seed})`, () => {
  const random = new Random(seed)
  const chosen: number[] = []
  const sampler = () => {
    chosen.push(random.integer(0, vocabulary - 1))
    return chosen.at(-1)!
  }
  const first = expectAnswer([5, 2], host.generate([5, 2], { sampler, maxTokens: 4 }))
  expect(first).toEqual([5, 2, ...chosen])
  const second = expectAnswer([...first, 9], host.continueText([9], { sampler, maxTokens: 2 }))
  expect(second).toEqual([...first, 9, ...chosen.slice(4)])
  expectAnswer(second, host.continueText([], { ...logits, maxTokens: 2 }))
})

test('of an answer that is left, what was taken is in the text', () => {
  for (const sampler of [undefined, argmax]) {
    const text = [5, 2]
    for (const { token } of host.generate(text, sampler === undefined ? {} : { sampler })) {
      text.push(token)
      if (text.length === 5) break
    }
    for (let i = 0; i < 200; i++) host.status()
    expectAnswer([...text, 3], host.continueText([3], { ...logits, maxTokens: 2 }))
  }
})

test('an answer cannot go on behind a later request', () => {
  const left = host.generate([5, 2])
  left.next()
  expect(tokens({ maxTokens: 1 }, [4])).toHaveLength(1)
  expect(() => left.next()).toThrow('ended by a later request')
})

test.each<[readonly number[], AnswerOptions, string]>([
  [[], {}, 'prompt: has no tokens'],
  [new Array(positions + 1).fill(1), {}, 'prompt: 13 tokens do not fit 12 positions'],
  [[1, vocabulary], {}, `prompt: the chip's tokens are 0 to ${vocabulary - 1}, not ${vocabulary}`],
  [[1, 0.5], {}, 'not 0.5'],
  [[1], { maxTokens: 0 }, 'maxTokens: is a whole number from 1 on, not 0'],
  [[1], { stopToken: -1 }, `stopToken: the chip's tokens are 0 to ${vocabulary - 1}, not -1`],
])('a request is refused before anything is sent: %j %j', (prompt, options, message) => {
  const before = pins.cycles
  expect(() => host.generate(prompt, options).next()).toThrow(message)
  expect(pins.cycles).toBe(before)
})

test('a prompt that does not fit behind the text is refused, and the text can still go on', () => {
  const text = [5, 2]
  for (const { token } of host.generate(text, { maxTokens: 3 })) text.push(token)
  const long = new Array(positions - 4).fill(1)
  expect(() => host.continueText(long).next()).toThrow(
    'prompt: 9 tokens behind 4 in the cache do not fit 12 positions',
  )
  expectAnswer([...text, ...long.slice(1)], host.continueText(long.slice(1), logits))
})

test('a prompt that the chip swallows is an error', () => {
  tokens({ sampler: argmax, maxTokens: 2 })
  for (let i = 7; i >= 0; i--) pins.sendPromptToken(1, i === 0)
  pins.waitForToken()
  pins.takeToken()
  expect(() => host.continueText([1]).next()).toThrow("did not fit the chip's cache")
})

test('a sampler that gives no token is an error, as is a chip that does not answer', () => {
  expect(() => tokens({ sampler: () => vocabulary })).toThrow(`sampler's ${vocabulary} is no token`)
  const impatient = new ChipHost(new ChipPins(engine, 10))
  expect(() => impatient.generate([1]).next()).toThrow('m_axis_token_tvalid is still 0 after 10')
})
