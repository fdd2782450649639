import { afterAll, expect, test } from 'vitest'
import { openYosys } from '../src/synth/index.js'
import { abcScript } from '../src/synth/map-module.js'
import { abcReport, compareAbcScripts, reportOf } from './abc-scripts.js'

const yosys = openYosys()
afterAll(() => yosys.close())

test('scripts are compared on each design, and the one in use maps to less', async () => {
  const results = await compareAbcScripts(yosys, {
    scripts: ['strash; map', abcScript],
    libraries: [],
    size: 8,
    timeoutMilliseconds: 60_000,
  })
  for (const design of ['constant MAC', 'ROM', 'L-Unit']) {
    const [mapped, ours] = results.filter((result) => result.design === design)
    expect(ours!.area).toBeGreaterThan(0)
    expect(ours!.area).toBeLessThan(mapped!.area!)
  }
  const report = reportOf(yosys, results)
  expect(abcReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
})
