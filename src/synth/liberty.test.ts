import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../common/input-error.js'
import { libertyLibrary, osu018Path, readLiberty } from './liberty.js'
import { parseLiberty } from './liberty-parser.js'

const small = `/* a { brace in a comment */
library (small) {
  time_unit : "1ns";
  capacitive_load_unit (1, pf);
  comment : "a } brace; in a string";
  lu_table_template (grid) { index_1 ("1, 2"); }
  cell ("NAND2") {
    area : 4.5;
    pin (A) { direction : input; }
    pin (Y) { direction : output; function : "!(A * B)";
      timing () { related_pin : "A"; cell_rise (grid) { values ("0.1, 0.2"); } } }
  }
  cell (NAND2_BIG) { area : 9; pin (Y) { function : "(!A) | (!B)"; } }
  cell (INV) { area : 3; pin (Y) { function : "!A" } }
  cell (DFF) { area : 20; ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; } }
  cell (LATCH) { area : 12; latch (IQ, IQN) { enable : "E"; data_in : "D"; } }
  cell (SPARE) { area : 1; dont_use : true; pin (Y) { function : "!(A*B)"; } }
  cell (FILLER) { pin (Y) { function : "!(A*B)"; } }
}
`

describe('Liberty', () => {
  test('names, areas and kinds of the cells that may be used', () => {
    const library = libertyLibrary('small.lib', small)
    expect(library.name).toBe('small')
    expect(Object.fromEntries(library.cells)).toEqual({
      NAND2: { area: 4.5, kind: 'gate' },
      NAND2_BIG: { area: 9, kind: 'gate' },
      INV: { area: 3, kind: 'gate' },
      DFF: { area: 20, kind: 'flip-flop' },
      LATCH: { area: 12, kind: 'latch' },
    })
    expect(library.nand2Area).toBe(4.5)
    expect(library.text).not.toContain('SPARE')
    expect(library.text).not.toContain('FILLER')
    expect(library.text).toContain('cell_rise (grid)')
  })

  test('areas of osu018 that contradict its layout are corrected, and only those', () => {
    const cell = (name: string, area: number) => `cell (${name}) { area : ${area}; }`
    const text = `library (osu018_stdcells) {
      ${cell('OAI21X1', 23)} ${cell('NAND3X1', 36)} ${cell('LATCH', 0)} ${cell('INVX1', 16)} }`
    const { cells, text: corrected } = libertyLibrary('any.lib', text)
    expect([...cells].map(([name, { area }]) => [name, area])).toEqual([
      ['OAI21X1', 32],
      ['NAND3X1', 32],
      ['LATCH', 56],
      ['INVX1', 16],
    ])
    expect(corrected).toContain('cell (OAI21X1) { area : 32; }')
    const repaired = libertyLibrary('any.lib', text.replace('23', '24'))
    expect(repaired.cells.get('OAI21X1')!.area).toBe(24)
    const other = libertyLibrary('any.lib', text.replace('osu018_stdcells', 'other'))
    expect(other.cells.get('LATCH')!.area).toBe(0)
  })

  const missing = existsSync(osu018Path) ? '' : ' (skipped: qflow-tech-osu018 not installed)'
  test.skipIf(missing !== '')(`osu018 as Debian installs it${missing}`, () => {
    const { cells, nand2Area } = readLiberty(osu018Path)
    expect(cells.size).toBe(32)
    expect(cells.get('DFFPOSX1')).toEqual({ area: 96, kind: 'flip-flop' })
    expect(cells.get('OAI21X1')).toEqual({ area: 32, kind: 'gate' })
    expect(nand2Area).toBe(24)
  })
})

describe('faults of a Liberty file', () => {
  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /^bad.lib: offset 0: has no library group \(a Liberty file/],
    ['text', 'hello world', /^bad.lib: offset 0: has no library group/],
    ['another language', 'module m; end {', /^bad.lib: offset 14: a brace follows no group/],
    ['another group first', 'cell (A) { }', /^bad.lib: offset 9: begins with no library group/],
    ['a missing brace', small.slice(0, -3), /^bad.lib: offset \d+: ends inside a group/],
    ['a brace too many', `${small}}`, /^bad.lib: offset \d+: a closing brace has no opening/],
    ['an open string', 'library (a) { b : "c }', /^bad.lib: offset 18: a string does not end/],
    ['an open comment', 'library (a) { /* c }', /^bad.lib: offset 14: a comment does not end/],
    ['no cells', 'library (a) { }', /^bad.lib: has no cells with areas/],
    [
      'an area that is no number',
      'library (a) { cell (B) { area : big; } }',
      /^bad.lib: offset 14: cell B: the area big is no size/,
    ],
    ['compressed', '\u001f\u008b\u0008{', /^bad.lib: offset 3: a brace follows no group/],
  ]
  test.each(faults)('%s', (_, text, message) => {
    expect(() => libertyLibrary('bad.lib', text)).toThrow(InputError)
    expect(() => libertyLibrary('bad.lib', text)).toThrow(message)
  })

  test('a file that is not there', () => {
    expect(() => readLiberty('/nonexistent/a.lib')).toThrow(/^\/nonexistent\/a.lib: cannot be read/)
  })

  test('any text is read or refused', () => {
    const piece = fc.constantFrom(
      'library (l) {',
      'cell (c) {',
      '}',
      'area : 1;',
      '"',
      '\\',
      '/*',
      '*/',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (pieces) => {
        try {
          parseLiberty(pieces.join(' '), 'any.lib')
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      }),
    )
  })
})
