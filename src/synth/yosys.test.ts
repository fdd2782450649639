import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { missingTool, nativeSuite } from '../common/tools.js'
import { openYosys, type YosysEngine } from './yosys.js'
import { YosysError, YosysTimeout } from './yosys-error.js'

const adder = `module adder (
  input  logic [7:0] a_i,
  input  logic [7:0] b_i,
  output logic [8:0] sum_o
);
  assign sum_o = 9'(a_i) + 9'(b_i);
endmodule
`

/** Runs for minutes unless it is killed: a proof that multiplication commutes. */
const endless = `module endless (
  input  logic [19:0] a_i,
  input  logic [19:0] b_i,
  output logic differ_o
);
  assign differ_o = (a_i * b_i) != (b_i * (a_i + 20'd1) - b_i);
endmodule
`
const proveEndless = [
  'read_verilog -sv endless.sv',
  'hierarchy -top endless',
  'proc',
  'techmap',
  'sat -prove differ_o 0',
]

function sessionTests(engine: YosysEngine): void {
  const yosys = openYosys({ engine })
  afterAll(() => yosys.close())

  test('gives back the files that the script writes, and the log', async () => {
    const lines: string[] = []
    const { files, log } = await yosys.run(
      ['read_verilog -sv rtl/adder.sv', 'write_rtlil out.il', 'log finished'],
      { 'rtl/adder.sv': adder },
      { outputs: ['out.il', 'missing.il'], onLine: (line) => lines.push(line) },
    )
    expect(files['out.il']).toContain('cell $add')
    expect(Object.keys(files)).toEqual(['out.il'])
    expect(log).toContain('finished')
    expect(lines.join('\n')).toContain('finished')
  })

  test('runs do not see each other', async () => {
    await yosys.run(['read_verilog -sv adder.sv'], { 'adder.sv': adder })
    await expect(yosys.run(['hierarchy -top adder'], {})).rejects.toThrow(YosysError)
  })

  test('calls that overlap both finish', async () => {
    const runs = ['one', 'two'].map((word) => yosys.run([`log ${word}`], {}))
    const [one, two] = await Promise.all(runs)
    expect(one?.log).toContain('one')
    expect(two?.log).toContain('two')
  })

  test('an error of Yosys becomes one line', async () => {
    const broken = adder.replace('endmodule', 'endmodul')
    const run = yosys.run(['read_verilog -sv adder.sv'], { 'adder.sv': broken })
    await expect(run).rejects.toThrow(/^Yosys: adder.sv:\d+: ERROR: syntax error/)
  })

  test('a run that takes too long is killed and the next one works', async () => {
    const files = { 'endless.sv': endless }
    const run = yosys.run(proveEndless, files, { timeoutMilliseconds: 1500 })
    await expect(run).rejects.toThrow(YosysTimeout)
    expect((await yosys.run(['log again'], {})).log).toContain('again')
  })

  test('an abort kills the run with its reason', async () => {
    const controller = new AbortController()
    const run = yosys.run(
      proveEndless,
      { 'endless.sv': endless },
      {
        signal: controller.signal,
        onLine: (line) => line.includes('Executing SAT') && controller.abort(new Error('enough')),
      },
    )
    await expect(run).rejects.toThrow('enough')
  })
}

describe('WebAssembly Yosys', () => sessionTests('wasm'))

const native = nativeSuite('native Yosys', ['yosys'])
describe.skipIf(native.skip)(native.title, () => {
  if (native.skip) return
  sessionTests('native')

  test('no folder is left, not even by runs that were killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    vi.stubEnv('TMPDIR', folder)
    try {
      const yosys = openYosys({ engine: 'native' })
      let during: string[] = []
      const run = yosys.run(
        proveEndless,
        { 'endless.sv': endless },
        {
          timeoutMilliseconds: 1000,
          onLine: () => {
            during = readdirSync(folder)
          },
        },
      )
      await expect(run).rejects.toThrow(YosysTimeout)
      expect(during).toHaveLength(1)
      expect(readdirSync(folder)).toEqual([])
    } finally {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    }
  })
})

test('a missing native Yosys is the fault of the installation, with a hint', () => {
  const { PATH } = process.env
  process.env.PATH = '/nonexistent'
  try {
    expect(missingTool(['yosys'])).toBe('yosys not found')
    expect(() => openYosys({ engine: 'native' })).toThrow(/^yosys not found \(.*apt-get install/)
  } finally {
    process.env.PATH = PATH
  }
})
