import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { noCache, openCache } from '../common/result-cache.js'
import type { AreaReport } from './area-report.js'
import { osu018Path } from './liberty.js'
import { synthesize } from './synthesize.js'
import { accumulator, handWritten, pair } from './testing/designs.js'
import { openYosys, type Yosys } from './yosys.js'

const yosys = openYosys()
const folder = mkdtempSync(join(tmpdir(), 'romulus-synth-test-'))
afterAll(() => {
  yosys.close()
  rmSync(folder, { recursive: true })
})

const cache = noCache
const design = handWritten(pair, accumulator)
const module = (report: AreaReport, name: string) => report.modules.find((m) => m.name === name)!

/** Counts the runs of a session. */
function counting(session: Yosys): Yosys & { runs: number } {
  const counted = {
    engine: session.engine,
    version: session.version,
    build: session.build,
    runs: 0,
    run: (...words: Parameters<Yosys['run']>) => {
      counted.runs++
      return session.run(...words)
    },
    close: () => {},
  }
  return counted
}

describe('generic gates', () => {
  test('a module is synthesised once and counted as often as it stands in the design', async () => {
    const steps: string[] = []
    const onProgress = (step: string) => steps.push(step)
    const report = await synthesize(design, { yosys, cache, onProgress })
    const [top, inner] = report.modules
    expect(report.modules.map(({ name, instances }) => [name, instances])).toEqual([
      ['pair', 1],
      ['accumulator', 2],
    ])
    expect(steps.filter((step) => step.includes('accumulator'))).toHaveLength(1)
    expect(top!.children).toEqual({ accumulator: 2 })
    expect(inner!.own.flipFlops).toBe(8)
    expect(inner!.own.transistors).toBeGreaterThan(8 * 28)
    expect(inner!.own.nand2).toBe(inner!.own.transistors / 4)
    expect(inner!.depth).toBeGreaterThan(3)
    expect(top!.total.transistors).toBe(top!.own.transistors + 2 * inner!.own.transistors)
    expect(top!.total.flipFlops).toBe(top!.own.flipFlops + 16)
    expect(top!.memoryBits).toBe(128)
    expect(inner!.memoryBits).toBe(0)
    expect(report.blackBoxes).toEqual({})
  })

  test('one inverter is two transistors', async () => {
    const inverter = handWritten(
      'module inverter (input logic a_i, output logic y_o);\n  assign y_o = ~a_i;\nendmodule\n',
    )
    const [top] = (await synthesize(inverter, { yosys, cache })).modules
    expect(top!.own).toEqual({ cells: 1, flipFlops: 0, transistors: 2, nand2: 0.5 })
    expect(top!.depth).toBe(1)
  })

  test('a flattened design is one module with the same flip-flops', async () => {
    const { modules } = await synthesize(design, { yosys, cache, flatten: true })
    expect(modules).toHaveLength(1)
    expect(modules[0]!.total.flipFlops).toBeGreaterThanOrEqual(16)
  })

  test('ROMs are logic, or bits when asked for', async () => {
    const logic = module(await synthesize(design, { yosys, cache }), 'pair')
    const bits = module(await synthesize(design, { yosys, cache, roms: 'bits' }), 'pair')
    expect(logic.romBits).toBe(0)
    expect(bits.romBits).toBe(32)
    expect(bits.memoryBits).toBe(128)
    expect(bits.own.transistors).toBeLessThan(logic.own.transistors)
  })

  test('black boxes are listed', async () => {
    const holder = handWritten(
      `module holder (input logic a_i, output logic y_o, output logic z_o);
  macro u_one (.a_i(a_i), .y_o(y_o));
  macro u_two (.a_i(y_o), .y_o(z_o));
endmodule
`,
      '(* blackbox *)\nmodule macro (input logic a_i, output logic y_o);\nendmodule\n',
    )
    const report = await synthesize(holder, { yosys, cache })
    expect(report.blackBoxes).toEqual({ macro: 2 })
    expect(report.modules.map(({ name }) => name)).toEqual(['holder'])
  })

  test('memories are covered by macros', async () => {
    const sram = [{ name: 'small', words: 8, bitsPerWord: 4, area: 10 }]
    const top = module(await synthesize(design, { yosys, cache, sram }), 'pair')
    expect(top.memories).toEqual([
      {
        name: 'store',
        width: 8,
        depth: 16,
        readPorts: 1,
        writePorts: 1,
        cover: { macros: { small: 4 }, area: 40 },
      },
    ])
    expect(top.memoryArea).toBe(40)
  })
})

