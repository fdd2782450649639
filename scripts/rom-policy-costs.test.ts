import { afterAll, expect, test } from 'vitest'
import { romPolicyNames } from '../generators/rom/index.js'
import { Random } from '../src/common/random.js'
import { RomContents } from '../src/hdl/index.js'
import { noCache, openYosys } from '../src/synth/index.js'
import { romPolicyCosts } from './rom-policy-costs.js'

const yosys = openYosys()
afterAll(() => yosys.close())

test('every policy reports its transistors', async () => {
  const random = new Random(4)
  const words = Array.from({ length: 32 }, () => random.bits(12))
  const costs = await romPolicyCosts(RomContents.fromWords(12, words), { yosys, cache: noCache })
  expect(costs.map(({ policy }) => policy)).toEqual(romPolicyNames)
  for (const { policy, cells, transistors, transistorsPerBit } of costs) {
    if (policy === 'macro') expect({ cells, transistors }).toEqual({ cells: 0, transistors: 0 })
    else expect(transistorsPerBit).toBeGreaterThan(0.5)
    expect(transistorsPerBit).toBeCloseTo(transistors / (32 * 12))
  }
})

test('constant contents need no logic', async () => {
  const zeros = RomContents.fromWords(8, new Uint8Array(16))
  const policies = romPolicyNames.filter((name) => name !== 'macro')
  const costs = await romPolicyCosts(zeros, { yosys, cache: noCache, policies })
  expect(costs.map(({ transistors }) => transistors)).toEqual(policies.map(() => 0))
})
