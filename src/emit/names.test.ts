import { describe, expect, test } from 'vitest'
import {
  type Bool,
  bool,
  defineModule,
  input,
  type ModuleBuilder,
  output,
  type UInt,
  uint,
} from '../hdl/index.js'
import { NameScope, netNameOfPort, stripDirection, upperCamel } from './names.js'
import { emittedText } from './testing/emitted-text.js'

test('names are unique in any case of letters, and not reserved', () => {
  const scope = new NameScope()
  scope.reserve('Sum')
  expect(scope.allocate('sum')).toBe('sum2')
  expect(scope.allocate('sum')).toBe('sum3')
  expect(scope.allocate('wire')).toBe('wire2')
  expect(scope.allocate('count', ['_d', '_q'])).toBe('count')
  scope.reserve('state_q')
  expect(scope.allocate('state', ['_d', '_q'])).toBe('state2')
})

test('nets of instance ports lose the direction, not the polarity', () => {
  expect(netNameOfPort('u_mac', 'sum_o')).toBe('u_mac_sum')
  expect(netNameOfPort('u_mac', 'rst_ni')).toBe('u_mac_rst_n')
  expect(netNameOfPort('u_mac', 's_axis_tdata')).toBe('u_mac_s_axis_tdata')
  expect(stripDirection('o')).toBe('o')
  expect(upperCamel('wait_for ready')).toBe('WaitForReady')
})

describe('names depend on what the author wrote and on structure', () => {
  type Extra = (m: ModuleBuilder, a: UInt<8>, go: Bool) => void

  const variant = (before: Extra, after: Extra) =>
    emittedText(
      defineModule(
        'stable',
        {
          a_i: input(uint(8)),
          b_i: input(uint(8)),
          go_i: input(bool),
          y_o: output(uint(8)),
          z_o: output(uint(8)),
        },
        (m, p) => {
          before(m, p.a_i as UInt<8>, p.go_i)
          const held = m.register('held', uint(8), { reset: 0, enable: p.go_i.and(p.a_i.bit(1)) })
          const product = p.a_i.mul(p.b_i)
          m.when(p.go_i.and(p.a_i.bit(0)), () => held.next(product.bits(11, 4)))
          p.y_o.assign(product.add(p.a_i.mul(p.a_i)).truncate(8))
          p.z_o.assign(held.add(p.a_i.add(1).bits(8, 1)).truncate(8))
          after(m, p.a_i as UInt<8>, p.go_i)
        },
      ),
    )

  const unrelated: Extra = (m, a, go) => {
    const extra = m.register('extra', uint(8), { reset: 0 })
    m.when(go.and(a.bit(0)), () => extra.next(a.mul(a).add(a.mul(3)).bits(12, 5)))
    m.unused(extra)
  }

  const names = (text: string) => new Set(text.match(/(?<!')\b[a-z]\w*\b/g))

  test('an unrelated signal changes no other name, before or after the others', () => {
    const plain = names(
      variant(
        () => {},
        () => {},
      ),
    )
    for (const text of [variant(unrelated, () => {}), variant(() => {}, unrelated)]) {
      const changed = names(text)
      for (const name of plain) expect(changed).toContain(name)
      const added = [...changed].filter((name) => !plain.has(name))
      expect(added.filter((name) => !name.includes('extra'))).toEqual([])
    }
  })

  test('no generated name ends in an underscore and a digit', () => {
    for (const name of names(variant(unrelated, () => {}))) {
      expect(name).not.toMatch(/_\d+$/)
    }
  })
})
