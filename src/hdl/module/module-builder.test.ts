import { expect, test } from 'vitest'
import { bool, defineModule, elaborate, input, output, uint } from '../index.js'

const counter = defineModule(
  'counter',
  { enable_i: input(bool), count_o: output(uint(8)) },
  (m, { enable_i, count_o }) => {
    const count = m.register('count', uint(8), { reset: 0 })
    m.when(enable_i, () => count.next(count.add(1).truncate(8)))
    count_o.assign(count)
  },
)

test('a module lists its ports, clock and reset first, then its registers', () => {
  const { node } = counter
  expect(node.signals.map(({ kind, name, width }) => `${kind} ${name} ${width}`)).toEqual([
    'input clk_i 1',
    'input rst_ni 1',
    'input enable_i 1',
    'output count_o 8',
    'register count 8',
  ])
  expect(counter.diagnostics).toEqual([])
})

test('a place is the line of the test, not of the library', () => {
  const register = counter.node.signals.find(({ name }) => name === 'count')
  expect(`${register?.place}`).toMatch(/^src\/hdl\/module\/module-builder\.test\.ts:8:21$/)
})

test('a value that is named within a branch has its name on every branch', () => {
  const named = defineModule(
    'named',
    { enable_i: input(bool), a_i: input(uint(8)), y_o: output(uint(9)) },
    (m, { enable_i, a_i, y_o }) => {
      y_o.assign(0)
      m.when(enable_i, () => y_o.assign(m.let('sum', a_i.add(1))))
    },
  )
  expect(elaborate(named).flat.signals.map(({ path }) => path)).toContain('sum')
})
