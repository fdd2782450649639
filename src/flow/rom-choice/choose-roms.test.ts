import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { logicPolicyNames } from '../../../generators/rom/counts/index.js'
import { romForm } from '../../../generators/rom/index.js'
import { randomContents } from '../../../generators/testing/random-contents.js'
import { InputError } from '../../common/input-error.js'
import { Random } from '../../common/random.js'
import { noCache, openCache } from '../../common/result-cache.js'
import { RomContents } from '../../hdl/index.js'
import { abcScript, openYosys, type Yosys } from '../../synth/index.js'
import { libertyLibrary } from '../../synth/liberty.js'
import { silent } from '../progress.js'
import { measureRom } from '../rom-study/measure-rom.js'
import { type ChoiceTools, chooseRoms } from './choose-roms.js'
import type { RomCosts } from './rom-costs.js'
import type { AutoRequest } from './rom-request.js'

const session = openYosys()
const folder = mkdtempSync(join(tmpdir(), 'romulus-rom-choice-'))
afterAll(() => {
  session.close()
  rmSync(folder, { recursive: true })
})

/** A session that others may close. */
function lent(run: Yosys['run']): Yosys {
  const { engine, version, build } = session
  return { engine, version, build, run, close: () => {} }
}

const none = lent(() => Promise.reject(new Error('Yosys ran')))

function tools(changes: Partial<ChoiceTools> = {}): ChoiceTools {
  const run: Yosys['run'] = (...words) => session.run(...words)
  return { openSession: () => lent(run), cache: noCache, jobs: 1, limit: 100, ...changes }
}

/** Costs of generic gates by which a table is small for equal words, and a sum of ones for few ones. */
const costs: RomCosts = {
  format: 'romulus-rom-costs-1',
  yosys: '',
  abcScript: '',
  banks: [],
  libraries: [
    {
      name: 'generic',
      policies: {
        table: { area: { lowNodes: 4, highNodes: 8 }, path: { addressBits: 3 } },
        'brom:4': { area: { patternLines: 6, orInputs: 4 }, path: { addressBits: 2 } },
        'brom:8': { area: { patternLines: 6, orInputs: 4 }, path: { addressBits: 2 } },
        'sum-of-ones': { area: { wordLines: 2, ones: 5 }, path: { constant: 5, orLevels: 2 } },
      },
    },
  ],
}

const byModel: AutoRequest = { basis: 'model', costs }
const bySynthesis: AutoRequest = { basis: 'synthesis', costs }

const random = randomContents(new Random(1), 32, 16)
const few = randomContents(new Random(2), 32, 16, 0.02)
const equal = RomContents.fromWords(
  16,
  Array.from({ length: 32 }, (_, i) => 0x1111 * (i % 4)),
)
const banks = [
  { name: 'random', contents: random },
  { name: 'few', contents: few },
  { name: 'equal', contents: equal },
  { name: 'random again', contents: random },
  { name: 'placeholder', contents: RomContents.placeholder(4, 4) },
]

describe('by the costs', () => {
  test('each contents has the smallest construction, and all banks of it', async () => {
    const { choices, policy } = await chooseRoms(banks, byModel, tools(), silent)
    expect(choices).toMatchObject({
      basis: 'estimated',
      library: 'generic',
      areaUnit: 'transistors',
      pathUnit: 'gates',
    })
    expect(choices.roms.map(({ bank, banks: n, policy: name }) => [bank, n, name])).toEqual([
      ['random', 2, 'brom:8'],
      ['few', 1, 'sum-of-ones'],
      ['equal', 1, 'table'],
    ])
    // A table of equal words has two different bits: two nodes.
    expect(choices.roms[2]).toMatchObject({ words: 32, width: 16, area: 8, path: 15 })
    expect(romForm(policy, few)).toMatchObject({ kind: 'logic', construction: 'sum-of-ones' })
    expect(romForm(policy, equal)).toEqual({ kind: 'table' })
    expect(romForm(policy, RomContents.placeholder(4, 4)).kind).toBe('macro')
    expect(() => romForm(policy, randomContents(new Random(3), 4, 4))).toThrow(/no policy was/)
  })

  test('of equal areas the first policy is taken', async () => {
    const zeros = [{ name: 'zeros', contents: RomContents.fromWords(4, [0, 0, 0]) }]
    const { choices } = await chooseRoms(zeros, byModel, tools(), silent)
    expect(choices.roms[0]).toMatchObject({ policy: 'table', area: 0, path: 0 })
  })

  test('a limit leaves what keeps it, and names the bank and the least when nothing does', async () => {
    const limited = (most: number) =>
      chooseRoms(banks, { ...byModel, limit: { most, unit: 'gates' } }, tools(), silent)
    const { choices } = await limited(10)
    expect(choices.roms.map(({ policy }) => policy)).toEqual(['brom:8', 'sum-of-ones', 'brom:8'])
    await expect(limited(9)).rejects.toThrow(
      /^--rom-levels: no construction of random \(32 x 16\) has a longest path of 9 gates; brom:4 has an estimated 10 gates, the least$/,
    )
    await expect(limited(9)).rejects.toThrow(InputError)
  })

  test('a library without costs is refused with what to do', async () => {
    const text = 'library(l) { cell(INV) { area : 1; pin(A) { direction : input; } } }'
    const library = libertyLibrary('cells.lib', text)
    await expect(chooseRoms(banks, { ...byModel, library }, tools(), silent)).rejects.toThrow(
      /^cells\.lib: there are no costs .*auto:synth/,
    )
  })
})

