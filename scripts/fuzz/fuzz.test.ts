import { afterAll, expect, test } from 'vitest'
import { openYosys } from '../../src/synth/yosys.js'
import { fuzz } from './run.js'

const yosys = openYosys()
afterAll(() => yosys.close())

test('150 random circuits: the embedded simulator agrees with the interpreter of the written module', async () => {
  const findings = await fuzz({
    seed: 0,
    circuits: 150,
    cycles: 40,
    oracles: ['interpreter'],
    yosys,
  })
  expect(findings).toEqual([])
})
