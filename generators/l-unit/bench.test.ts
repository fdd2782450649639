import { expect, test } from 'vitest'
import { elaborate } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { lUnitBench } from './bench.js'

test.each([true, false])('L-Units of the bench differ in ROM contents only, fused: %s', (fused) => {
  const design = elaborate(lUnitBench(3, 8, { fused }))
  const { flat } = design
  const shapes = flat.instances.flatMap((path, instance) => {
    if (!/^u_l_unit\d+$/.test(path)) return []
    const nets = flat.nets.filter((net) => net.instance === instance)
    return [
      nets.map(({ template, node, op, width }) => `${template} ${node} ${op} ${width}`).sort(),
    ]
  })
  expect(shapes).toHaveLength(3)
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[2]).toEqual(shapes[0])
  expect(flat.roms).toHaveLength(6)
  expect(design.modules.filter(({ name }) => name.includes('datapath'))).toHaveLength(fused ? 0 : 1)
})

test('the bench runs through its ROMs over and over', () => {
  const simulation = openModule(lUnitBench(2, 64))
  simulation.poke('activation_i', new Array<number>(64).fill(100))
  simulation.poke('negated_sum_i', -6400)
  simulation.poke('exponent_i', 127)
  const passes: bigint[][] = [[], []]
  for (const results of passes) {
    while (results.length < 64) {
      simulation.step()
      if (simulation.peek('result_valid_o')) results.push(simulation.peekBits('result_o'))
    }
  }
  expect(new Set(passes[0]).size).toBe(64)
  expect(passes[1]).toEqual(passes[0])
})
