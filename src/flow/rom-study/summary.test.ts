import { expect, test } from 'vitest'
import { studyMarkdown } from './markdown.js'
import { areaPlot } from './plot.js'
import { type RomStudyReport, romStudyReport } from './report.js'
import { areaTable, figureTable, referenceLines } from './summary.js'

const constructions = ['table', 'sum-of-ones', 'brom:4', 'ours']

/** Areas of the constructions of a bank of 1,000 bits; undefined: not ended. */
const areas: Readonly<Record<string, readonly (number | undefined)[]>> = {
  'generic 100': [900, 1400, 1200, 450],
  'generic 50': [900, 1400, 800, 850],
  'cells 100': [60, 90, undefined, 75],
  'cells 50': [undefined, undefined, undefined, undefined],
}

const report: RomStudyReport = romStudyReport.parse({
  yosys: 'Yosys 1',
  abcScript: 'strash; amap',
  choices: [],
  limit: 7,
  libraries: [
    { name: 'generic', unit: 'transistors' },
    { name: 'cells', unit: 'um2', file: 'cells.lib', nand2Area: 0.4 },
  ],
  constructions,
  banks: [100, 50].map((words) => ({
    name: 'a<b',
    description: 'some bank',
    words,
    width: 1000 / words,
    bits: 1000,
    ones: 250,
    weightBits: 2,
    weights: 500,
    hash: 'f',
    entropyBits: 700,
    maskRomTransistors: 1000,
    boundTransistors: 300,
  })),
  points: [100, 50].flatMap((words) =>
    constructions.flatMap((construction, index) =>
      ['generic', 'cells'].map((library) => {
        const area = areas[`${library} ${words}`]![index]
        const place = { bank: 'a<b', words, width: 1000 / words, construction, library }
        if (area === undefined) return place
        const perBit = { areaPerBit: area / 1000, areaPerWeight: area / 500 }
        const path = library === 'generic' ? { levels: 9 } : { delay: 812.4 }
        const proved = index !== 1
        return {
          ...place,
          figures: { cells: 100, area, nand2: area / 4, ...perBit, ...path, seconds: 1.26, proved },
        }
      }),
    ),
  ),
})
const [generic, cells] = report.libraries

test('the smallest is marked, and set against the smallest published one', () => {
  const { title, head, rows } = areaTable(report, generic!)
  expect(title).toBe('generic: transistors per bit')
  expect(head.slice(2)).toEqual([
    ...constructions,
    'best / published',
    'mask-ROM cell',
    'counting bound',
  ])
  expect(rows).toEqual([
    ['a<b', '100 x 10', '0.900', '1.40 WRONG', '1.20', '0.450 *', '0.500', '1.00', '0.300'],
    ['a<b', '50 x 20', '0.900', '1.40 WRONG', '0.800 *', '0.850', '1.000', '1.00', '0.300'],
  ])
})

test('what did not end says so', () => {
  const rows = areaTable(report, cells!).rows.map((row) => row.slice(2, 7))
  expect(rows).toEqual([
    ['0.0600 *', '0.0900 WRONG', '> 7 s', '0.0750', '1.000'],
    ['> 7 s', '> 7 s', '> 7 s', '> 7 s', ''],
  ])
})

test('all figures of a library', () => {
  expect(figureTable(report, generic!).rows[1]).toEqual(
    'a<b,100 x 10,sum-of-ones,1400,350,1.40,2.80,100,9,1.3,NO'.split(','),
  )
  expect(figureTable(report, cells!).rows.slice(0, 3)).toEqual([
    'a<b,100 x 10,table,60.0,15,0.0600,0.120,100,812,1.3,yes'.split(','),
    'a<b,100 x 10,sum-of-ones,90.0,23,0.0900,0.180,100,812,1.3,NO'.split(','),
    ['a<b', '100 x 10', 'brom:4', 'not within 7 s'],
  ])
})

test('reference lines of a library count a quarter of its NAND2 a transistor', () => {
  const [bank] = report.banks
  const lines = referenceLines(bank!, cells!)!
  expect(lines.maskRom).toBeCloseTo(0.1)
  expect(lines.bound).toBeCloseTo(0.03)
  const { nand2Area: _, ...without } = cells!
  expect(referenceLines(bank!, without)).toBeUndefined()
})

test('Markdown has as many cells in every row as in the head', () => {
  const tables = studyMarkdown(report)
    .split('## ')
    .slice(1)
    .map((text) => text.split('\n').filter((line) => line.startsWith('|')))
  expect(tables).toHaveLength(5)
  for (const lines of tables) {
    const columns = lines.map((line) => line.split('|').length)
    expect(new Set(columns).size).toBe(1)
    expect(lines.length).toBeGreaterThan(2)
  }
})

test('plots have a panel for each width, and no dot for what did not end', () => {
  const plot = areaPlot(report, cells!)
  expect(plot.match(/class="panel"/g)).toHaveLength(2)
  expect(plot.match(/<circle/g)).toHaveLength(3)
  expect(plot).toContain('a&lt;b, 10 bits')
  expect(plot).not.toMatch(/NaN|undefined|a<b/)
  const height = (construction: string) => {
    const curve = new RegExp(`<title>${construction}</title>.*?cy="([\\d.]+)"`).exec(plot)
    return Number(curve![1])
  }
  expect(height('table')).toBeGreaterThan(height('ours'))
  expect(height('ours')).toBeGreaterThan(height('sum-of-ones'))
})

test('banks that differ in width alone are drawn over the width', () => {
  const banks = report.banks.map((bank) => ({ ...bank, words: 100 }))
  const points = report.points.map((point) => ({ ...point, words: 100 }))
  const plot = areaPlot({ ...report, banks, points }, generic!)
  expect(plot.match(/class="panel"/g)).toHaveLength(1)
  expect(plot).toContain('a&lt;b, 100 words')
  expect(plot).toContain('over the width of a bank')
  expect(plot.match(/<circle/g)).toHaveLength(8)
})
