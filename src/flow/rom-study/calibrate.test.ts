import { expect, test } from 'vitest'
import { countRom } from '../../../generators/rom/counts/index.js'
import { randomContents } from '../../../generators/testing/random-contents.js'
import { Random } from '../../common/random.js'
import { estimateRom } from '../rom-choice/rom-costs.js'
import type { Bank } from './banks.js'
import { calibrateRomCosts } from './calibrate.js'
import { checkChoices } from './choice-check.js'
import type { Figures, Point, RomStudyReport } from './report.js'

const shapes = [
  [8, 16],
  [16, 8],
  [32, 24],
  [20, 12],
  [64, 16],
  [48, 40],
] as const

const banks: Bank[] = shapes.map(([depth, width], i) => {
  const contents = randomContents(new Random(i), depth, width)
  const source = { name: 'drawn', description: '', contents: async () => contents }
  return { source, contents }
})

const constructions = ['table', 'sum-of-ones']

/** Areas and paths of a technology in which every table is exactly so large. */
function figuresOf(construction: string, bank: number): Figures {
  const { area, path } = countRom(construction, banks[bank]!.contents)
  const isTable = construction === 'table'
  return {
    cells: 1,
    area: isTable ? 3 * area.lowNodes! + 7 * area.highNodes! : 9 * area.wordLines! + 2 * area.ones!,
    areaPerBit: 1,
    levels: isTable ? 2 * path.addressBits! + (bank % 2) : Math.ceil(path.orLevels!) + 3,
    seconds: 0,
    proved: true,
  }
}

const library = { name: 'generic', unit: 'transistors' } as const
const report: RomStudyReport = {
  yosys: 'Yosys 1',
  abcScript: 'strash; amap',
  limit: 1,
  libraries: [library],
  constructions,
  banks: banks.map(({ source, contents: { depth, width, hash } }) => ({
    name: source.name,
    description: '',
    words: depth,
    width,
    bits: depth * width,
    ones: 0,
    hash,
    entropyBits: 0,
    maskRomTransistors: 0,
    boundTransistors: 0,
  })),
  points: banks.flatMap(({ source, contents: { depth, width } }, bank) =>
    constructions.map((construction): Point => {
      const place = { bank: source.name, words: depth, width, construction, library: 'generic' }
      return { ...place, figures: figuresOf(construction, bank) }
    }),
  ),
  choices: [],
}

const costs = calibrateRomCosts(banks, [{ name: 'generic' }], report)

test('costs that explain all areas are found, and no path is longer than estimated', () => {
  const { policies, liberty } = costs.libraries[0]!
  expect(liberty).toBeUndefined()
  expect(policies.table!.area.lowNodes).toBeCloseTo(3, 2)
  expect(policies.table!.area.highNodes).toBeCloseTo(7, 2)
  expect(policies['sum-of-ones']!.area).toMatchObject({
    wordLines: expect.closeTo(9, 2),
    ones: expect.closeTo(2, 2),
  })
  expect(costs.banks[2]).toBe('drawn 32 x 24')
  for (const [i, { contents }] of banks.entries()) {
    for (const { policy, path } of estimateRom(costs.libraries[0]!, contents, constructions)) {
      const { levels } = figuresOf(policy, i)
      expect(path).toBeGreaterThanOrEqual(levels!)
      expect(path).toBeLessThan(1.5 * levels!)
    }
  }
})

test('points that did not end are no samples', () => {
  const [first, ...others] = report.points
  const { figures: _, ...unfinished } = first!
  const points = [unfinished, ...others]
  const fewer = calibrateRomCosts(banks, [{ name: 'generic' }], { ...report, points })
  expect(fewer.libraries[0]!.policies.table!.area.highNodes).toBeCloseTo(7, 2)
})

test('choices are compared with the smallest of the study', () => {
  const check = (changed: Partial<Record<string, number>>) => {
    const points = report.points.map((point, i): Point => {
      const area = changed[i] ?? point.figures!.area
      return { ...point, figures: { ...point.figures!, area } }
    })
    return checkChoices({ ...report, points }, banks, library, costs.libraries[0]!)
  }
  expect(check({})).toMatchObject({
    library: 'generic',
    banks: 6,
    smallest: 6,
    largestLoss: 0,
    points: 12,
    meanAreaError: expect.closeTo(0, 3),
    longerPaths: 0,
  })
  // The construction of bank 0 that is not chosen becomes the smallest by half.
  const [table, sum] = report.points.slice(0, 2).map(({ figures }) => figures!.area)
  const other = table! <= sum! ? 1 : 0
  expect(check({ [other]: Math.min(table!, sum!) / 2 })).toMatchObject({
    smallest: 5,
    largestLoss: expect.closeTo(1),
    meanLoss: expect.closeTo(1 / 6),
  })
  const none = { ...report, points: [] }
  expect(checkChoices(none, banks, library, costs.libraries[0]!)).toBeUndefined()
})
