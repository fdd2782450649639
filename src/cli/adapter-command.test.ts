import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openAdapter } from '../checkpoint/index.js'
import { temporaryFolder } from '../checkpoint/testing/temporary-folder.js'
import { adapterImage } from '../compiler/adapter-image.js'
import { generateChip } from '../flow/chip/index.js'
import { quantizeAdapter } from '../quantize/index.js'
import { main } from './main.js'

const folder = temporaryFolder()
const adapter = 'models/small-stories/adapters/int2'
const chip = ['--adapter', adapter, '--bits', '2', '--lanes', '32', '--units', '16']

afterEach(() => {
  vi.restoreAllMocks()
})

async function romulus(...args: readonly string[]) {
  const [out, err] = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockReturnValue(true),
  )
  const status = await main(['adapter', ...args])
  const written = (spy: typeof out) => spy!.mock.calls.map(([chunk]) => String(chunk)).join('')
  return { status, out: written(out), err: written(err) }
}

test('the frame is the image of the adapter in the chip of the same configuration', async () => {
  const out = join(folder.path, 'int2.frame')
  const run = await romulus(...chip, '--adapter-rank', '16', '--slot', '1', '--out', out, '--json')
  expect(run.err).not.toMatch(/romulus:/)
  expect(run.status).toBe(0)
  const report = JSON.parse(run.out)
  const bytes = readFileSync(out)
  expect(report).toMatchObject({ adapter, slot: 1, slotRank: 16, bytes: bytes.length })
  expect(report.projections).toHaveLength(7)
  expect(report.projections[0]).toMatchObject({ layers: [0, 1, 2, 3, 4], rank: 12, scale: 1 })
  const adapted = report.projections.reduce(
    (sum: number, of: { bytes: number }) => sum + of.bytes,
    0,
  )
  expect(bytes.length).toBe(4 * (8 + 1) + adapted)

  const settings = { bits: 2, lanes: 32, lUnits: 16, rom: 'table', adapter: { rank: 16 } } as const
  const generated = await generateChip(settings)
  const { model } = generated
  const format = { rank: 16, group: 64 } as const
  const quantized = quantizeAdapter(await openAdapter(adapter, model.config), format)
  const image = adapterImage(generated, quantized, 1)
  expect(bytes).toEqual(Buffer.from(image.buffer))
})

test('the report is a table', async () => {
  const out = join(folder.path, 'table.frame')
  const run = await romulus('--adapter', adapter, '--adapter-rank', '16', '--out', out)
  expect(run.out).toMatch(/int2, PEFT, for slot 0 of rank 16/)
  expect(run.out).toMatch(/feed_forward\.w2 +│ 0-4 +│ 12 +│ 1 +│ \d/)
  expect(run.out).toMatch(/words, [\d,]+ bytes\nwritten to .*table\.frame/)
  expect(run.status).toBe(0)
})

test.each([
  [[...chip], /^romulus: adapter: the chip has no slots for adapters \(--adapter-rank 16\)/],
  [[...chip, '--adapter-rank', '8'], /^romulus: .*int2.*: its rank is 12, that of the chip 8/],
  [[...chip, '--adapter-rank', '16', '--slot', '2'], /One of 0, 1/],
  [
    ['--adapter', adapter, '--preset', 'llama-3.2-3b-int4', '--adapter-rank', '64'],
    /^romulus: .*int2.*: /,
  ],
  [['--adapter', '/nowhere/lora', '--adapter-rank', '16'], /^romulus: \/nowhere\/lora: /],
  [['--adapter-rank', '16'], /required option '--adapter <path>'/],
])('%j is refused in one line with exit code 2 and writes nothing', async (args, message) => {
  const before = readdirSync(folder.path)
  const run = await romulus(...args, '--out', join(folder.path, 'refused.frame'))
  expect(run.err).toMatch(message)
  expect(run.err).not.toMatch(/\n\s+at /)
  expect(run.out).toBe('')
  expect(run.status).toBe(2)
  expect(readdirSync(folder.path)).toEqual(before)
})

test('a file that cannot be written is named', async () => {
  const run = await romulus(...chip, '--adapter-rank', '16', '--out', '/nowhere/lora.frame')
  expect(run.err).toMatch(/romulus: \/nowhere\/lora\.frame: cannot write the frame: ENOENT\n$/)
  expect(run.status).toBe(2)
})

test('help shows examples', async () => {
  expect((await romulus('--help')).out).toMatch(/Examples:\n {2}romulus adapter --adapter/)
})
