import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { coverMemory } from './sram-cover.js'
import { readSramTable } from './sram-table.js'

const memory = (width: number, depth: number, readPorts = 1) => ({
  name: 'store',
  width,
  depth,
  readPorts,
  writePorts: 1,
})

const macros = [
  { name: 'narrow', words: 8, bitsPerWord: 4, area: 10 },
  { name: 'wide', words: 64, bitsPerWord: 32, area: 100 },
]

describe('covering a memory', () => {
  test('columns of different macros stand side by side', () => {
    expect(coverMemory(macros, memory(4, 8))).toEqual({ macros: { narrow: 1 }, area: 10 })
    expect(coverMemory(macros, memory(36, 64))).toEqual({
      macros: { wide: 1, narrow: 8 },
      area: 180,
    })
  })

  test('words and bits that are left over count in full', () => {
    expect(coverMemory(macros, memory(5, 9))).toEqual({ macros: { narrow: 4 }, area: 40 })
  })

  test('a second read port takes a second copy', () => {
    expect(coverMemory(macros, memory(4, 8, 2))).toEqual({ macros: { narrow: 2 }, area: 20 })
  })

  test('the macros hold the memory, at no more area than equal macros would', () => {
    const macro = fc.record({
      words: fc.integer({ min: 1, max: 64 }),
      bitsPerWord: fc.integer({ min: 1, max: 32 }),
      area: fc.integer({ min: 1, max: 1000 }),
    })
    fc.assert(
      fc.property(
        fc.array(macro, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 200 }),
        (sizes, width, depth) => {
          const named = sizes.map((size, index) => ({ name: `m${index}`, ...size }))
          const cover = coverMemory(named, memory(width, depth))
          const used = named.map(({ name, ...size }) => ({
            count: cover.macros[name] ?? 0,
            ...size,
          }))
          expect(cover.area).toBe(used.reduce((sum, { count, area }) => sum + count * area, 0))
          const columns = used.map(({ count, words }) => count / Math.ceil(depth / words))
          expect(columns.every(Number.isInteger)).toBe(true)
          const bits = used.reduce((sum, { bitsPerWord }, i) => sum + columns[i]! * bitsPerWord, 0)
          expect(bits).toBeGreaterThanOrEqual(width)
          for (const { words, bitsPerWord, area } of named) {
            const equal = Math.ceil(width / bitsPerWord) * Math.ceil(depth / words) * area
            expect(cover.area).toBeLessThanOrEqual(equal)
          }
        },
      ),
    )
  })
})

describe('SRAM table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'romulus-sram-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'areas.tsv')
  const head = 'family\tmacro\twords\tbits_per_word\tlef_area_um2\tlib_area_um2'
  const table = (...rows: readonly string[]) => {
    writeFileSync(file, `${[head, ...rows].join('\n')}\n`)
    return readSramTable(file, 'a')
  }

  test('takes the area of the layout, and without one that of the Liberty file', () => {
    expect(table('a\tone\t8\t4\t10\t11', 'b\tother\t8\t4\t1\t1', 'a\ttwo\t16\t4\t0.0\t21')).toEqual(
      [
        { name: 'one', words: 8, bitsPerWord: 4, area: 10 },
        { name: 'two', words: 16, bitsPerWord: 4, area: 21 },
      ],
    )
  })

  test('faults name file and field', () => {
    expect(() => table('b\tone\t8\t4\t10\t11')).toThrow(/areas.tsv: a: has no macros .*one of b/)
    expect(() => table('a\tone\t8\t4')).toThrow(/areas.tsv: one: has no size or no area/)
    expect(() => table('a\tone\t8\tx\t1\t1')).toThrow(/one: has no size or no area/)
    writeFileSync(file, 'family\tmacro\n')
    expect(() => readSramTable(file, 'a')).toThrow(/areas.tsv: words: the column is missing/)
    expect(() => readSramTable(join(folder, 'none.tsv'), 'a')).toThrow(/none.tsv: cannot be read/)
  })

  const shared = process.env.ROMULUS_SHARED
  test.skipIf(shared === undefined)(
    `the families of the shared table${shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''}`,
    () => {
      const real = join(shared!, 'sram', 'areas.tsv')
      for (const family of ['fakeram7', 'ihp-sg13g2', 'sky130']) {
        expect(readSramTable(real, family).length).toBeGreaterThan(5)
      }
      const ihp = readSramTable(real, 'ihp-sg13g2')
      expect(coverMemory(ihp, memory(64, 512)).macros).toEqual({
        RM_IHPSG13_1P_512x64_c2_bm_bist: 1,
      })
    },
  )
})
