import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingTool, nativeSuite } from '../../src/common/tools.js'
import { openYosys } from '../../src/synth/yosys.js'
import type { SeededCircuit } from './batch.js'
import { checkCircuits } from './check.js'
import { oracleNames, oracleTools } from './oracles.js'
import { type FuzzFinding, fuzz, minimisedCircuit } from './run.js'

const circuits = 150
const cycles = 30
const minutes = 60_000
const foundFolder = new URL('found/', import.meta.url)

const yosys = openYosys({ engine: missingTool(['yosys']) === undefined ? 'native' : 'wasm' })
afterAll(() => yosys.close())

const suites = oracleNames.map((oracle) => ({
  oracle,
  ...nativeSuite(oracle, oracleTools[oracle]),
}))
const oracles = suites.filter(({ skip }) => !skip).map(({ oracle }) => oracle)

describe(`${circuits} random circuits in the embedded simulator`, () => {
  let findings: readonly FuzzFinding[]
  beforeAll(async () => {
    findings = await fuzz({ seed: 0, circuits, cycles, oracles, yosys })
  }, 10 * minutes)

  test('are built', () => {
    expect(findings.filter(({ oracle }) => oracle === 'build')).toEqual([])
  })
  for (const { oracle, title, skip } of suites) {
    test.skipIf(skip)(`agree with ${title}`, () => {
      expect(findings.filter((finding) => finding.oracle === oracle)).toEqual([])
    })
  }
})

describe('circuits that failed once', () => {
  const files = readdirSync(foundFolder).filter((name) => name.endsWith('.json'))
  test.each(files)(
    '%s',
    async (name) => {
      const circuit: SeededCircuit = JSON.parse(readFileSync(new URL(name, foundFolder), 'utf8'))
      expect(await checkCircuits([circuit], { oracles, cycles, yosys })).toEqual([])
    },
    2 * minutes,
  )
})

const icarus = nativeSuite('an emitter that subtracts for +', oracleTools.iverilog)
test.skipIf(icarus.skip)(
  `${icarus.title} is found, and the circuit minimised to the one addition`,
  async () => {
    const options = { cycles, oracles: ['iverilog'], yosys, fault: 'add' } as const
    const [finding] = await fuzz({ ...options, seed: 1, circuits: 6 })
    expect(finding).toMatchObject({ oracle: 'iverilog', kind: 'mismatch' })
    const { recipe } = await minimisedCircuit(finding!, options)
    expect(recipe.modules.flatMap(({ steps }) => steps)).toMatchObject([
      { kind: 'binary', op: 'add' },
    ])
  },
  5 * minutes,
)
