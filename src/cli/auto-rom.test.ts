import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bundledModel } from '../flow/chip/bundled-model.js'
import { romCosts } from '../flow/rom-choice/rom-costs.js'
import { main } from './main.js'

const folder = mkdtempSync(join(tmpdir(), 'romulus-auto-rom-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  vi.stubEnv('ROMULUS_CACHE', folder)
  vi.stubEnv('ROMULUS_SHARED', undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

async function romulus(...args: readonly string[]) {
  const text = { out: '', err: '' }
  const collect = (stream: 'out' | 'err') => (chunk: string | Uint8Array) => {
    text[stream] += String(chunk)
    return true
  }
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation(collect('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(collect('err')),
  ]
  const status = await main(args)
  for (const stream of streams) stream.mockRestore()
  return { status, ...text }
}

const projection = ['--model', bundledModel(), '--tensor', 'layers.0.attention.wk']

test('costs are calibrated on banks, and choose for a projection', async () => {
  const file = join(folder, 'costs.json')
  const study = await romulus(
    ...['rom-study', '--banks', 'uniform,drawn-int4', '--widths', '8,16', '--depths', '8,16'],
    ...['--constructions', 'table,brom:8', '--jobs', '1', '--calibrate', file],
  )
  expect(study.status).toBe(0)
  expect(study.out).toMatch(/generic: --rom auto chooses the smallest of \d of 8 banks/)
  const costs = romCosts.parse(JSON.parse(readFileSync(file, 'utf8')))
  expect(costs.banks).toContain('uniform 16 x 8')
  expect(Object.keys(costs.libraries[0]!.policies)).toEqual(['table', 'brom:8'])
  const { highNodes } = costs.libraries[0]!.policies.table!.area
  expect(highNodes).toBeGreaterThan(2)
  expect(highNodes).toBeLessThan(10)

  const out = join(folder, 'rtl')
  const written = await romulus(
    ...['generate', ...projection, '--rom', 'auto', '--rom-costs', file, '--out', out, '--json'],
  )
  expect(written.status).toBe(0)
  const { roms, parameters } = JSON.parse(written.out)
  expect(parameters.rom).toBe('auto')
  expect(roms).toMatchObject({ basis: 'estimated', library: 'generic', pathUnit: 'gates' })
  expect(roms.roms.map(({ bank }: { bank: string }) => bank)).toEqual([
    'codes of L-Unit 0',
    'scales of L-Unit 0',
  ])
  for (const { policy } of roms.roms) expect(['table', 'brom:8']).toContain(policy)

  const table = await romulus('generate', ...projection, '--rom', 'auto', '--out', out)
  expect(table.out).toMatch(/│ ROM policies +│ \d+ banks? [a-z-]+(:\d)?/)
  expect(table.out).toMatch(/\(estimated for generic: [\d,]+ transistors, longest path \d+ gates\)/)
})

test('a limit that nothing keeps is one line, exit code 2, and writes nothing', async () => {
  const out = join(folder, 'none')
  const args = ['generate', '--rom', 'auto', '--rom-levels', '2', '--out', out]
  for (const what of [[], projection]) {
    const { status, out: text, err } = await romulus(...args, ...what)
    expect(err).toMatch(
      /^romulus: --rom-levels: no construction of codes of L-Unit 0 \(\d+ x 64\) has a longest path of 2 gates; .* the least$/m,
    )
    expect(text).toBe('')
    expect(status).toBe(2)
    expect(existsSync(out)).toBe(false)
  }
})

const broken = join(folder, 'broken.json')
writeFileSync(broken, '{"format": "romulus-rom-costs-1"}')

test.each([
  [['--rom', 'auto:fast'], /^romulus: --rom: "auto:fast" is no ROM policy .*, auto, auto:synth\)/],
  [['--rom-levels', '9'], /^romulus: --rom-levels: limits the choice of a policy, not brom:4/],
  [['--rom', 'table', '--rom-delay', '9'], /^romulus: --rom-delay: limits .*, not table/],
  [['--rom', 'auto', '--rom-delay', '900'], /^romulus: --rom-delay: is for a library \(--liberty/],
  [
    ['--rom', 'auto', '--rom-levels', '9', '--liberty', 'x.lib'],
    /^romulus: --rom-levels: is for generic gates \(--rom-delay\)/,
  ],
  [['--rom', 'auto', '--liberty', '/nowhere.lib'], /^romulus: \/nowhere\.lib: cannot be read/],
  [['--rom', 'auto', '--rom-costs', '/nowhere'], /^romulus: \/nowhere: cannot be read/],
  [['--rom', 'auto', '--rom-costs', broken], /^romulus: .*broken\.json: yosys: /],
  [['--rom', 'auto', '--rom-levels', '0'], /--rom-levels.*whole number/],
  [['--rom', 'auto', '--rom-delay', '-1'], /--rom-delay.*A number above 0/],
])('%j is refused in one line with exit code 2', async (args, message) => {
  const out = join(folder, 'none')
  for (const what of [[], projection]) {
    const { status, out: text, err } = await romulus('generate', ...what, ...args, '--out', out)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(text).toBe('')
    expect(status).toBe(2)
    expect(existsSync(out)).toBe(false)
  }
})
