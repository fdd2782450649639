import { expect, test } from 'vitest'
import { leafName, portLeafName } from './names.js'

test('leaves of nested vectors have names of their own', () => {
  expect(leafName('sum', ['1', '10'])).toBe('sum1_10')
  expect(leafName('sum', ['11', '0'])).toBe('sum11_0')
  expect(leafName('sum2', ['1'])).toBe('sum2_1')
  expect(portLeafName('cmd_i', ['3', 'addr'])).toBe('cmd3_addr_i')
})
