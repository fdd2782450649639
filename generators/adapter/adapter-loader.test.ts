import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nativeSuite } from '../../src/common/tools.js'
import { type AdapterStatus, adapterFrame, adapterMagic } from '../../src/compiler/adapter-frame.js'
import { emitDesign } from '../../src/emit/index.js'
import { inDirectory, run } from '../../src/emit/testing/tools.js'
import { elaborate } from '../../src/hdl/index.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import { type EngineName, simulate } from '../../src/sim/index.js'
import { Simulation } from '../../src/sim/testbench/simulation.js'
import { type AdapterLoaderParameters, adapterLoader } from './adapter-loader.js'
import { expectedFrame } from './testing/expected-frame.js'
import { frameFaults, sealed } from './testing/frame-faults.js'
import { LoaderBench } from './testing/loader-bench.js'

const header = [0x00100002, 48, 128, 24, 0xfeedbeef]
const small: AdapterLoaderParameters = {
  header: [...header, 25],
  regions: [
    { name: 'a codes', units: 2, depth: 3, words: 2 },
    { name: 'a scales', units: 2, depth: 2, words: 1 },
    { name: 'b codes', units: 1, depth: 2, words: 3 },
    { name: 'b scales', units: 3, depth: 1, words: 1 },
  ],
}
const alike: AdapterLoaderParameters = {
  header: [...header, 16],
  regions: [
    { name: 'a', units: 2, depth: 2, words: 2 },
    { name: 'b', units: 2, depth: 2, words: 2 },
  ],
}
const single: AdapterLoaderParameters = {
  header: [...header, 1],
  regions: [{ name: 'all', units: 1, depth: 1, words: 1 }],
}

function open(parameters: AdapterLoaderParameters) {
  const loader = adapterLoader(parameters)
  const engine = openEmbedded(elaborate(loader).flat)
  const simulation = new Simulation(engine, loader.ports, { seed: 1 })
  simulation.reset()
  return { engine, bench: new LoaderBench(simulation) }
}

function goodFrame({ header }: AdapterLoaderParameters, slot: number, seed = 1): number[] {
  const random = new Random(seed)
  const payload = Uint32Array.from({ length: header.at(-1)! }, () => Number(random.bits(32)))
  return [...adapterFrame({ slot, header, payload })]
}

test('every fault has its code, and leaves the loader ready for a good frame and the other slot as it was', () => {
  const { engine, bench } = open(small)
  for (const word of goodFrame(small, 1).slice(0, 9)) bench.send(word, false)
  bench.simulation.reset()
  let frames = 0
  bench.sendFrame(goodFrame(small, 1).slice(9))
  expect([bench.status, bench.simulation.peek('frames_o')]).toEqual(['bad magic', ++frames])
  bench.sendFrame(goodFrame(small, 1))
  frames++
  const expectFrame = (words: readonly number[], status: AdapterStatus) => {
    bench.sendFrame(words, 1)
    expect(bench.status).toBe(status)
    expect(bench.simulation.peek('frames_o')).toBe(++frames)
    expect(bench.simulation.peek('busy_o')).toBe(false)
    expect(bench.loaded[1]).toBe(true)
  }
  for (const [status, spoil] of frameFaults) {
    bench.simulation.poke('slot_is_used_i', [false, frames % 3 === 0])
    expectFrame(spoil(goodFrame(small, 0)), status)
    expectFrame(goodFrame(small, 0), 'loaded')
    expect(bench.loaded[0]).toBe(true)
  }
  bench.simulation.poke('slot_is_used_i', [true, false])
  expectFrame(goodFrame(small, 0), 'slot in use')
  expect(bench.loaded[0]).toBe(true)
  expect(engine.coverage().filter(({ count }) => count === 0n)).toEqual([])
})

test('a pause before any word changes nothing of what a frame does', () => {
  const { bench } = open(small)
  const outcome = (words: readonly number[], pauseAt: number) => {
    bench.simulation.reset()
    bench.sendFrame(goodFrame(small, 1, 2))
    bench.writes.length = 0
    for (const [i, word] of words.entries()) {
      bench.pause(i === pauseAt ? 3 : 0)
      bench.send(word, i === words.length - 1)
    }
    bench.pause(1)
    const { status, loaded } = bench
    const [frames, busy] = [bench.simulation.peek('frames_o'), bench.simulation.peek('busy_o')]
    return { status, loaded, frames, busy, writes: [...bench.writes] }
  }
  const spoilt = frameFaults.map(([, spoil]) => spoil(goodFrame(small, 0)))
  for (const words of [goodFrame(small, 0), ...spoilt]) {
    const whole = outcome(words, -1)
    expect(whole).toMatchObject({ frames: 2, busy: false })
    for (let at = 0; at < words.length; at++) expect(outcome(words, at)).toEqual(whole)
  }
})

