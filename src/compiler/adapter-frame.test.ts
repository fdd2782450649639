import { expect, test } from 'vitest'
import { adapterFrame } from './adapter-frame.js'

const payload = Uint32Array.of(0, 0xffffffff, 0xdeadbeef)

test('a frame is magic, slot, header, payload and the CRC of them all', () => {
  const shape = [0x00080002, 64, 172, 32, 0x12345678]
  expect([...adapterFrame({ slot: 1, header: [...shape, 3], payload })]).toEqual([
    0x41524f4c,
    1,
    ...shape,
    3,
    ...payload,
    0x4432d757,
  ])
})

test('a header of another payload is refused', () => {
  const refused = (...header: number[]) => {
    expect(() => adapterFrame({ slot: 0, header, payload })).toThrow(RangeError)
  }
  refused(1, 2, 3, 4, 5, 4)
  refused(1, 2, 3, 4, 3)
})
