import { simulate } from 'romulus'
import { expect, test } from 'vitest'
import { counter } from './counter.js'

test('counts while enabled, and wraps', async () => {
  const sim = await simulate(counter)
  sim.poke('enable_i', true)
  sim.step(255)
  expect(sim.peek('count_o')).toBe(255)
  sim.step()
  expect(sim.peek('count_o')).toBe(0)
  sim.poke('enable_i', false)
  sim.step(10)
  expect(sim.peek('count_o')).toBe(0)
})