test('a reset behind any word leaves both slots empty and takes the next frame', () => {
  const { bench } = open(small)
  const frame = goodFrame(small, 0)
  for (let sent = 1; sent < frame.length; sent++) {
    bench.sendFrame(goodFrame(small, 1))
    for (const word of frame.slice(0, sent)) bench.send(word, false)
    bench.simulation.reset()
    const busy = () => bench.simulation.peek('busy_o')
    expect([bench.status, bench.loaded, busy()]).toEqual(['none', [false, false], false])
    bench.sendFrame(frame.slice(sent))
    expect([bench.status, bench.loaded, busy()]).toEqual(['bad magic', [false, false], false])
    bench.sendFrame(frame)
    expect([bench.status, bench.loaded, busy()]).toEqual(['loaded', [true, false], false])
  }
})

test('the count of frames wraps', () => {
  const { bench } = open(single)
  for (let frame = 0; frame < 257; frame++) bench.sendFrame([frame])
  expect(bench.simulation.peek('frames_o')).toBe(1)
})

const anyWord = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 0, max: 40 }),
  fc.constant(adapterMagic),
)
/** Changes of a frame, before its CRC is computed or after. */
const anyEdit = fc.record({
  kind: fc.constantFrom('replace', 'flip', 'insert', 'remove', 'cut'),
  at: fc.nat({ max: 40 }),
  value: anyWord,
})
/** Slots that the chip wants to use, if they are loaded, from a word on. */
const anyWish = fc.record({
  at: fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(0, 7, 8)),
  slots: fc.tuple(fc.boolean(), fc.boolean()),
})
const anyFrame = fc.record({
  slot: fc.nat({ max: 1 }),
  seed: fc.nat(),
  edits: fc.oneof(fc.constant([]), fc.array(anyEdit, { minLength: 1, maxLength: 2 })),
  seals: fc.boolean(),
  pauses: fc.array(fc.nat({ max: 2 }), { maxLength: 7 }),
  wishes: fc.array(anyWish, { maxLength: 3 }),
  resetAfter: fc.oneof(
    { weight: 5, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    { weight: 1, arbitrary: fc.nat({ max: 40 }) },
  ),
})
type FrameRecipe = typeof anyFrame extends fc.Arbitrary<infer R> ? R : never

function edited(words: number[], edits: FrameRecipe['edits']): number[] {
  for (const { kind, at, value } of edits) {
    const place = at % words.length
    if (kind === 'replace') words[place] = value
    else if (kind === 'flip') words[place] = (words[place]! ^ (1 << (value % 32))) >>> 0
    else if (kind === 'insert') words.splice(place, 0, value)
    else if (words.length > 1) words.splice(Math.max(place, 1), kind === 'cut' ? words.length : 1)
  }
  return words
}

function frameOf(parameters: AdapterLoaderParameters, recipe: FrameRecipe): number[] {
  const { slot, seed, edits, seals } = recipe
  const frame = goodFrame(parameters, slot, seed)
  return seals ? sealed(edited(frame.slice(0, -1), edits)) : edited(frame, edits)
}

/** The state between frames, as the host knows it. */
interface LoaderState {
  readonly loaded: readonly boolean[]
  readonly frames: number
}

const afterReset: LoaderState = { loaded: [false, false], frames: 0 }

/** Runs some words of a frame, which end with `tlast` or with a reset behind them, and compares. */
function checkWords(
  bench: LoaderBench,
  parameters: AdapterLoaderParameters,
  words: readonly number[],
  sent: number,
  { wishes, pauses }: FrameRecipe,
  state: LoaderState,
): LoaderState {
  const { simulation } = bench
  const seen: unknown[] = []
  let wanted: readonly boolean[] = [false, false]
  let isUsed = false
  const use = () => {
    const used = bench.loaded.map((isLoaded, slot) => isLoaded && wanted[slot]!)
    simulation.poke('slot_is_used_i', used)
    return used
  }
  bench.writes.length = 0
  for (let i = 0; i < sent; i++) {
    wanted = wishes.find(({ at }) => at === i)?.slots ?? wanted
    const used = use()
    if (i === 8) isUsed = used[words[1]!] ?? false
    bench.pause(pauses[i % pauses.length] ?? 0)
    bench.send(words[i]!, i === words.length - 1)
    use()
    seen.push({
      status: bench.status,
      loaded: bench.loaded,
      frames: simulation.peek('frames_o'),
      busy: simulation.peek('busy_o'),
    })
  }

  const { status, decidedAt, writes } = expectedFrame(parameters, words, isUsed)
  const written = writes.slice(0, Math.max(0, sent - 8))
  expect(bench.writes).toEqual(written)
  let { loaded, frames } = state
  const expected: unknown[] = []
  for (let i = 0; i < sent; i++) {
    const isLast = i === words.length - 1
    const slots = (value: boolean) => loaded.map((old, slot) => (slot === words[1] ? value : old))
    if (i >= 8 && i < 8 + writes.length) loaded = slots(false)
    if (isLast && status === 'loaded') loaded = slots(true)
    if (isLast) frames = (frames + 1) % 256
    expected.push({ status: i < decidedAt ? 'loading' : status, loaded, frames, busy: !isLast })
  }
  expect(seen).toEqual(expected)
  return { loaded, frames }
}

describe.each([
  ['regions of four shapes', small],
  ['regions of one shape', alike],
  ['one word', single],
] as const)('%s', (_, parameters) => {
  test('frames with any faults, pauses, uses of the slots and resets', () => {
    const { bench } = open(parameters)
    const property = fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 6 }), (recipes) => {
      bench.simulation.reset()
      let state = afterReset
      for (const recipe of recipes) {
        const words = frameOf(parameters, recipe)
        const sent = Math.min(words.length, recipe.resetAfter)
        state = checkWords(bench, parameters, words, sent, recipe, state)
        if (sent === words.length) continue
        bench.simulation.reset()
        expect([bench.status, bench.loaded]).toEqual(['none', [false, false]])
        const rest = words.slice(sent)
        state = checkWords(bench, parameters, rest, rest.length, recipe, afterReset)
      }
    })
    fc.assert(property, { numRuns: 300 })
  })
})

