import { afterAll, beforeEach, expect, test } from 'vitest'
import { Random } from '../common/random.js'
import { tokenCycles } from '../compiler/schedule.js'
import { adapterChip } from '../flow/chip/testing/adapter-chip.js'
import { argmax } from '../golden/index.js'
import { openEngine } from '../sim/index.js'
import { type AdapterSlot, type AnswerOptions, type ChipHost, openChip } from './chip-host.js'

const positions = 16
const { built, design, schedule, adapters, frame, golden: openGolden } = adapterChip(positions, 1)
const frames = ([0, 1] as const).map((slot) => Uint32Array.from(frame(slot, slot)))
const engine = await openEngine(design)
afterAll(() => engine.close())

let host: ChipHost
beforeEach(() => {
  host = openChip(engine, { patience: 20 * schedule.cycles })
})

type Slots = readonly AdapterSlot[]

/** Every token has to follow from the text before it with the slots of its positions, in the scheduled cycles. */
function expectAnswer(prompt: readonly number[], slots: Slots, options: AnswerOptions): number[] {
  const golden = openGolden()
  const step = (token: number) => {
    const slot = slots[golden.position]
    golden.useAdapter(slot === undefined ? undefined : adapters[slot])
    return golden.step(token)
  }
  let logits = prompt.map(step).at(-1)!
  const tokens: number[] = []
  const adapterAt = (position: number) => slots[position]
  for (const given of host.generate(prompt, { ...options, logits: true, adapterAt })) {
    expect(given.chipToken).toBe(argmax(logits))
    expect(given.logits).toEqual(logits)
    expect(given.cycles).toBe(tokenCycles(schedule, given.position))
    tokens.push(given.token)
    if (!given.last) logits = step(given.token)
  }
  return tokens
}

const seed = 20260418

test.each([
  ['the chip', false],
  ['the host', true],
])(
  `every token has the slot of its position when %s chooses the tokens (seed ${seed})`,
  (_, isHost) => {
    for (const frame of frames) host.loadAdapter(frame)
    expect(host.adapterStatus().loaded).toEqual([true, true])
    const random = new Random(seed)
    const slots = Array.from(
      { length: positions },
      () => [undefined, 0, 1][random.integer(0, 2)] as AdapterSlot,
    )
    const options = isHost
      ? { sampler: (logits: Float32Array) => (argmax(logits) + 1) % built.shape.vocabulary }
      : {}
    expectAnswer([3, 5, 7], slots, options)
    expectAnswer([2], slots.slice(3), options)
  },
)

test('a caller that takes its time changes nothing of it', () => {
  for (const frame of frames) host.loadAdapter(frame)
  const slots: Slots = [0, 1, undefined, 1, 0, undefined, 0]
  const wait = () => {
    for (let i = 0; i < schedule.cycles; i++) host.status()
  }
  const texts = [() => {}, wait].map((pause) => {
    const answer = host.generate([3, 5], { maxTokens: 6, adapterAt: (position) => slots[position] })
    return [...answer].map(({ token }) => {
      pause()
      return token
    })
  })
  expect(texts[1]).toEqual(texts[0])
})

test('an adapter is loaded while tokens are made with the other one, and used from a token on', () => {
  host.loadAdapter(frames[0]!)
  host.startLoading(frames[1]!)
  const first = Math.ceil(frames[1]!.length / schedule.promptCycles) + 2
  expect(first).toBeLessThan(positions - 1)
  const slots = Array.from({ length: positions }, (_, i) => (i < first ? 0 : 1) as AdapterSlot)
  expectAnswer([3], slots, {})
  expect(host.adapterStatus()).toMatchObject({ loaded: [true, true], frames: 2, loading: false })
})

test('a slot that holds no adapter when a token is to use it is an error', () => {
  host.loadAdapter(frames[0]!)
  host.startLoading(frames[1]!)
  const answer = host.generate([3], { adapterAt: (position) => (position === 0 ? 0 : 1) })
  answer.next()
  expect(() => answer.next()).toThrow('slot 1 holds no adapter when a token is to use it')
})

test('a frame that is refused is an error, at once or of the token under way', () => {
  const wrong = frames[1]!.with(-1, 0)
  expect(() => host.loadAdapter(wrong)).toThrow('the chip refuses the adapter: wrong CRC')
  host.startLoading(wrong)
  expect(() => [...host.generate([3])]).toThrow('the chip refuses the adapter: wrong CRC')
  expect([...host.generate([3], { maxTokens: 2 })]).toHaveLength(2)
})
