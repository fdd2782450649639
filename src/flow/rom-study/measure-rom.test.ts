import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { randomContents } from '../../../generators/testing/random-contents.js'
import { Random } from '../../common/random.js'
import { noCache, openCache } from '../../common/result-cache.js'
import { RomContents } from '../../hdl/index.js'
import { abcScript, openYosys, type Yosys, YosysTimeout } from '../../synth/index.js'
import { type MeasureOptions, measureRom } from './measure-rom.js'

const session = openYosys()
const folder = mkdtempSync(join(tmpdir(), 'romulus-rom-study-'))
afterAll(() => {
  session.close()
  rmSync(folder, { recursive: true })
})

const contents = randomContents(new Random(3), 16, 16)
const generic = [{ name: 'generic' }]

type Run = Yosys['run']

/** The session with another way to run scripts. */
function yosysThat(run: (...words: Parameters<Run>) => ReturnType<Run>): Yosys {
  const { engine, version, build } = session
  return { engine, version, build, run, close: () => {} }
}

let kept: boolean[]
beforeEach(() => {
  kept = []
})

function options(changes: Partial<MeasureOptions>): MeasureOptions {
  const onPoint = (isKept: boolean) => kept.push(isKept)
  return { yosys: session, cache: noCache, abcScript, limit: 100, onPoint, ...changes }
}

test('a second run takes what the first one kept, a point at a time', async () => {
  const cache = openCache('kept', folder)
  const [table] = await measureRom(contents, 'table', generic, options({ cache }))
  expect(table).toMatchObject({ proved: true })
  const none = yosysThat(() => Promise.reject(new Error('Yosys ran')))
  const again = await measureRom(contents, 'table', generic, options({ cache, yosys: none }))
  expect(again).toEqual([table])
  await expect(
    measureRom(contents, 'brom:2', generic, options({ cache, yosys: none })),
  ).rejects.toThrow('Yosys ran')
  const other = options({ cache, yosys: none, abcScript: 'strash; map' })
  await expect(measureRom(contents, 'table', generic, other)).rejects.toThrow('Yosys ran')
  expect(kept).toEqual([false, true])
})

test('a netlist with one wrong output is not proved', async () => {
  const wrong = yosysThat(async (...words) => {
    const { files, log } = await session.run(...words)
    const netlist = files['netlist.aag']
    if (netlist === undefined) return { files, log }
    const [header, ...lines] = netlist.split('\n')
    const inputs = Number(header!.split(' ')[2])
    lines[inputs + 6] = String(Number(lines[inputs + 6]) ^ 1)
    return { files: { ...files, 'netlist.aag': [header, ...lines].join('\n') }, log }
  })
  const [figures] = await measureRom(contents, 'brom:2', generic, options({ yosys: wrong }))
  expect(figures).toMatchObject({ proved: false })
})

test('what did not end is kept for the same limit, and tried again with a longer one', async () => {
  const cache = openCache('late', folder)
  const late = yosysThat(() => Promise.reject(new YosysTimeout(10_000, '')))
  const run = (limit: number, yosys: Yosys) =>
    measureRom(contents, 'table', generic, options({ cache, limit, yosys }))
  expect(await run(10, late)).toEqual([undefined])
  expect(await run(10, session)).toEqual([undefined])
  const [figures] = await run(11, session)
  expect(figures).toMatchObject({ proved: true })
  expect(await run(10, late)).toEqual([figures])
  expect(kept).toEqual([false, true, false, true])
})

test('constant contents need no logic', async () => {
  const zeros = RomContents.fromWords(8, new Uint8Array(16))
  for (const construction of ['table', 'brom:3', 'sum-of-ones']) {
    const [figures] = await measureRom(zeros, construction, generic, options({}))
    expect(figures).toMatchObject({ area: 0, cells: 0, proved: true })
  }
})