describe('cache', () => {
  test('the second run does not call Yosys, and a changed module only what it needs', async () => {
    const kept = openCache('synth', folder)
    const counted = counting(yosys)
    const first = await synthesize(design, { yosys: counted, cache: kept })
    expect(counted.runs).toBe(4)
    expect(await synthesize(design, { yosys: counted, cache: kept })).toEqual(first)
    expect(counted.runs).toBe(4)
    const changed = handWritten(
      pair.replace("3'd2: code_o = 4'h7", "3'd2: code_o = 4'h6"),
      accumulator,
    )
    const second = await synthesize(changed, { yosys: counted, cache: kept })
    expect(counted.runs).toBe(6)
    expect(module(second, 'accumulator').own).toEqual(module(first, 'accumulator').own)
  })

  test('modules that differ in names and comments alone are synthesised once', async () => {
    const counted = counting(yosys)
    const copies = Array.from({ length: 5 }, (_, i) => `accumulator_${i}`)
    const row = `module row (input logic clk_i, input logic rst_ni, input logic [7:0] data_i, output logic [39:0] sums_o);
${copies.map((name, i) => `  ${name} u_${i} (.clk_i(clk_i), .rst_ni(rst_ni), .data_i(data_i), .sum_o(sums_o[${8 * i} +: 8]));`).join('\n')}
endmodule
`
    const texts = copies.map(
      (name) => `${accumulator.replace('module accumulator', `module ${name}`)}// ${name}\n`,
    )
    const known = new Map<string, unknown>()
    const memory = {
      get: (key: string) => known.get(key),
      set: (key: string, result: unknown) => void known.set(key, result),
    }
    const { modules } = await synthesize(handWritten(row, ...texts), {
      yosys: counted,
      cache: memory,
    })
    expect(counted.runs).toBe(4)
    expect(modules.map(({ name, own }) => [name, own.flipFlops])).toEqual([
      ['row', 0],
      ...copies.map((name) => [name, 8]),
    ])
    expect(modules[0]!.total.flipFlops).toBe(40)
    expect(modules[0]!.children).toEqual(Object.fromEntries(copies.map((name) => [name, 1])))
  })
})

const shared = process.env.ROMULUS_SHARED
const libraries = [
  {
    name: 'osu018',
    file: osu018Path,
    missing: existsSync(osu018Path) ? undefined : 'qflow-tech-osu018 not installed',
    flipFlop: 96,
  },
  ...[
    { name: 'asap7', path: 'asap7/asap7_rvt_tt_slim.lib', flipFlop: 0.2916 },
    { name: 'ihp-sg13g2', path: 'ihp-sg13g2/sg13g2_typ_slim.lib', flipFlop: 48.9888 },
    {
      name: 'sky130hd',
      path: 'sky130hd/sky130_fd_sc_hd__tt_025C_1v80_slim.lib',
      flipFlop: 20.02,
    },
  ].map(({ path, ...library }) => ({
    ...library,
    file: join(shared ?? '', 'liberty', path),
    missing: shared === undefined ? 'ROMULUS_SHARED not set' : undefined,
  })),
]

describe('square micrometres', () => {
  for (const { name, file, missing, flipFlop } of libraries) {
    const title = missing === undefined ? name : `${name} (skipped: ${missing})`
    test.skipIf(missing !== undefined)(title, async () => {
      const report = await synthesize(design, { yosys, cache, liberty: [file] })
      const [inner] = module(report, 'accumulator').libraries
      const [top] = module(report, 'pair').libraries
      expect(inner!.own.flipFlops).toBe(8)
      expect(inner!.own.squareMicrometres).toBeGreaterThan(8 * flipFlop)
      expect(inner!.own.squareMicrometres).toBeLessThan(30 * flipFlop)
      expect(inner!.own.unmapped).toBe(0)
      expect(inner!.delay).toBeGreaterThan(0)
      expect(top!.squareMicrometres).toBeCloseTo(
        top!.own.squareMicrometres + 2 * inner!.squareMicrometres,
        6,
      )
      expect(top!.nand2).toBeGreaterThan(2 * inner!.own.cells)
    })
  }
})
