import { expect, test } from 'vitest'
import {
  cat,
  defineModule,
  elaborate,
  input,
  output,
  RomContents,
  type RomForm,
  UInt,
  uint,
} from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { muxTree } from './testing/mux-tree.js'

const contents = RomContents.fromWords(12, [1, 0x123, 0xfff, 0, 7, 8])

function romReader(name: string, form: RomForm) {
  return defineModule(name, { addr_i: input(uint(3)), data_o: output(uint(12)) }, (m, p) =>
    p.data_o.assign(m.rom('weights', contents, { form }).read(p.addr_i)),
  )
}

function filesOf(definition: ReturnType<typeof romReader>): string {
  const { files } = emitDesign(elaborate(definition), { sourceComments: false })
  return files.map(({ path, text, use }) => `--- ${path} ${use ?? ''}\n${text}`).join('')
}

test('table: a dense case over the address', () => {
  expect(filesOf(romReader('table_rom', { kind: 'table' }))).toMatchInlineSnapshot(`
    "--- table_rom.sv 
    module table_rom (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      logic [11:0] weights_data;

      // ROM weights: 6 words of 12 bits, table, SHA-256 97cccfa086cb
      always_comb begin
        case (addr_i)
          3'd0:    weights_data = 12'h001;
          3'd1:    weights_data = 12'h123;
          3'd2:    weights_data = 12'hfff;
          3'd3:    weights_data = 12'h000;
          3'd4:    weights_data = 12'h007;
          3'd5:    weights_data = 12'h008;
          default: weights_data = 12'h000;
        endcase
      end

      assign data_o = weights_data;

    endmodule
    "
  `)
})

test('readmemh: an array and a file named by its contents', () => {
  expect(filesOf(romReader('array_rom', { kind: 'readmemh' }))).toMatchInlineSnapshot(`
    "--- array_rom.sv 
    module array_rom (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      logic [11:0] weights_data;

      // ROM weights: 6 words of 12 bits, readmemh, SHA-256 97cccfa086cb
      logic [11:0] weights [0:5];
      initial $readmemh("rom_97cccfa086cb.hex", weights);
      assign weights_data = (addr_i < 3'd6) ? weights[addr_i] : 12'd0;

      assign data_o = weights_data;

    endmodule
    --- rom_97cccfa086cb.hex 
    001
    123
    fff
    000
    007
    008
    "
  `)
})

test('logic: the expressions of the construction, named in a comment', () => {
  const form = { kind: 'logic', construction: 'mux-tree', build: muxTree } as const
  expect(filesOf(romReader('logic_rom', form))).toMatchInlineSnapshot(`
    "--- logic_rom.sv 
    module logic_rom (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      logic [11:0] weights_data;

      // ROM weights: 6 words of 12 bits, mux-tree, SHA-256 97cccfa086cb
      logic [11:0] weights_mux;
      assign weights_mux = addr_i[1] ? 12'd0 : addr_i[0] ? 12'd8 : 12'd7;
      assign weights_data = addr_i[2] ? weights_mux :
          addr_i[1] ? (addr_i[0] ? 12'd0 : 12'hfff) : addr_i[0] ? 12'd291 : 12'd1;

      assign data_o = weights_data;

    endmodule
    "
  `)
})

test('module: an instance of what the construction builds, emitted and listed once', () => {
  const build = (words: RomContents) =>
    elaborate(
      defineModule('six_words', { addr_i: input(uint(3)), data_o: output(uint(12)) }, (_, p) =>
        p.data_o.assign(new UInt(muxTree(p.addr_i.node, words))),
      ),
    ).modules
  const form = { kind: 'module', construction: 'mux-tree', name: 'six_words', build } as const
  const twice = defineModule(
    'two_roms',
    { addr_i: input(uint(6)), data_o: output(uint(24)) },
    (m, { addr_i, data_o }) => {
      const low = m.rom('low', contents, { form }).read(addr_i.bits(2, 0))
      const high = m.rom('high', contents, { form }).read(addr_i.bits(5, 3))
      data_o.assign(cat(high, low))
    },
  )
  const { files, modules } = emitDesign(elaborate(twice), { sourceComments: false })
  expect(files.map(({ path }) => path)).toEqual(['six_words.sv', 'two_roms.sv'])
  expect(modules.map(({ name, instances }) => ({ name, instances }))).toEqual([
    { name: 'six_words', instances: [] },
    {
      name: 'two_roms',
      instances: [
        { name: 'u_high', module: 'six_words' },
        { name: 'u_low', module: 'six_words' },
      ],
    },
  ])
  expect(files[1]!.text).toMatchInlineSnapshot(`
    "module two_roms (
      input  logic [5:0]  addr_i,
      output logic [23:0] data_o
    );

      logic [11:0] high_data;
      logic [11:0] low_data;

      // ROM high: 6 words of 12 bits, mux-tree, SHA-256 97cccfa086cb
      logic [2:0] high_addr;
      assign high_addr = addr_i[5:3];

      six_words u_high (
        .addr_i (high_addr),
        .data_o (high_data)
      );

      // ROM low: 6 words of 12 bits, mux-tree, SHA-256 97cccfa086cb
      logic [2:0] low_addr;
      assign low_addr = addr_i[2:0];

      six_words u_low (
        .addr_i (low_addr),
        .data_o (low_data)
      );

      assign data_o = {high_data, low_data};

    endmodule
    "
  `)
})