describe('by synthesis', () => {
  const small = [{ name: 'small', contents: randomContents(new Random(5), 16, 8) }]
  const measured = (policy: string, contents = small[0]!.contents) =>
    measureRom(contents, policy, [{ name: 'generic' }], {
      yosys: session,
      cache: openCache('kept', folder),
      abcScript,
      limit: 100,
      onPoint: () => {},
    }).then(([figures]) => figures!)

  test('the smallest of all is taken where there are no costs', async () => {
    const cache = openCache('kept', folder)
    const noCosts = { ...bySynthesis, costs: { ...costs, libraries: [] } }
    const { choices } = await chooseRoms(small, noCosts, tools({ cache }), silent)
    const all = await Promise.all(logicPolicyNames.map((name) => measured(name)))
    const least = Math.min(...all.map(({ area }) => area))
    expect(choices.basis).toBe('measured')
    expect(choices.roms[0]!.area).toBe(least)
    expect(choices.roms[0]!.policy).toBe(
      logicPolicyNames[all.findIndex(({ area }) => area === least)],
    )
    expect(Math.max(...all.map(({ area }) => area))).toBeGreaterThan(least)

    const again = await chooseRoms(
      small,
      noCosts,
      tools({ cache, openSession: () => none }),
      silent,
    )
    expect(again.choices).toEqual(choices)

    const limit = { most: Math.min(...all.map(({ levels }) => levels!)), unit: 'gates' } as const
    const fastest = { ...noCosts, limit }
    const fast = await chooseRoms(small, fastest, tools({ cache, openSession: () => none }), silent)
    expect(fast.choices.roms[0]!.path).toBe(limit.most)
    const tooFast = { ...noCosts, limit: { ...limit, most: limit.most - 1 } }
    await expect(
      chooseRoms(small, tooFast, tools({ cache, openSession: () => none }), silent),
    ).rejects.toThrow(
      `no construction of small (16 x 8) has a longest path of ${limit.most - 1} gates;`,
    )
  })

  test('three that the costs rank first are measured, and those without costs', async () => {
    const ranks = Object.fromEntries(
      logicPolicyNames
        .filter((name) => name !== 'sum-of-ones')
        .map((name, i) => [name, { area: { constant: 20 - i }, path: { constant: 1 } }]),
    )
    const ranking = { ...costs, libraries: [{ name: 'generic', policies: ranks }] }
    const cache = openCache('ranked', folder)
    const updates = new Set<string>()
    await chooseRoms(small, { ...bySynthesis, costs: ranking }, tools({ cache }), {
      step: async (_, work) => work((detail) => updates.add(detail)),
    })
    expect([...updates]).toEqual(
      ['symbols:6', 'symbols:8', 'symbols:10', 'sum-of-ones'].map(
        (name) => `0 of 1 (small, ${name})`,
      ),
    )
  })

  test('the others are tried when none of these keeps the limit', async () => {
    const rows = await Promise.all(
      logicPolicyNames.map(async (name) => ({ name, levels: (await measured(name)).levels! })),
    )
    const [fastest, ...others] = rows.sort((a, b) => a.levels - b.levels)
    const limit = { most: fastest!.levels, unit: 'gates' } as const
    const slow = others.slice(-3)
    for (const { levels } of slow) expect(levels).toBeGreaterThan(limit.most)
    const policies = Object.fromEntries([
      ...others.map(({ name }) => [name, { area: { constant: 9 }, path: { constant: 99 } }]),
      ...slow.map(({ name }) => [name, { area: { constant: 1 }, path: { constant: 1 } }]),
      [fastest!.name, { area: { constant: 9 }, path: { constant: 98 } }],
    ])
    const wrong = { ...costs, libraries: [{ name: 'generic', policies }] }
    const cache = openCache('kept', folder)
    const request = { ...bySynthesis, costs: wrong, limit }
    const { choices } = await chooseRoms(small, request, tools({ cache }), silent)
    expect(choices.roms[0]).toMatchObject({ policy: fastest!.name, path: limit.most })
  })

  test('a wrong netlist is no choice', async () => {
    const wrong = lent(async (...words) => {
      const { files, log } = await session.run(...words)
      const netlist = files['netlist.aag']
      if (netlist === undefined) return { files, log }
      const [header, ...lines] = netlist.split('\n')
      const inputs = Number(header!.split(' ')[2])
      lines[inputs] = String(Number(lines[inputs]) ^ 1)
      return { files: { ...files, 'netlist.aag': [header, ...lines].join('\n') }, log }
    })
    await expect(
      chooseRoms(small, bySynthesis, tools({ openSession: () => wrong }), silent),
    ).rejects.toThrow(/the netlist of small in table is wrong/)
  })
})
