import { expect, test } from 'vitest'
import { frameFaults } from '../../../generators/adapter/testing/frame-faults.js'
import { Random } from '../../common/random.js'
import { nativeSuite } from '../../common/tools.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { emitDesign } from '../../emit/index.js'
import { argmax, type ChipDecoder } from '../../golden/index.js'
import {
  type AnsweredToken,
  type AnswerOptions,
  type ChipHost,
  openChip,
} from '../../host/index.js'
import { openEmbedded } from '../../sim/embedded/index.js'
import type { Engine } from '../../sim/index.js'
import { buildVerilator, openVerilator } from '../../sim/verilator/index.js'
import { adapterChip } from './testing/adapter-chip.js'
import { AdapterFeed } from './testing/adapter-feed.js'

const positions = 90
const chip = adapterChip(positions)
const seed = 7

function open(engine: Engine = openEmbedded(chip.design.flat)) {
  const feed = new AdapterFeed(engine)
  const host = openChip(feed, { patience: 20 * chip.schedule.cycles })
  return { feed, host, text: new GoldenText(host) }
}

/** A text that the chip writes, compared with the golden model token by token. */
class GoldenText {
  readonly #golden: ChipDecoder = chip.golden()
  #answer: Generator<AnsweredToken, void, undefined> | undefined
  #token = 3

  constructor(private readonly host: ChipHost) {}

  /** The next token, with one of the adapters or none; the chip goes on with the one after it. */
  expectToken(adapter: number | undefined): void {
    this.#answer ??= this.#start({ logits: true })
    this.#compare(adapter, this.#answer.next().value!)
  }

  /** The next token, with the chip idle before and after. */
  expectSingleToken(adapter: number | undefined): void {
    this.#compare(adapter, this.#start({ logits: true, maxTokens: 1 }).next().value!)
  }

  /** Tokens, one at least, until all that is fed has gone. */
  expectTokensMeanwhile(adapter: number | undefined, feed: AdapterFeed): void {
    do this.expectToken(adapter)
    while (feed.waiting > 0)
  }

  #start(options: AnswerOptions): Generator<AnsweredToken, void, undefined> {
    const isFirst = this.#golden.position === 0
    return isFirst
      ? this.host.generate([this.#token], options)
      : this.host.continueText([], options)
  }

  #compare(adapter: number | undefined, answer: AnsweredToken): void {
    const { position } = this.#golden
    this.#golden.useAdapter(adapter === undefined ? undefined : chip.adapters[adapter])
    const logits = this.#golden.step(this.#token)
    expect(answer).toMatchObject({ logits, cycles: tokenCycles(chip.schedule, position) })
    this.#token = answer.token
  }
}

/**
 * Lets the words go that wait, while no token comes, and then as many cycles as a token needs from its start until its slot
 * is in the status.
 */
function drain(feed: AdapterFeed, host: ChipHost): void {
  while (feed.waiting > 0) host.status()
  host.status()
}

test(`frames with every fault change nothing for the tokens under way, nor for the next good frame (seed ${seed})`, () => {
  const { feed, host, text } = open()
  const random = new Random(seed)
  const gaps = () => (random.chance(0.05) ? random.integer(1, 3) : 0)
  host.loadAdapter(Uint32Array.from(chip.frame(0, 0)))
  host.selectAdapter(0)
  let frames = 1
  for (const [i, [status, spoil]] of frameFaults.entries()) {
    feed.feed(spoil(chip.frame(1, 1)), gaps)
    text.expectTokensMeanwhile(0, feed)
    expect(host.adapterStatus()).toEqual({
      loaded: [true, false],
      loading: false,
      inUse: 0,
      lastFrame: status,
      frames: ++frames,
    })
    if (i % 4 !== 0) continue
    feed.feed(chip.frame(1, 1), gaps)
    text.expectTokensMeanwhile(0, feed)
    expect(host.adapterStatus()).toMatchObject({ loaded: [true, true], lastFrame: 'loaded' })
    feed.feed(chip.frame(1, 1).slice(0, 10))
    text.expectToken(0)
    expect(host.adapterStatus()).toMatchObject({ loaded: [true, false], lastFrame: 'truncated' })
    frames += 2
  }
  host.selectAdapter(1)
  feed.feed(chip.frame(2, 1), () => 1)
  text.expectToken(0)
  text.expectTokensMeanwhile(undefined, feed)
  drain(feed, host)
  const { inUse, ...status } = host.adapterStatus()
  expect(status).toMatchObject({ loaded: [true, true], lastFrame: 'loaded' })
  text.expectToken(inUse === undefined ? undefined : 2)
  text.expectToken(2)
  feed.close()
})

test('a frame with pauses before every word is loaded while tokens run', () => {
  const { feed, host, text } = open()
  host.loadAdapter(Uint32Array.from(chip.frame(0, 0)))
  host.selectAdapter(0)
  for (const gap of [1, 2]) {
    feed.feed(chip.frame(gap, 1), () => gap)
    text.expectTokensMeanwhile(0, feed)
    expect(host.adapterStatus()).toMatchObject({ loaded: [true, true], lastFrame: 'loaded' })
  }
  host.selectAdapter(1)
  text.expectToken(0)
  text.expectToken(2)
  feed.close()
})