test('module: a name that the design has too is refused in one line', () => {
  const ports = { addr_i: input(uint(3)), data_o: output(uint(12)) }
  const named = defineModule('six_words', ports, (_, p) => p.data_o.assign(p.addr_i.extend(12)))
  const build = () => elaborate(named).modules
  const form = { kind: 'module', construction: 'none', name: 'six_words', build } as const
  const both = (romFirst: boolean) =>
    defineModule('both', { ...ports, other_o: output(uint(12)) }, (m, p) => {
      const reader = romReader('reader', form)
      const read = () =>
        p.data_o.assign(m.instance('u_reader', reader, { addr_i: p.addr_i }).data_o)
      if (romFirst) read()
      p.other_o.assign(m.instance('u_other', named, { addr_i: p.addr_i }).data_o)
      if (!romFirst) read()
    })
  for (const romFirst of [true, false]) {
    expect(() => emitDesign(elaborate(both(romFirst)))).toThrow(
      'a module of a ROM has this name too',
    )
  }
})

test('macro: an instance, with a model for simulation and the ports for synthesis', () => {
  const form = { kind: 'macro', module: 'rom_6x12' } as const
  expect(filesOf(romReader('macro_rom', form))).toMatchInlineSnapshot(`
    "--- models/rom_6x12.sv simulation
    // Simulation model of the ROM macro rom_6x12: 6 words of 12 bits.

    module rom_6x12 (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      logic [11:0] mem [0:5];
      initial $readmemh("rom_97cccfa086cb.hex", mem);

      assign data_o = (addr_i < 3'd6) ? mem[addr_i] : 12'd0;

    endmodule
    --- stubs/rom_6x12.sv synthesis
    // Ports of rom_6x12; its contents come from elsewhere.

    (* blackbox *)
    module rom_6x12 (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      assign data_o = 12'd0;

      logic unused_ports;
      assign unused_ports = ^addr_i;

    endmodule
    --- macro_rom.sv 
    module macro_rom (
      input  logic [2:0]  addr_i,
      output logic [11:0] data_o
    );

      logic [11:0] weights_data;

      // ROM weights: 6 words of 12 bits, macro, SHA-256 97cccfa086cb
      logic [11:0] weights_word;

      rom_6x12 u_weights (
        .addr_i (addr_i),
        .data_o (weights_word)
      );

      assign weights_data = (addr_i < 3'd6) ? weights_word : 12'd0;

      assign data_o = weights_data;

    endmodule
    --- rom_97cccfa086cb.hex 
    001
    123
    fff
    000
    007
    008
    "
  `)
})

test('reads at one address share their hardware, reads at others have their own', () => {
  const module = defineModule(
    'two_reads',
    {
      a_i: input(uint(3)),
      b_i: input(uint(3)),
      x_o: output(uint(12)),
      y_o: output(uint(12)),
      z_o: output(uint(12)),
    },
    (m, p) => {
      const rom = m.rom('weights', contents, { form: { kind: 'readmemh' } })
      p.x_o.assign(rom.read(p.a_i))
      p.y_o.assign(rom.read(p.a_i).not())
      p.z_o.assign(rom.read(p.b_i.xor(1)))
    },
  )
  const [file] = emitDesign(elaborate(module), { sourceComments: false }).files
  expect(file!.text.match(/assign weights_data\d* = /g)).toEqual([
    'assign weights_data = ',
    'assign weights_data2 = ',
  ])
})

test('equal contents are one file, whoever reads them', () => {
  const inner = romReader('inner_rom', { kind: 'readmemh' })
  const outer = defineModule(
    'outer',
    { a_i: input(uint(3)), x_o: output(uint(12)), y_o: output(uint(12)) },
    (m, p) => {
      p.x_o.assign(m.rom('copy', contents, { form: { kind: 'readmemh' } }).read(p.a_i))
      p.y_o.assign(m.instance('u_inner', inner, { addr_i: p.a_i }).data_o)
    },
  )
  const images = emitDesign(elaborate(outer)).files.filter(({ path }) => path.endsWith('.hex'))
  expect(images.map(({ text }) => text)).toEqual(['001\n123\nfff\n000\n007\n008\n'])
})

test('one macro with two contents is refused in one line', () => {
  const form = { kind: 'macro', module: 'rom_6x12' } as const
  const module = defineModule(
    'confused',
    { a_i: input(uint(3)), x_o: output(uint(12)), y_o: output(uint(12)) },
    (m, p) => {
      p.x_o.assign(m.rom('one', contents, { form }).read(p.a_i))
      const other = RomContents.fromWords(12, [0, 1, 2, 3, 4, 5])
      p.y_o.assign(m.rom('other', other, { form }).read(p.a_i))
    },
  )
  expect(() => emitDesign(elaborate(module))).toThrow(
    /^rom_6x12: the ROM macro is used with different contents/,
  )
})
