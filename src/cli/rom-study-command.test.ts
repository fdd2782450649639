import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openCache } from '../common/result-cache.js'
import { romStudyReport } from '../flow/rom-study/report.js'
import { main } from './main.js'

const folder = mkdtempSync(join(tmpdir(), 'romulus-rom-study-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const { ROMULUS_SHARED: _, ...environment } = process.env

function romStudy(...args: readonly string[]) {
  const run = spawnSync('node', ['bin/romulus.js', 'rom-study', ...args], {
    encoding: 'utf8',
    env: { ...environment, ROMULUS_CACHE: folder },
  })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

const tiny = ['--banks', 'uniform', '--widths', '16', '--depths', '16', '--jobs', '1']
const constructions = ['--constructions', 'table,brom:2']

test('tables, JSON, Markdown and plots of a tiny grid; a wrong netlist is exit code 1', () => {
  const out = join(folder, 'out')
  const first = romStudy(...tiny, ...constructions, '--out', out)
  expect(first.err).toMatch(/^generic gates only/)
  expect(first.out).toMatch(/│ bank +│ words x bits │ table +│ brom:2 +│ mask-ROM cell │ counting/)
  expect(first.out).toMatch(/│ uniform │ 16 x 16 +│ [\d.]+ \*? *│ [\d.]+ \*? *│ 1\.00 /)
  expect(first.out).toMatch(/2 of 2 netlists proved equal to their contents/)
  expect(first.status).toBe(0)
  expect(readdirSync(out).sort()).toEqual(['area-generic.svg', 'study.json', 'study.md'])

  const second = romStudy(...tiny, ...constructions, '--json')
  const report = romStudyReport.parse(JSON.parse(second.out))
  expect(report).toEqual(JSON.parse(readFileSync(join(out, 'study.json'), 'utf8')))
  expect(report.points.map(({ construction }) => construction)).toEqual(['table', 'brom:2'])
  for (const { figures } of report.points) {
    expect(figures!.areaPerBit).toBeCloseTo(figures!.area / 256)
    expect(figures!.areaPerWeight).toBeUndefined()
    expect(readFileSync(join(out, 'study.md'), 'utf8')).toContain(`| ${figures!.area} |`)
  }
  expect(readFileSync(join(out, 'area-generic.svg'), 'utf8')).toContain('<title>brom:2</title>')

  for (const name of readdirSync(join(folder, 'rom-study'), { recursive: true }) as string[]) {
    if (!name.endsWith('.json')) continue
    const { result } = JSON.parse(readFileSync(join(folder, 'rom-study', name), 'utf8'))
    const key = dirname(name) + basename(name, '.json')
    openCache('rom-study', folder).set(key, { figures: { ...result.figures, proved: false } })
  }
  const wrong = romStudy(...tiny, ...constructions)
  expect(wrong.out).toMatch(/0 of 2 netlists proved/)
  expect(wrong.out).toMatch(/[\d.]+ WRONG/)
  expect(wrong.status).toBe(1)
})

test.each([
  [['--grid', 'huge'], /'--grid <name>'.*small, full/],
  [['--widths', '0'], /--widths.*A whole number of 1 to 4096/],
  [['--depths', '16,x'], /--depths.*A whole number/],
  [['--jobs', '0'], /--jobs.*A whole number of 1 to 256/],
  [['--banks', 'llama'], /^romulus: --banks: there is no "llama" \(some of bundled-int4, /],
  [['--constructions', 'macro'], /^romulus: --constructions: there is no "macro" \(some of table,/],
  [['--libraries', 'asap7'], /^romulus: --libraries: there is no "asap7" \(some of generic\)/],
  [['--liberty', 'cells.lib'], /^romulus: --liberty: "cells\.lib" is no NAME=FILE/],
  [['--liberty', 'a=/nowhere.lib'], /^romulus: \/nowhere\.lib: cannot be read/],
  [['--model', '/nowhere.bin', '--banks', 'nowhere-int4'], /^romulus: \/nowhere\.bin: /],
  [['--banks', 'uniform', '--liberty', 'generic=x.lib'], /two libraries generic/],
])('%j is refused in one line with exit code 2', async (args, message) => {
  vi.stubEnv('ROMULUS_SHARED', undefined)
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await main(['rom-study', ...args])).toBe(2)
  const text = err.mock.calls.map(([chunk]) => String(chunk)).join('')
  expect(text).toMatch(message)
  expect(text).not.toMatch(/\n\s+at /)
  expect(out).not.toHaveBeenCalled()
})

test('help shows examples', () => {
  expect(romStudy('--help').out).toMatch(/Examples:\n {2}romulus rom-study --out/)
})
