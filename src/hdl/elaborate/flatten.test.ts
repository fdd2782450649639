import { expect, test } from 'vitest'
import { bool, cat, defineModule, elaborate, input, output, uint, vec } from '../index.js'

const counter = defineModule(
  'counter',
  { enable_i: input(bool), count_o: output(uint(8)) },
  (m, { enable_i, count_o }) => {
    const count = m.register('count', uint(8), { reset: 0 })
    m.when(enable_i, () => count.next(count.add(1).truncate(8)))
    count_o.assign(count)
  },
)

const pair = defineModule(
  'pair',
  { enable_i: input(vec(bool, 2)), sum_o: output(uint(9)) },
  (m, { enable_i, sum_o }) => {
    const a = m.instance('u_a', counter, { enable_i: enable_i.at(0) })
    const b = m.instance('u_b', counter, { enable_i: enable_i.at(1) })
    sum_o.assign(a.count_o.add(b.count_o))
  },
)

test('a flat design has one register an instance, and equal templates for equal modules', () => {
  const { flat } = elaborate(pair)
  expect(flat.registers.map(({ path, width }) => `${path} ${width}`)).toEqual([
    'u_a.count 8',
    'u_b.count 8',
  ])
  const [a, b] = flat.registers.map(({ d }) => flat.nets[d]!)
  expect(a).toMatchObject({ op: 'mux', template: b!.template, node: b!.node, instance: 1 })
  expect(b!.instance).toBe(2)
  expect(flat.instances).toEqual(['', 'u_a', 'u_b'])
  for (const [id, net] of flat.nets.entries()) {
    for (const operand of net.operands) expect(operand).toBeLessThan(id)
  }
})

test('a vector may depend on other bits of itself', () => {
  const chain = defineModule('chain', { a_i: input(bool), y_o: output(uint(3)) }, (m, p) => {
    const y = m.wire('y', uint(3))
    y.assign(cat(y.bit(1).not(), y.bit(0).not(), p.a_i))
    p.y_o.assign(y)
  })
  const { flat } = elaborate(chain)
  const y = flat.nets[flat.outputs[0]!.net]!
  expect(y.op).toBe('concat')
})

test('a loop through two instances is reported with its path', () => {
  const inverter = defineModule('inverter', { a_i: input(bool), y_o: output(bool) }, (_, p) =>
    p.y_o.assign(p.a_i.not()),
  )
  const ring = defineModule('ring', { y_o: output(bool) }, (m, { y_o }) => {
    const back = m.wire('back', bool)
    const first = m.instance('u_first', inverter, { a_i: back })
    const second = m.instance('u_second', inverter, { a_i: first.y_o })
    back.assign(second.y_o)
    y_o.assign(back)
  })
  expect(() => elaborate(ring)).toThrow(
    /COMBINATIONAL_LOOP.*back <- u_second\.y_o <- u_second\.a_i <- u_first\.y_o <- u_first\.a_i <- back/s,
  )
})