const engines: [EngineName, { readonly title: string; readonly skip: boolean }][] = [
  ['embedded', { title: 'the embedded engine', skip: false }],
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
]

/** The payload in the order of the page, from what was written. */
function payloadInMemories({ regions }: AdapterLoaderParameters, bench: LoaderBench, slot: number) {
  const memories = new Map(
    bench.writes.map((write) => [
      [write.slot, write.region, write.unit, write.address, write.word].join(),
      write.data,
    ]),
  )
  const payload: (number | undefined)[] = []
  for (const [region, { units, depth, words }] of regions.entries()) {
    for (let unit = 0; unit < units; unit++) {
      for (let address = 0; address < depth; address++) {
        for (let word = 0; word < words; word++) {
          payload.push(memories.get([slot, region, unit, address, word].join()))
        }
      }
    }
  }
  return payload
}

for (const [engine, suite] of engines) {
  test.skipIf(suite.skip)(
    `${suite.title}: both slots are loaded, past frames with faults`,
    async () => {
      const simulation = await simulate(adapterLoader(small), { engine })
      const bench = new LoaderBench(simulation)
      const frames = [goodFrame(small, 0, 1), goodFrame(small, 1, 2)] as const
      bench.sendFrame(frames[0], 1)
      simulation.poke('slot_is_used_i', [true, false])
      const statuses = [bench.status]
      for (const words of [
        ...frameFaults.map(([, spoil]) => spoil(frames[1])),
        frames[0],
        frames[1],
      ]) {
        bench.sendFrame(words)
        statuses.push(bench.status)
      }
      expect(statuses).toEqual(['loaded', ...frameFaults.map(([s]) => s), 'slot in use', 'loaded'])
      expect(bench.loaded).toEqual([true, true])
      for (const slot of [0, 1]) {
        expect(payloadInMemories(small, bench, slot)).toEqual(frames[slot]!.slice(8, -1))
      }
      simulation.close()
    },
  )
}

const yosys = nativeSuite('the assertions hold after reset, whatever comes', ['yosys'])
test.skipIf(yosys.skip)(yosys.title, () => {
  const design = emitDesign(elaborate(adapterLoader(small)))
  const prove = 'sat -tempinduct -prove-asserts -set-assumes -seq 1 -set-at 1 rst_ni 0'
  const script = (sources: readonly string[]) =>
    [
      `read_verilog -sv -formal -DFORMAL ${sources.join(' ')}`,
      `hierarchy -top ${design.top}; proc; memory_map; async2sync; opt; chformal -cover -remove`,
      `${prove} -maxsteps 4 -verify ${design.top}`,
    ].join('; ')
  const output = inDirectory(design, 'synthesis', (directory, sources) =>
    run(directory, 'yosys', '-q', '-p', script(sources)),
  )
  expect(output).toBe('')
})

test('regions that do not make up the payload are refused', () => {
  const { regions } = small
  expect(() => adapterLoader({ header: [...header, 24], regions })).toThrow(RangeError)
  expect(() => adapterLoader({ header: [...header, 0], regions: [] })).toThrow(RangeError)
  expect(() => adapterLoader({ header: [25], regions })).toThrow(RangeError)
})