test('frames are loaded and refused while tokens wait to be taken, and the tokens stay the same', () => {
  const { feed, host } = open()
  host.loadAdapter(Uint32Array.from(chip.frame(0, 0)))
  host.selectAdapter(0)
  const golden = chip.golden()
  golden.useAdapter(chip.adapters[0])
  let token = 3
  const answer = host.generate([token])
  const statuses = ['loaded', 'truncated', 'over-long', 'wrong CRC', 'wrong shape'] as const
  for (const status of statuses) {
    const given = answer.next().value!
    token = argmax(golden.step(token))
    expect(given.token).toBe(token)
    const [, spoil] = frameFaults.findLast(([own]) => own === status) ?? []
    const frame = chip.frame(1, 1)
    feed.feed(spoil?.(frame) ?? frame, (word) => word % 3)
    drain(feed, host)
    expect(host.adapterStatus()).toMatchObject({ inUse: 0, lastFrame: status })
  }
  feed.close()
})

test('a slot that runs, or is selected and loaded, is not loaded; deselected and idle it is', () => {
  const { feed, host, text } = open()
  host.loadAdapter(Uint32Array.from(chip.frame(0, 0)))
  host.selectAdapter(0)
  const expectRefusal = () => {
    feed.feed(chip.frame(1, 0).slice(0, 12))
    drain(feed, host)
    const refused = { loaded: [true, false], loading: false, lastFrame: 'slot in use' }
    expect(host.adapterStatus()).toMatchObject(refused)
  }
  const frame = Uint32Array.from(chip.frame(1, 0))
  expect(() => host.loadAdapter(frame)).toThrow('the chip refuses the adapter: slot in use')
  text.expectSingleToken(0)
  expect(host.adapterStatus().inUse).toBeUndefined()
  expectRefusal()
  host.selectAdapter(undefined)
  host.loadAdapter(frame)
  text.expectSingleToken(undefined)
  host.selectAdapter(0)
  text.expectSingleToken(1)
  text.expectToken(1)
  host.selectAdapter(undefined)
  expectRefusal()
  text.expectToken(1)
  drain(feed, host)
  expect(host.adapterStatus().inUse).toBeUndefined()
  feed.feed(chip.frame(2, 0))
  text.expectTokensMeanwhile(undefined, feed)
  host.selectAdapter(0)
  text.expectToken(undefined)
  text.expectToken(2)
  feed.close()
})

test('a slot that is selected while it is loaded is used from the first token behind its frame on', () => {
  const { feed, host, text } = open()
  const frame = chip.frame(0, 1)
  host.selectAdapter(1)
  text.expectSingleToken(undefined)
  feed.feed(frame.slice(0, 100), () => 1, false)
  drain(feed, host)
  expect(host.adapterStatus()).toMatchObject({ loaded: [false, false], loading: true })
  text.expectSingleToken(undefined)
  host.selectAdapter(0)
  text.expectSingleToken(undefined)
  host.selectAdapter(1)
  feed.feed(frame.slice(100, -1), () => 0, false)
  drain(feed, host)
  expect(host.adapterStatus()).toMatchObject({ loaded: [false, false], lastFrame: 'loading' })
  text.expectSingleToken(undefined)
  feed.feed(frame.slice(-1))
  drain(feed, host)
  expect(host.adapterStatus()).toMatchObject({ loaded: [false, true], loading: false })
  text.expectSingleToken(0)
  feed.close()
})

test('a reset in the middle of a frame empties both slots, and the rest of the frame is no frame', () => {
  const { feed, host } = open()
  const frame = chip.frame(0, 0)
  for (const cut of [1, 2, 8, 9, 200, frame.length - 1]) {
    host.loadAdapter(Uint32Array.from(chip.frame(1, 1)))
    host.selectAdapter(1)
    feed.feed(frame.slice(0, cut), () => 0, false)
    drain(feed, host)
    expect(host.adapterStatus()).toMatchObject({ loading: true, lastFrame: 'loading' })
    host.reset()
    const none = { loaded: [false, false], loading: false, inUse: undefined }
    expect(host.adapterStatus()).toEqual({ ...none, lastFrame: 'none', frames: 0 })
    feed.feed(frame.slice(cut))
    drain(feed, host)
    expect(host.adapterStatus()).toEqual({ ...none, lastFrame: 'bad magic', frames: 1 })
    host.selectAdapter(0)
    const text = new GoldenText(host)
    text.expectSingleToken(undefined)
    host.loadAdapter(Uint32Array.from(frame))
    text.expectSingleToken(0)
    host.selectAdapter(undefined)
  }
  feed.close()
})

const verilator = nativeSuite('Verilator', ['verilator', 'g++'])
test.skipIf(verilator.skip)(
  `${verilator.title}: the other slot is loaded, past frames with faults, while tokens run`,
  async () => {
    // Some 10,000 cycles are not worth an optimising compiler.
    const options = { compilerFlags: ['-O0'] }
    const executable = await buildVerilator(emitDesign(chip.design), options)
    const { feed, host, text } = open(openVerilator(executable))
    host.loadAdapter(Uint32Array.from(chip.frame(0, 0)))
    host.selectAdapter(0)
    const good = chip.frame(1, 1)
    const faults = ['truncated', 'over-long', 'wrong CRC', 'wrong shape'] as const
    for (const status of faults) {
      const [, spoil] = frameFaults.findLast(([own]) => own === status)!
      feed.feed(spoil(good), (word) => Number(word % 50 === 0))
      text.expectTokensMeanwhile(0, feed)
      expect(host.adapterStatus()).toMatchObject({ loaded: [true, false], lastFrame: status })
    }
    feed.feed(good)
    text.expectTokensMeanwhile(0, feed)
    host.selectAdapter(1)
    text.expectToken(0)
    text.expectToken(1)
    feed.close()
  },
  300_000,
)
