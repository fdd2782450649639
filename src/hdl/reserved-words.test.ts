import { expect, test } from 'vitest'
import { reservedBy } from './reserved-words.js'

test('words of the three languages, in any case of letters', () => {
  expect(reservedBy('logic')).toBe('SystemVerilog')
  expect(reservedBy('Begin')).toBe('SystemVerilog')
  expect(reservedBy('signal')).toBe('VHDL')
  expect(reservedBy('counter')).toBeUndefined()
})

test('words of C++ matter for the ports of a top module only', () => {
  expect(reservedBy('template')).toBeUndefined()
  expect(reservedBy('template', true)).toBe('C++')
})
