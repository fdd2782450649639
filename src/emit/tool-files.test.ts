import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { InputError } from '../common/input-error.js'
import {
  bool,
  clock,
  defineBlackBox,
  defineModule,
  elaborate,
  input,
  output,
  RomContents,
  reset,
  uint,
} from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { fileList, fuseSocCore } from './file-list.js'
import { manifest } from './manifest.js'
import { sdc } from './sdc.js'

const gate = () =>
  defineModule('gate', { a_i: input(bool), y_o: output(bool) }, (_, p) => p.y_o.assign(p.a_i.not()))

const inverter = defineBlackBox(
  'inverter',
  { a_i: input(bool), y_o: output(bool) },
  { source: 'module inverter (input a_i, output y_o); assign y_o = ~a_i; endmodule' },
)

const contents = RomContents.fromWords(8, Uint8Array.of(4, 3, 2, 1))

const design = emitDesign(
  elaborate(
    defineModule(
      'lookup',
      {
        fast_clk_i: input(clock),
        rst_fast_ni: input(reset()),
        address_i: input(uint(2)),
        a_i: input(bool),
        word_o: output(uint(8)),
        late_o: output(bool),
        y_o: output(bool),
      },
      (m, p) => {
        p.word_o.assign(m.rom('squares', contents).read(p.address_i))
        m.withDomain({ clock: p.fast_clk_i, reset: p.rst_fast_ni }, () =>
          p.late_o.assign(m.synchronizer('late', m.delayed('early', p.a_i, { reset: 0 }))),
        )
        const first = m.instance('u_first', gate(), { a_i: p.a_i })
        const second = m.instance('u_second', gate(), { a_i: first.y_o })
        p.y_o.assign(m.instance('u_inverter', inverter, { a_i: second.y_o }).y_o)
      },
      { parameters: { words: 4, kind: 'example' } },
    ),
  ),
)

test('modules of equal structure are one file, whoever defined them', () => {
  expect(design.files.map(({ path, use }) => `${path} ${use ?? ''}`)).toEqual([
    'gate.sv ',
    'models/inverter.sv simulation',
    'stubs/inverter.sv synthesis',
    'lookup.sv ',
  ])
})

test('the file list has the model for simulators and the ports for synthesis', () => {
  expect(fileList(design)).toBe('gate.sv\nmodels/inverter.sv\nlookup.sv\n')
  expect(fileList(design, 'synthesis')).toBe('gate.sv\nstubs/inverter.sv\nlookup.sv\n')
})

test('the FuseSoC core has a target for simulation and one for synthesis', () => {
  expect(fuseSocCore(design)).toMatchInlineSnapshot(`
    "CAPI=2:

    name: romulus:generated:lookup:0

    filesets:
      rtl:
        files:
          - gate.sv
          - lookup.sv
        file_type: systemVerilogSource
      models:
        files:
          - models/inverter.sv
        file_type: systemVerilogSource
      stubs:
        files:
          - stubs/inverter.sv
        file_type: systemVerilogSource

    targets:
      default:
        filesets: [rtl, models]
        toplevel: lookup
      sim:
        filesets: [rtl, models]
        toplevel: lookup
      synth:
        filesets: [rtl, stubs]
        toplevel: lookup
    "
  `)
})

test('the constraints have the clocks, apart from each other, and leave resets out of timing', () => {
  expect(sdc(design, { clocks: [{ port: 'fast_clk_i', periodNs: 1.25 }] })).toBe(
    'create_clock -name fast_clk_i -period 1.25 [get_ports {fast_clk_i}]\n' +
      'set_false_path -from [get_ports {rst_fast_ni}]\n',
  )
  const twoClocks = emitDesign(
    elaborate(
      defineModule('two_clocks', { a_clk_i: input(clock), a_i: input(bool) }, (m, p) => {
        m.unused(
          m.synchronizer('late', m.delayed('early', p.a_i), { domain: { clock: p.a_clk_i } }),
        )
      }),
    ),
  )
  const clocks = [
    { port: 'a_clk_i', periodNs: 2 },
    { port: 'clk_i', periodNs: 1 },
  ]
  expect(sdc(twoClocks, { clocks })).toContain(
    'set_clock_groups -asynchronous -group {a_clk_i} -group {clk_i}\n',
  )
})

test.each([
  ['a_i', 1, /^a_i: lookup has no clock port .clocks: fast_clk_i.$/],
  ['fast_clk_i', 0, /a period of 0 ns/],
])('no constraint for %s with %d ns', (port, periodNs, message) => {
  const write = () => sdc(design, { clocks: [{ port, periodNs }] })
  expect(write).toThrow(InputError)
  expect(write).toThrow(message)
})

test('the manifest has the hierarchy, parameters, hashes of ROMs and the source map', () => {
  const content = JSON.parse(manifest(design))
  const [first, blackBox, top] = content.modules
  expect(content.top).toBe('lookup')
  expect([first.name, blackBox.name, top.name]).toEqual(['gate', 'inverter', 'lookup'])
  expect(blackBox).toMatchObject({ blackBox: true, file: 'models/inverter.sv' })
  expect(top.instances).toEqual([
    { name: 'u_first', module: 'gate' },
    { name: 'u_second', module: 'gate' },
    { name: 'u_inverter', module: 'inverter' },
  ])
  expect(top.parameters).toEqual({ words: 4, kind: 'example' })
  expect(top.roms).toEqual([
    { name: 'squares', width: 8, depth: 4, form: 'table', hash: contents.hash },
  ])
  expect(top.unresetState.map(({ path }: { path: string }) => path)).toEqual([
    'late_meta_q',
    'late_q',
  ])
  expect(content.sources).toEqual(['src/emit/tool-files.test.ts'])

  const emitted = design.files.find(({ path }) => path === 'lookup.sv')!.text.split('\n')
  const own = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n')
  const sourceOf = (part: string) => {
    const line = emitted.findIndex((text) => text.includes(part)) + 1
    const entry = top.sourceMap.find(([number]: number[]) => number === line)
    return own[entry[2] - 1]
  }
  expect(sourceOf('gate u_second (')).toContain("m.instance('u_second', gate()")
  expect(sourceOf('assign y_o =')).toContain('p.y_o.assign(')
  expect(sourceOf('input  logic [1:0] address_i')).toContain('address_i: input(uint(2))')
})
