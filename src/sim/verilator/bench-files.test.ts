import { describe, expect, test } from 'vitest'
import { counter, twoClocks } from '../../../testbench/example-designs.js'
import type { EmittedDesign } from '../../emit/emitted-design.js'
import { waveFormat } from '../wave-format.js'
import { fillTemplate, harnessFiles } from './bench-files.js'
import { hasFallingEdges } from './falling-edges.js'

describe('templates', () => {
  test('take exactly the values that they name', () => {
    expect(fillTemplate('@A@ @B_C@ @A@', { A: '$&', B_C: 'x' })).toBe('$& x $&')
    expect(() => fillTemplate('@A@', {})).toThrow('no value for @A@')
    expect(() => fillTemplate('', { A: '' })).toThrow('no place for @A@')
  })

  test('harness sources are found', () => {
    expect([...harnessFiles().keys()]).toContain('main.cpp')
  })
})

describe('falling edges', () => {
  function designWith(text: string): EmittedDesign {
    return { ...counter, files: [{ path: 'counter.sv', text }] }
  }

  test('are seen where a design has state that changes at them', () => {
    expect(hasFallingEdges(twoClocks)).toBe(true)
    expect(hasFallingEdges(designWith('always_ff @(negedge \\clk.a ) begin'))).toBe(true)
    expect(hasFallingEdges(designWith('always_ff @(negedge (a & b)) begin'))).toBe(true)
  })

  test('of resets and in comments do not count', () => {
    expect(hasFallingEdges(counter)).toBe(false)
    expect(hasFallingEdges(designWith('always_ff @(negedge \\rst_ni ) begin'))).toBe(false)
    expect(hasFallingEdges(designWith('// negedge clk_i\n/* negedge\n clk_i */'))).toBe(false)
    expect(hasFallingEdges(designWith('wire my_negedge = clk_i;'))).toBe(false)
  })

  test('in synthesis-only and other files do not count', () => {
    const text = 'always_ff @(negedge clk_i)'
    const files = [{ path: 'a.sv', text, use: 'synthesis' } as const, { path: 'a.hex', text }]
    expect(hasFallingEdges({ ...counter, files })).toBe(false)
  })
})

describe('waveform formats', () => {
  test('are given or follow from the name', () => {
    expect(waveFormat({ file: 'a.vcd' })).toBe('vcd')
    expect(waveFormat({ file: 'a.fst' })).toBe('fst')
    expect(waveFormat({ file: 'a.vcd', format: 'fst' })).toBe('fst')
    expect(() => waveFormat({ file: 'a' })).toThrow('a: unknown waveform format')
  })
})
